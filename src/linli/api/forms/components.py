"""What is answered about components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from linli.api.forms.base import Out
from linli.api.forms.outputs import Named, PlaceOut
from linli.components.rules.states import Condition, State

if TYPE_CHECKING:  # a type checker cannot read literals out of a table
    StateName: TypeAlias = str
    ConditionName: TypeAlias = str
else:
    StateName = Literal[tuple(state.word for state in State)]
    ConditionName = Literal[tuple(one.word for one in Condition)]


class Carer(Out):
    """A unit that owns, answers or maintains; without `id` a name that is no unit here."""

    id: int | None
    name: str


class ComponentRow(Out):
    """A component in a list. `code` has sixteen digits: district, class, running number."""

    code: str
    component_class: Named
    name: str
    state: StateName
    condition: ConditionName
    place: PlaceOut
    address: str
    community: Named
    grid: Named | None
    cell: str | None
    owner: Carer | None
    responsible: Carer | None
    maintainer: Carer | None
    installed_on: str | None
    changed_on: str | None
    source: str
    version: int


class Components(Out):
    components: list[ComponentRow]
    cursor: str | None
    next: str | None


class NearRow(ComponentRow):
    distance_m: float


class Near(Out):
    components: list[NearRow]


class Change(Out):
    field: str
    before: str
    after: str


class ToldOut(Out):
    at: str | None
    what: str
    by: str
    changes: list[Change]
    file: str


class ComponentOut(ComponentRow):
    """One component: the row of the list, its note, what happened to it, newest first."""

    note: str
    history: list[ToldOut]
