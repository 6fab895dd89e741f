"""The component a case is about, and how often it was in trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linli.cases.queries import on_things
from linli.components import queries as components

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.components.models import Component
    from linli.staff.models import User


class CaseThing(NamedTuple):
    """`nth` of its year is the case, of those on the component; `others` are the newest of them."""

    component: Component
    label: str
    nth: int
    others: list[Case]


def thing_of(user: User, case: Case) -> CaseThing | None:
    """The component of a case; None if it has none. Three queries."""
    code = case.component_code
    found = components.numbers_of([code]).get(code) if code is not None else None
    if found is None:
        return None
    return CaseThing(
        component=found,
        label=components.class_label(found.code),
        nth=on_things.nth_of_year(user, case),
        others=on_things.others_on(user, case),
    )
