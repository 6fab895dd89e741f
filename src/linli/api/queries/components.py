"""Components as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from linli.api.queries.names import Row
from linli.components import queries as components
from linli.components.models import Component
from linli.components.rules.states import Condition, State
from linli.staff.models import Unit

if TYPE_CHECKING:
    pass


def component_row(one: Component) -> Row:
    """A component as lists show it. No query."""
    care = one.care
    parts = one.parts

    def carer(unit: Unit | None, name: str) -> Row | None:
        if unit is not None:
            return {"id": unit.pk, "name": unit.label}
        return {"id": None, "name": name} if name else None

    return {
        "code": one.number,
        "component_class": {"code": parts.class_code, "name": components.class_label(one.code)},
        "name": one.name,
        "state": State(one.state).word,
        "condition": Condition(one.condition).word,
        "place": {"lon": one.place.x, "lat": one.place.y},
        "address": one.wording.text if one.wording else "",
        "community": {"code": one.community.code, "name": one.community.name},
        "grid": {"code": one.grid.code, "name": one.grid.name} if one.grid else None,
        "cell": one.cell.code if one.cell else None,
        "owner": carer(care.owner, care.owner_name),
        "responsible": carer(care.responsible, care.responsible_name),
        "maintainer": carer(care.maintainer, care.maintainer_name),
        "installed_on": one.installed_on and one.installed_on.isoformat(),
        "changed_on": one.changed_on and one.changed_on.isoformat(),
        "source": one.source.name,
        "version": one.version,
    }


def told_row(told: components.Told) -> Row:
    """A line of a component's history."""
    return {
        "at": told.at and timezone.localtime(told.at).isoformat(),
        "what": told.what,
        "by": told.who,
        "changes": [
            {"field": name, "before": before, "after": after}
            for name, before, after in told.changes
        ],
        "file": told.import_file,
    }
