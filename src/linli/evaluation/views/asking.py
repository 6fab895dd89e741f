"""Which figures a page is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.evaluation import policy
from linli.evaluation.forms import FiguresForm
from linli.evaluation.queries import frozen
from linli.evaluation.queries.drilling import id_or_none
from linli.evaluation.queries.names import in_region, region_lines
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS, Dimension
from linli.kernel.errors import BadInput
from linli.kernel.forms import asked_of
from linli.staff.web import StaffRequest
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.evaluation.models import Freeze


@dataclass(frozen=True)
class Asked:
    """The ways and the period of a table; with `freeze` as it was closed."""

    form: FiguresForm
    dimension: Dimension
    period: Period
    freeze: Freeze | None = None
    region: int | None = None

    @property
    def only(self) -> Q | None:
        """The facts of the region that was chosen; None for all."""
        return None if self.region is None else in_region(self.region)

    def query(self, **more: object) -> str:
        """The same table as a query string, with something added or changed."""
        parts: dict[str, object] = {
            "by": self.dimension.code, "span": self.period.span.value,
            "day": self.period.first.isoformat(),
        }  # fmt: skip
        if self.freeze is not None:
            parts["freeze"] = self.freeze.pk
        if self.region is not None:
            parts["region"] = self.region
        return urlencode(parts | more)

    def present(self, now: datetime) -> str:
        """Where the same table of the period that runs now is; empty of a closed one, and where
        it is that period."""
        period = Period.around(self.period.span, timezone.localdate(now))
        is_other = self.freeze is None and period != self.period
        return f"?{self.query(day=period.first.isoformat())}" if is_other else ""

    @property
    def live(self) -> str:
        """The same table as it would be counted now."""
        return replace(self, freeze=None).query()


def asked(request: StaffRequest) -> Asked:
    """What the query string asks for. Raises BadInput naming the field, NotYours, NotFound."""
    words = _words(request)
    freeze = None
    if words.get("freeze"):
        freeze = _freeze(words["freeze"])
        words |= {"span": freeze.span, "day": freeze.first.isoformat()}
    if words.get("by") in DIMENSIONS:
        policy.require_dimension(request.user, DIMENSIONS[words["by"]])
    regions = [(str(region.id), text) for region, text in region_lines()]
    regions += _ended(words.get("region", ""))
    form = FiguresForm(words, policy.dimensions_for(request.user), regions)
    return _read(form, freeze)


def _ended(text: str) -> list[tuple[str, str]]:
    """A district or street that has ended, when it is asked for: the months that it had stay."""
    found = [one for one in territory.tree().every() if one.ended and str(one.id) == text]
    return [(text, one.name) for one in found if one.tier in ("district", "street")]


def own_asked(request: StaffRequest) -> Asked:
    """The same of one's own figures. Raises BadInput naming the field."""
    people = [one for one in DIMENSIONS.values() if one.of_people]
    return _read(FiguresForm(_words(request), people))


def _words(request: StaffRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items()}


def _read(form: FiguresForm, freeze: Freeze | None = None) -> Asked:
    given = asked_of(form)
    period = Period.around(Span(given["span"]), given["day"])
    region = int(given["region"]) if given["region"] else None
    return Asked(form, DIMENSIONS[given["by"]], period, freeze, region)


def _freeze(text: str) -> Freeze:
    number = id_or_none(text)
    if number is None:
        raise BadInput(_("freeze: choose a period of the page “Closed periods”."), field="freeze")
    return frozen.freeze_by_id(number)
