"""One component changed: by an inspection, or by what becomes of a case on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.components import policy, queries
from linli.components.models import Component, ComponentEvent
from linli.components.rules.states import Condition, State
from linli.kernel.errors import BadInput, Stale
from linli.kernel.text import clean
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

What = ComponentEvent.What


@transaction.atomic
def inspect(
    *,
    code: int,
    actor: User,
    now: datetime,
    state: int,
    condition: int,
    opinion: str = "",
    seen: int | None = None,
) -> Component:
    """Note how somebody found a component. `seen` is the version the person looked at.

    Raises NotFound, NotYours, BadInput, Stale.
    """
    staff.require(actor, policy.GRANT_INSPECT)
    queries.component_for(actor, code)
    one = _locked(code)
    if seen is not None and seen != one.version:
        raise Stale(_("Meanwhile this component has changed. Look at it again, then decide."))
    if state not in State.values:
        raise BadInput(_("state: choose one of the list."), field="state")
    if condition not in Condition.values:
        raise BadInput(_("condition: choose one of the list."), field="condition")
    words = clean(opinion, field="opinion", most=500)
    _change(one, What.INSPECTED, now, actor=actor, opinion=words, state=state, condition=condition)
    return one


@transaction.atomic
def fault_reported(
    *, code: int, case_id: int, state: State, actor: User | None, now: datetime
) -> None:
    """A case on the component was filed: it is in `state` from now on. Nothing if it is already,
    or if there is no such component any more."""
    one = _locked_or_none(code)
    if one is not None and one.state != state:
        _change(one, What.STATE, now, actor=actor, case_id=case_id, state=int(state))


@transaction.atomic
def fault_gone(*, code: int, case_id: int, actor: User | None, now: datetime) -> None:
    """The case is over: the component is as it was before the case, unless something else has
    changed it since."""
    one = _locked_or_none(code)
    if one is None:
        return
    own = (
        ComponentEvent.objects.filter(component_code=code, case_id=case_id, what=What.STATE)
        .order_by("-number")
        .first()
    )
    if own is None or "state" not in own.changes:
        return
    before, after = own.changes["state"]
    if one.state == after:
        _change(one, What.STATE, now, actor=actor, case_id=case_id, state=before)


def _locked(code: int) -> Component:
    return Component.objects.select_for_update().get(pk=code)


def _locked_or_none(code: int) -> Component | None:
    return Component.objects.select_for_update().filter(pk=code).first()


def _change(
    one: Component,
    what: str,
    now: datetime,
    *,
    actor: User | None,
    case_id: int | None = None,
    opinion: str = "",
    **values: Any,
) -> None:
    """Set `values` and remember what they were. Two statements; an inspection that finds nothing
    new is remembered too."""
    changes = {
        name: [getattr(one, name), value]
        for name, value in values.items()
        if getattr(one, name) != value
    }
    one.version += 1
    for name, value in values.items():
        setattr(one, name, value)
    one.save(update_fields=["version", *values])
    ComponentEvent.objects.bulk_create(
        [
            ComponentEvent(
                component_code=one.code,
                number=one.version,
                at=now,
                actor=actor,
                case_id=case_id,
                what=what,
                changes=changes,
                opinion=opinion,
            )
        ]
    )
