"""A case on a component (R178): what becomes of the case becomes of the component's state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.rules.inputs import Place
from linli.cases.services import placing
from linli.catalogue import queries as catalogue
from linli.components import queries as components
from linli.components import services as component_services
from linli.components.rules import State, parse_code, parts_of, state_of_case
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.components.models import Component
    from linli.staff.models import User

_BEGINS = ("file", "reopen")
_ENDS = ("close", "self_handle", "void", "merge")


FARTHEST_M = 300.0  # from the place that was marked: a phone between towers errs by two hundred


def named(code: str, actor: User | None, place: Place | None) -> Component:
    """The component a report names, for a report that marks `place`. Staff name what they may see;
    whoever stands before its label names it by the code. Two queries. Raises BadInput for one that
    is unknown, was removed, or stands more than FARTHEST_M from the place."""
    number = parse_code(code)
    found = components.numbers_of([number]).get(number) if number is not None else None
    if found is None or (actor is not None and not components.may_see(actor, found.code)):
        raise BadInput(
            _("component: there is no component %(code)s, or you may not see it.")
            % {"code": code[:20]},
            field="component",
        )
    if found.state == State.REMOVED:
        raise BadInput(
            _(
                "component: %(code)s was removed from the register. Choose what stands there now,"
                " or report without a component."
            )
            % {"code": found.number},
            field="component",
        )
    away_m = _away_m(found, place)
    if away_m > FARTHEST_M:
        raise BadInput(
            _(
                "component: %(code)s stands %(metres)d m from the place marked. Move the mark, or"
                " choose another component or none."
            )
            % {"code": found.number, "metres": round(away_m)},
            field="component",
        )
    return found


def _away_m(component: Component, place: Place | None) -> float:
    return placing.distance_m(component.place, placing.wgs84(place)) if place is not None else 0.0


def place_of(component: Component) -> Place:
    """Where it stands, as a report gives it."""
    return Place(component.place.x, component.place.y)


def address_of(component: Component) -> str:
    """Where it stands in words; “” if nobody has said so."""
    return component.wording.text if component.wording is not None else ""


def class_of(component: Component) -> str | None:
    """Its class, if the catalogue in use has it."""
    code = component.parts.class_code
    return code if any(one.code == code for one in catalogue.classes()) else None


def follow(case: Case, move: str, *, actor: User | None, now: datetime) -> None:
    """Tell the component of a case what `move` means to it. Nothing for cases of other classes:
    a lamp with a poster on it is not broken."""
    code = case.component_code
    if code is None or move not in (*_BEGINS, *_ENDS):
        return
    if move in _ENDS:
        component_services.fault_gone(code=code, case_id=case.pk, actor=actor, now=now)
    elif case.case_class is not None and case.case_class.code == parts_of(code).class_code:
        words = case.condition.filing_text if case.condition is not None else ""
        component_services.fault_reported(
            code=code, case_id=case.pk, state=state_of_case(words), actor=actor, now=now
        )
