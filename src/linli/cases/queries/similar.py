"""Cases that may be the problem of a report: by place, time, class, words and picture (R74)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.cases.models import Case, CaseFile
from linli.cases.queries.lists import cases_for
from linli.cases.queries.one import near
from linli.cases.queries.settings import settings
from linli.cases.queries.words import statistics, words_match
from linli.cases.rules.likeness import SAME_PICTURE_BITS, SHOWN, Likeness, Said, compare, probes_of
from linli.cases.rules.stages import OPEN
from linli.catalogue import queries as catalogue
from linli.kernel import rows as prepared
from linli.kernel.text import bigrams
from linli.territory.rules.coordinates import metres_between

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_NEAR = 80  # candidates by place, nearest first
MOST_BY_PICTURE = 20
MOST_BY_ADDRESS = 40
MOST_PICTURES = 6  # of one report that are looked up
PICTURE_DAYS = 30  # how old a case with the same picture may be, wherever it is
_PICTURES_OF = 4  # of one case that are compared
#: Of the index `case_picture`; rules.likeness.bands_of says the same.
_BANDS = (
    "ARRAY[(fingerprint & 65535)::int, 65536 | (fingerprint >> 16 & 65535)::int,"
    " 131072 | (fingerprint >> 32 & 65535)::int, 196608 | (fingerprint >> 48 & 65535)::int]"
)
_LEAST_ADDRESS = 4  # letters of an address that says something


@dataclass(frozen=True)
class Asked:
    """What is known of the report so far; without place, address and pictures nothing is found.

    `class_id`: of the catalogue. `pictures`: fingerprints (`files.queries.fingerprints_of`).
    `component`: a code. `but`: a case that is not its own duplicate.
    """

    at: datetime
    lon: float | None = None
    lat: float | None = None
    class_id: int | None = None
    words: str = ""
    address: str = ""
    pictures: tuple[int, ...] = ()
    component: int | None = None
    but: int | None = None


@dataclass(frozen=True)
class Similar:
    """A case that may be the same problem, how likely and why."""

    case: Case
    likeness: Likeness

    @property
    def distance_m(self) -> float | None:
        return self.likeness.distance_m

    @property
    def reasons(self) -> list[str]:
        return reasons_of(self.likeness)


def similar_cases(user: User, asked: Asked, *, most: int = 5) -> list[Similar]:
    """Open cases that `user` may see and that may be the same problem, likeliest first.

    Near in place and time as the city has set it, of whatever class; and those of thirty days with
    the same picture or component, or with the same address in words, wherever they are. Three
    queries; two more with pictures, one more with a component or an address alone.
    """
    numbers = settings()
    within = timedelta(hours=numbers.similar_hours)
    radius_m = float(numbers.similar_radius_m)
    shown = cases_for(user).filter(stage__in=OPEN).select_related("case_class", "grid")
    if asked.but is not None:
        shown = shown.exclude(pk=asked.but)
    found: dict[int, Case] = {}
    recent = shown.filter(reported_at__range=(asked.at - within, asked.at + within))
    if asked.lon is not None and asked.lat is not None:
        close = near(recent, lon=asked.lon, lat=asked.lat, radius_m=radius_m)
        found = {case.pk: case for case in close[:MOST_NEAR]}
    elif len(asked.address.strip()) >= _LEAST_ADDRESS:
        named = recent.filter(words_match(asked.address)).order_by("-reported_at")
        found = {case.pk: case for case in named[:MOST_BY_ADDRESS]}
    elsewhere = shown.filter(reported_at__gte=asked.at - timedelta(days=PICTURE_DAYS))
    if asked.component is not None:
        same = elsewhere.filter(component_code=asked.component).order_by("-reported_at")
        found |= {case.pk: case for case in same[:MOST_BY_PICTURE]}
    if ids := set(cases_with_pictures(asked.pictures)) - set(found):
        same = elsewhere.filter(pk__in=ids).order_by("-reported_at")
        found |= {case.pk: case for case in same[:MOST_BY_PICTURE]}
    return ranked(asked, found, radius_m, within)[:most]


def similar_to_case(user: User, case: Case, *, most: int = 5) -> list[Similar]:
    """The same for a case that is there already. Queries as `similar_cases`, and one more."""
    own = _pictures_of([case.pk]).get(case.pk, ())
    asked = Asked(
        at=case.reported_at,
        lon=case.place.x if case.place else None,
        lat=case.place.y if case.place else None,
        class_id=case.case_class_id,
        words=case.description,
        address=case.address,
        pictures=tuple(own),
        component=case.component_code,
        but=case.pk,
    )
    return similar_cases(user, asked, most=most)


def cases_with_pictures(fingerprints: Sequence[int]) -> list[int]:
    """Ids of all cases that hold nearly the same picture: for `cases_for` to narrow. One query,
    none for no picture."""
    wanted = fingerprints[:MOST_PICTURES]
    if not wanted:
        return []
    found = prepared.ask(
        "SELECT DISTINCT case_id FROM cases_casefile, unnest(%s::bigint[]) AS asked"
        f" WHERE fingerprint IS NOT NULL AND {_BANDS} && %s::int[]"
        f" AND bit_count((fingerprint # asked)::bit(64)) <= {SAME_PICTURE_BITS} LIMIT 200",
        [
            prepared.array(wanted),
            prepared.array(probe for one in wanted for probe in probes_of(one)),
        ],
    )
    return [case_id for (case_id,) in found]


def ranked(
    asked: Asked,
    found: dict[int, Case],
    radius_m: float,
    within: timedelta,
    metres: Mapping[int, float] | None = None,
) -> list[Similar]:
    """Those of `found`, read with their classes, that are likely enough, likeliest first. One query
    for the class that was asked for, one with pictures.

    `metres`: distances by case, in place of the true ones.
    """
    if not found:
        return []
    pictures = _pictures_of(found) if asked.pictures else {}
    class_id = asked.class_id
    new = Said(
        at=asked.at,
        lon=asked.lon,
        lat=asked.lat,
        case_class="" if class_id is None else catalogue.current().class_by_id(class_id).code,
        words=frozenset(bigrams(asked.words)),
        pictures=asked.pictures,
        thing=asked.component,
    )
    shares = statistics().shares if asked.words else {}
    made = [
        Similar(
            case,
            compare(
                new,
                said_of(case, tuple(pictures.get(case.pk, ()))),
                distance_m=(_metres_between(asked, case) if metres is None else metres[case.pk]),
                radius_m=radius_m,
                within=within,
                shares=shares,
            ),
        )
        for case in found.values()
    ]
    likely = [one for one in made if one.likeness.chance >= SHOWN]
    likely.sort(key=lambda one: (-one.likeness.chance, one.case.pk))
    return likely


def said_of(case: Case, pictures: tuple[int, ...] = ()) -> Said:
    """What a case says of its problem."""
    return Said(
        at=case.reported_at,
        lon=case.place.x if case.place else None,
        lat=case.place.y if case.place else None,
        case_class=case.case_class.code if case.case_class is not None else "",
        words=frozenset(bigrams(_own_words(case))),
        pictures=pictures,
        thing=case.component_code,
    )


def _pictures_of(case_ids: Iterable[int]) -> dict[int, list[int]]:
    """Fingerprints of the pictures of the problem, not of the result, by case. One query."""
    kinds = (CaseFile.Purpose.REPORT, CaseFile.Purpose.VERIFY, CaseFile.Purpose.BEFORE)
    rows = CaseFile.objects.filter(
        case_id__in=list(case_ids), fingerprint__isnull=False, purpose__in=kinds
    ).order_by("case_id", "number")
    found: dict[int, list[int]] = {}
    for case_id, fingerprint in rows.values_list("case_id", "fingerprint"):
        kept = found.setdefault(case_id, [])
        if fingerprint is not None and len(kept) < _PICTURES_OF:
            kept.append(fingerprint)
    return found


def _own_words(case: Case) -> str:
    """What somebody said; a description that is but the name of the class is nobody's words."""
    kind = case.case_class
    return (
        ""
        if kind is not None and case.description in (kind.name, kind.name_en)
        else (case.description)
    )


