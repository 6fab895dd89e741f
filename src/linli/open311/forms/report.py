"""A report as another system sends it, checked as a whole: every fault is said at once (E3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from linli.cases.rules.inputs import Contact, Place
from linli.kernel import outbound
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.kernel.web import degrees
from linli.open311.forms.incoming import Given
from linli.open311.queries import places
from linli.open311.queries.jurisdictions import Served
from linli.open311.queries.services import class_of, questions_of
from linli.open311.rules.attributes import Answer, answers_to
from linli.open311.rules.incoming import ReportIn

MOST_DESCRIPTION = 4000  # P2
T = TypeVar("T")


class Faults(Refused):
    """Several things are wrong; `each` says them one by one."""

    def __init__(self, each: list[Refused]) -> None:
        super().__init__(" ".join(str(one) for one in each), field=each[0].field)
        self.each = each
        self.status = each[0].status if len(each) == 1 else 400


def read_report(given: Given, served: Served, *, on: date) -> ReportIn:
    """The report. Three queries at most. Raises NotFound for an unknown service alone, Faults for
    everything else that is wrong."""
    faults: list[Refused] = []

    def tried(read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except Refused as refusal:
            faults.append(refusal)
            return instead

    code, label = given.text("service_code"), ""
    answers: list[Answer] = []
    if not code:
        faults.append(_required("service_code", _("services lists the codes.")))
    else:
        kind = class_of(served, code, on=on)
        code, label = kind.code, kind.label
        answers, wrong = answers_to(questions_of(code), given.attributes)
        faults += wrong
    nowhere: tuple[Place | None, str] = (None, "")
    place, address = tried(lambda: _where(given, served), nowhere)
    description = tried(lambda: _text(given, "description", MOST_DESCRIPTION), "")
    words = "\n".join([description, *(f"{one.question}：{one.words}" for one in answers)]).strip()
    if len(words) > MOST_DESCRIPTION:
        faults.append(
            BadInput(
                _("description and answers have at most %(most)d characters together.")
                % {"most": MOST_DESCRIPTION},
                field="description",
            )
        )
    report = ReportIn(
        case_class=code,
        words=words or label,
        place=place,
        address=address,
        contact=tried(lambda: _contact(given), Contact()),
        answers=answers,
        account_id=tried(lambda: _text(given, "account_id", 100), ""),
        media_url=tried(lambda: _media_url(given), ""),
    )
    if faults:
        raise Faults(faults)
    return report


def _required(name: str, remedy: str) -> BadInput:
    return BadInput(
        _("%(name)s required: %(remedy)s") % {"name": name, "remedy": remedy}, field=name
    )


def _text(given: Given, name: str, most: int) -> str:
    return clean(given.text(name), field=name, most=most)


def _contact(given: Given) -> Contact:
    first, last = _text(given, "first_name", 40), _text(given, "last_name", 40)
    # 王小明, but Maria Weber: a family name in Chinese letters comes first and without a space.
    name = f"{last}{first}" if last and "\u4e00" <= last[0] <= "\u9fff" else f"{first} {last}"
    return Contact(name=name.strip()[:40], phone=given.text("phone"), email=given.text("email"))


def _media_url(given: Given) -> str:
    url = given.text("media_url")
    return outbound.check_url(url, field="media_url") if url else ""


def _where(given: Given, served: Served) -> tuple[Place | None, str]:
    """Point and address (P1): a pair of coordinates, an address of our register, or words."""
    lat, long = given.text("lat"), given.text("long") or given.text("lon")
    address = _text(given, "address_string", 200) or _text(given, "address", 200)
    if bool(lat) != bool(long):
        missing = "long" if lat else "lat"
        raise _required(missing, _("lat and long come in pairs."))
    if lat:
        origin = given.text("crs").lower() or "wgs84"
        place = Place(degrees(long, "long", 180), degrees(lat, "lat", 90), origin)  # type: ignore[arg-type]  # Place checks it
        places.require_inside(place, served)
        return place, address
    if given.text("address_id"):
        place, known = places.of_address(given.text("address_id"))
        places.require_inside(place, served)
        return place, address or known
    if not address:
        raise _required("lat", _("send lat and long, or address_string, or address_id."))
    found = places.named(address)
    if found is not None and places.lies_inside(found, served):
        return found, address
    return None, address
