"""Lists of components, by code: by filter, near a point, counted. No cost grows with the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.db.models import F, FloatField, Func, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from linli.components.models import Component, Tally
from linli.components.queries.narrowing import Cut, components, cuts_for, fits
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.quads import ranges_around
from linli.components.rules.states import State
from linli.components.rules.tallies import LEVELS
from linli.kernel.errors import BadInput
from linli.kernel.web import Page, cursor_text, cursor_values

if TYPE_CHECKING:
    from linli.staff.models import User

SHOWN = ("care__owner", "care__responsible", "care__maintainer", "wording", "community", "grid",
         "cell", "source")  # fmt: skip
MOST_COUNTED = 10_000
MOST_NEAR = 50
FARTHEST_M = 500.0


@dataclass(frozen=True)
class Count:
    """How many fit; not `exact`: at least so many."""

    count: int
    exact: bool = True


def page_for(
    user: User, wanted: ComponentFilter, *, cursor: str | None = None, size: int = 50
) -> Page:
    """The next `size` components that fit, by code, with all that a list shows of them.

    Two queries, and those of `cuts_for`; raises BadInput.
    """
    codes = codes_for(user, wanted, after=after_cursor(cursor), size=size + 1)
    more, codes = len(codes) > size, codes[:size]
    rows = list(Component.objects.filter(pk__in=codes).select_related(*SHOWN).order_by("code"))
    return Page(rows, cursor_text([codes[-1]]) if more else None)


def codes_for(user: User, wanted: ComponentFilter, *, after: int = 0, size: int) -> list[int]:
    """The first codes behind `after` that fit. One query, and those of `cuts_for`."""
    return codes_in(cuts_for(user, wanted), after=after, size=size)


def codes_in(cuts: list[Cut], *, after: int = 0, size: int) -> list[int]:
    """The first codes behind `after` in these cuts. One query."""
    rows = _codes(cuts, Q(code__gt=after), size)
    return [] if rows is None else list(rows)


def count_for(user: User, wanted: ComponentFilter) -> Count:
    """How many fit. One query, and those of `cuts_for` (see `count_in`)."""
    return count_in(cuts_for(user, wanted))


def count_in(cuts: list[Cut]) -> Count:
    """How many are in these cuts. One query: the ledger of counts where it knows the filter's
    columns, else components, no further than MOST_COUNTED."""
    if not cuts:
        return Count(0)
    if all(cut.tallied for cut in cuts):
        rows = Tally.objects.filter(tallied(cuts), level=LEVELS[-1])
        return Count(rows.aggregate(sum=Sum("count"))["sum"] or 0)
    found = _codes(cuts, Q(), MOST_COUNTED + 1)
    count = 0 if found is None else found.count()
    return Count(min(count, MOST_COUNTED), count <= MOST_COUNTED)


def tallied(cuts: list[Cut]) -> Q:
    """The cuts as one condition over the ledger of counts."""
    found = Q(pk__in=[])
    for cut in cuts:
        one = cut.tally_q()
        if one == Q():
            return one
        found |= one
    return found


def near(
    user: User,
    wanted: ComponentFilter,
    *,
    lon: float,
    lat: float,
    radius_m: float = 50.0,
    most: int = 20,
) -> list[Component]:
    """What fits within `radius_m` (500 at most) of a point, nearest first, with `distance_m`.

    Removed components are left out unless asked for. One query, and those of `cuts_for`. Raises
    BadInput.
    """
    fitting = fits(cuts_for(user, wanted)) & (Q() if wanted.states else ~Q(state=State.REMOVED))
    return nearest(fitting, lon, lat, radius_m=radius_m, most=most, shown=SHOWN)


def nearest(
    fitting: Q,
    lon: float,
    lat: float,
    *,
    radius_m: float,
    most: int,
    shown: tuple[str, ...] = ("wording",),
) -> list[Component]:
    """What fits a condition over `components()` within `radius_m` of a point, nearest first, with
    `distance_m`. One query; whoever asks says who may see what. Raises BadInput."""
    if not (abs(lon) <= 180 and abs(lat) <= 85 and 0 < radius_m <= FARTHEST_M):
        raise BadInput(
            _("radius is a number of metres up to %(most)d.") % {"most": FARTHEST_M},
            field="radius",
        )
    around = Q()
    for low, beyond in ranges_around(lon, lat, radius_m):
        around |= Q(quad__gte=low, quad__lt=beyond)
    rows = components().filter(fitting & around).annotate(
        distance_m=Func(
            F("place"),
            Value(Point(lon, lat, srid=4326), output_field=PointField(srid=4326)),
            function="ST_DistanceSphere",
            output_field=FloatField(),
        )
    )  # fmt: skip
    return list(
        rows.filter(distance_m__lte=radius_m)
        .select_related(*shown)
        .order_by("distance_m", "code")[: min(most, MOST_NEAR)]
    )


def _codes(cuts: list[Cut], more: Q, size: int) -> QuerySet[Any, int] | None:
    """The first codes of all lanes together, in order."""
    lanes = [
        components().filter(lane & more).order_by("code").values_list("code", flat=True)[:size]
        for cut in cuts
        for lane in cut.lanes()
    ]
    if not lanes:
        return None
    if len(lanes) == 1:
        return lanes[0]
    # of one post no component is found twice; of several it may be
    return lanes[0].union(*lanes[1:], all=len(cuts) == 1).order_by("code")[:size]


def after_cursor(cursor: str | None) -> int:
    """The code behind which a page begins; 0 for the first. Raises BadInput."""
    if not cursor:
        return 0
    (code,) = cursor_values(cursor, 1)
    if not isinstance(code, int) or isinstance(code, bool) or not 0 <= code < 10**16:
        raise BadInput(
            _("cursor is not one that this list gave out. Leave it out to start from the top."),
            field="cursor",
        )
    return code