def _metres_between(asked: Asked, case: Case) -> float | None:
    if asked.lon is None or asked.lat is None or case.place is None:
        return None
    return metres_between((asked.lon, asked.lat), (case.place.x, case.place.y))


# -- in words --------------------------------------------------------------------------------------
def reasons_of(likeness: Likeness) -> list[str]:
    """What the two have in common, strongest first, in the reader's language."""
    said = []
    if likeness.same_picture:
        said.append(_("same photo"))
    elif likeness.like_picture:
        said.append(_("similar photo"))
    if likeness.same_thing:
        said.append(_("same component"))
    if likeness.distance_m is not None:
        said.append(_distance_words(likeness.distance_m))
    if likeness.same_class is not None:
        said.append(_("same class") if likeness.same_class else _("another class"))
    if likeness.words >= 0.2:
        words = joined(likeness.common)[:3]
        said.append(_("similar words: %s") % ", ".join(words))
    said.append(_time_words(likeness.apart))
    return said


def joined(pairs: Sequence[str]) -> list[str]:
    """Pairs of letters put together where they overlap: 井盖, 盖缺, 缺失 are 井盖缺失."""
    words = list(pairs[:12])
    grown = True
    while grown:
        grown = False
        for one in words:
            other = next(
                (w for w in words if w is not one and len(one) > 1 and w.startswith(one[-1])), None
            )
            if other is not None and len(one) + len(other) <= 9:
                words = [w for w in words if w not in (one, other)]
                words.insert(0, one + other[1:])
                grown = True
                break
    return sorted(set(words), key=lambda word: -len(word))


def _distance_words(metres: float) -> str:
    if metres < 1:
        return _("the same point")
    if metres < 1000:
        return _("%d m away") % round(metres)
    return _("%.1f km away") % (metres / 1000)


def _time_words(apart: timedelta) -> str:
    minutes = round(apart.total_seconds() / 60)
    if minutes < 1:
        return _("at the same time")
    if minutes < 60:
        return ngettext("%d minute apart", "%d minutes apart", minutes) % minutes
    if minutes < 48 * 60:
        hours = round(minutes / 60)
        return ngettext("%d hour apart", "%d hours apart", hours) % hours
    days = round(minutes / 1440)
    return ngettext("%d day apart", "%d days apart", days) % days
