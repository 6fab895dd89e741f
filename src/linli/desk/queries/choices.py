"""What the forms of the desk offer: units, people, centres, classes, regions, places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.queries import people
from linli.cases.queries.choosing import MOST_FOUND, point_of
from linli.cases.queries.routes import suggestion_for
from linli.catalogue import queries as catalogue
from linli.components import queries as components
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.models import Grid

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.catalogue.models import FilingCondition
    from linli.staff.models import User

HANDLES = ("department", "utility", "contractor", "street", "community", "other")


class Option(NamedTuple):
    """One thing to choose; `note` says why or what it is."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class UnitOptions:
    """The units for a case: suggested ones with their reasons, then all others by tree."""

    suggested: list[Option]
    helping: list[Option]
    others: list[Option]
    co_units: frozenset[str] = frozenset()  # that the rule names: ticked from the start

    @property
    def known(self) -> set[str]:
        return {option.value for option in (*self.suggested, *self.helping, *self.others)}


def units_for(case: Case, *, on: date) -> UnitOptions:
    """Who may act on a case: whom the rules name first, then the responsibility list's units, with
    their reasons. Nine queries at most."""
    suggested: dict[str, Option] = {}
    helping: dict[str, Option] = {}
    said = suggestion_for(case, now=timezone.now())
    if said.unit is not None:
        words = " · ".join((said.why.sentence, *said.effects))
        suggested[str(said.unit)] = Option(str(said.unit), said.label, words)
    for unit_id, label in said.co_units.items():
        helping[str(unit_id)] = Option(str(unit_id), label, _("named with the unit"))
    if case.case_class is not None:
        regions = territory_of(case)
        for s in catalogue.suggest_units(case.case_class, regions, on=on):
            into = suggested if s.role == "lead" else helping
            into.setdefault(str(s.unit_id), Option(str(s.unit_id), s.unit_name, s.reason))
    others = [
        Option(str(unit.pk), unit.label, str(unit.get_kind_display()))
        for unit in staff.units(active=True)
        if unit.kind in HANDLES and str(unit.pk) not in suggested
    ]
    ticked = frozenset(map(str, said.co_units))
    return UnitOptions(list(suggested.values()), list(helping.values()), others, ticked)


def territory_of(case: Case) -> list[int]:
    """The regions of a case, deepest first, up to the root."""
    deepest = case.community_id or case.street_id or case.district_id
    return territory.tree().ancestors_of(deepest) if deepest is not None else []


def workers_for(case: Case, grant: str) -> list[Option]:
    """Who may go and look: the grid's own people first, then others of the centre. Two queries."""
    found: dict[int, Option] = {}
    if case.grid_id is not None:
        for post in people.workers_of_grid(case.grid_id, grant):
            if post.user_id != case.handled_by_id:
                found[post.pk] = Option(str(post.pk), f"{post.user} · {post.label}", "grid")
    for post in people.posts_with_grant(grant, centre_id=case.centre_id):
        if post.user_id != case.handled_by_id:
            found.setdefault(post.pk, Option(str(post.pk), f"{post.user} · {post.label}", "centre"))
    return list(found.values())


def centres_below(case: Case) -> list[Option]:
    """The centres one tier below the owning one, by tree. Two queries."""
    ids = set(people.child_centres(case.centre_id))
    return [Option(str(c.pk), c.label) for c in staff.centres() if c.pk in ids]


def find_units(words: str) -> list[Option]:
    """Units whose name contains `words`, for typing. One query."""
    rows = staff.units(active=True, words=words.strip()[:40])[:MOST_FOUND]
    return [Option(f"{unit.label} #{unit.pk}", str(unit.get_kind_display())) for unit in rows]


def conditions_of(code: str | None) -> list[FilingCondition]:
    """The filing conditions of a class; none for an unknown one. One query."""
    if not code or len(code) < 5:
        return []
    found = [c for c in catalogue.classes() if c.code == code]
    return catalogue.conditions_for(found[0]) if found else []


def today() -> date:
    return timezone.localdate()


class Found(NamedTuple):
    """A place that an address leads to."""

    text: str
    kind: str
    lon: float
    lat: float
    region: str


def find_places(words: str) -> list[Found]:
    """Places by address or name, best first. One query; none for a single letter."""
    tree = territory.tree()
    return [
        Found(
            hit.text,
            hit.kind,
            round(hit.lon, 6),
            round(hit.lat, 6),
            tree.region(hit.community_id).name if hit.community_id is not None else "",
        )
        for hit in territory.geocode(words[:100])
    ]


def where_words(lon: str, lat: str) -> str:
    """Grid, community, street, district of a point in one line. One query for the grid's name."""
    point = point_of(lon, lat)
    found = territory.locate(*point) if point is not None else None
    if found is None or (found.district_id is None and found.city_id is None):
        return _("This point lies outside the area served here.")
    tree = territory.tree()
    ids = (found.district_id, found.street_id, found.community_id)
    names = [tree.region(region_id).name for region_id in ids if region_id is not None]
    if found.grid_id is not None:
        names += Grid.objects.filter(pk=found.grid_id).values_list("name", flat=True)
    else:
        names.append(_("in no grid"))
    return " · ".join(names)


def components_for(user: User, data: Any) -> components.Choosing:
    """The components to choose from for a form's data: near its lon and lat, and the one chosen or
    typed."""
    point = point_of(data.get("lon") or "", data.get("lat") or "")
    named = data.get("component") or data.get("component_code") or ""
    return components.choosing(user, point, named)
