"""Components to choose from while reporting: for staff what they may see, for everybody the little
that stands on a label anyway.

Residents get the classes that they may report, no units, notes or states (P7: no more than needed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from linli.catalogue import queries as catalogue
from linli.components import policy
from linli.components.models import Component
from linli.components.queries.lists import nearest
from linli.components.queries.narrowing import components
from linli.components.queries.one import class_label
from linli.components.rules.codes import CLASS_MARK, parse_code, text_of
from linli.components.rules.states import State

if TYPE_CHECKING:
    from linli.staff.models import User

MOST = 8
NEAR_M = 60.0


class Choice(NamedTuple):
    """A component as somebody picks it. `state` is "" for residents; `distance_m` None where no
    place was marked."""

    code: str
    class_code: str
    label: str
    address: str
    lon: float
    lat: float
    state: str = ""
    distance_m: float | None = None


class Choosing(NamedTuple):
    """What components/choose.html shows: what stands near by, the code of the one that is chosen
    (one of them, or ""), and what was named but is none of ours."""

    choices: list[Choice]
    chosen: str
    unknown: str


def choosing(user: User | None, point: tuple[float, float] | None, named: str = "") -> Choosing:
    """What stands within NEAR_M of a point, nearest first, and before it what `named` (a code, or
    the link of a label) names, wherever that stands. `user` None is a resident.

    Two queries at most, and one a post of a unit. Raises BadInput for a point that is none.
    """
    allowed = ~Q(state=State.REMOVED) & (_public() if user is None else policy.visible_to(user))
    found: list[Choice] = []
    if point is not None:
        around = nearest(allowed, *point, radius_m=NEAR_M, most=MOST)
        found = [_choice(one, user) for one in around]
    code = parse_code(named)
    chosen = next((one for one in found if one.code == text_of(code or 0)), None)
    if code is not None and chosen is None:
        rows = components().filter(allowed, code=code).select_related("wording")[:1]
        chosen = next((_choice(one, user) for one in rows), None)
        found = [chosen, *found] if chosen is not None else found
    unknown = named.strip()[:40] if chosen is None else ""
    return Choosing(found, chosen.code if chosen is not None else "", unknown)


def public_choice(code: str) -> Choice | None:
    """What the label with a code stands on, for whoever stands before it. One query."""
    found = choosing(None, None, code).choices
    return found[0] if found else None


def _public() -> Q:
    kinds = [one.code for one in catalogue.classes("component", public=True)]
    return Q(kind__in=[int(code.removeprefix(CLASS_MARK)) for code in kinds])


def _choice(one: Component, user: User | None) -> Choice:
    return Choice(
        code=one.number,
        class_code=one.parts.class_code,
        label=class_label(one.code),
        address=one.wording.text if one.wording is not None else "",
        lon=one.place.x,
        lat=one.place.y,
        state=str(State(one.state).label) if user is not None else "",
        distance_m=getattr(one, "distance_m", None),
    )
