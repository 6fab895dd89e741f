"""One component with its history, for whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.catalogue import queries as catalogue
from linli.components import policy
from linli.components.models import Care, Component, ComponentEvent, Import, Source, Wording
from linli.components.queries.lists import SHOWN
from linli.components.queries.narrowing import components
from linli.components.rules.codes import parse_code, parts_of
from linli.components.rules.columns import LABELS
from linli.components.rules.states import Condition, State
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Told:
    """A line of a component's history. `changes` are (field, before, after) in words."""

    at: datetime | None
    what: str
    who: str
    changes: list[tuple[str, str, str]]
    case_id: int | None = None
    import_file: str = ""
    opinion: str = ""


def component_for(user: User, code: str | int) -> Component:
    """The component with a code, if `user` may see it. One query. Raises NotFound."""
    number = code if isinstance(code, int) else parse_code(code)
    found = None
    if number is not None:
        rows = components().filter(policy.visible_to(user), code=number)
        found = rows.select_related(*SHOWN).first()
    if found is None:
        raise NotFound(_("There is no such component, or you may not see it."), field="code")
    return found


def components_by_codes(user: User, codes: Iterable[str], *, most: int = 10) -> list[Component]:
    """Those of the named components that `user` may see, by code, with what a list shows. One
    query."""
    numbers = [number for code in codes if (number := parse_code(code)) is not None][:most]
    rows = components().filter(policy.visible_to(user), code__in=numbers)
    return list(rows.select_related(*SHOWN).order_by("code"))


def may_see(user: User, code: int) -> bool:
    """Whether there is a component with this code that `user` may see. One query."""
    return components().filter(policy.visible_to(user), code=code).exists()


def numbers_of(codes: Iterable[int]) -> dict[int, Component]:
    """Components with their wording by code, whoever asks: for what a case is about. One query."""
    rows = Component.objects.filter(pk__in=list(codes)).select_related("wording")
    return {one.code: one for one in rows}


def class_label(code: int) -> str:
    """The name of a component's class, in the reader's language; its code where it has none."""
    wanted = parts_of(code).class_code
    found = next((one for one in catalogue.current().all_classes if one.code == wanted), None)
    return found.label if found is not None else wanted


def story_of(component: Component) -> list[Told]:
    """What happened to it, newest first, the entry last. Three queries, four with references."""
    events = list(
        ComponentEvent.objects.filter(component_code=component.code)
        .select_related("actor")
        .order_by("-number")
    )
    imports = {
        one.pk: one
        for one in Import.objects.filter(
            pk__in={event.entry for event in events} | {component.entry}
        )
    }
    words = _Words(events)
    told = [
        Told(
            at=event.at,
            what=_what(event.what),
            who=(event.actor.name or event.actor.get_username()) if event.actor else "",
            changes=words.of(event.changes),
            case_id=event.case_id,
            import_file=imports[event.entry].file_name if event.entry in imports else "",
            opinion=event.opinion,
        )
        for event in events
    ]
    entry = imports.get(component.entry)
    told.append(
        Told(
            at=entry.applied_at if entry else None,
            what=_("Entered"),
            who="",
            changes=[],
            import_file=entry.file_name if entry else "",
        )
    )
    return told


def _what(what: str) -> str:
    return {
        "changed": _("Changed"),
        "moved": _("Moved"),
        "state": _("State changed"),
        "inspected": _("Inspected"),
        "removed": _("Gone at a census"),
    }[what]


class _Words:
    """The values in events as people read them; references are fetched once for all events."""

    def __init__(self, events: list[ComponentEvent]) -> None:
        self._cares = _held(Care, events, "care_id", "owner", "responsible", "maintainer")
        self._wordings = _held(Wording, events, "wording_id")

    def of(self, changes: Mapping[str, list[Any]]) -> list[tuple[str, str, str]]:
        return [
            (_label(name), self._said(name, pair[0]), self._said(name, pair[1]))
            for name, pair in changes.items()
        ]

    def _said(self, name: str, value: Any) -> str:
        if value is None:
            return "–"
        if name == "state":
            return str(State(value).label)
        if name == "condition":
            return str(Condition(value).label)
        if name == "care_id":
            return str(self._cares.get(value, value))
        if name == "wording_id":
            return str(self._wordings.get(value, value))
        if name == "place":
            return ", ".join(f"{one:.6f}" for one in value)
        return str(value)


def _held(
    model: type[Care] | type[Wording] | type[Source],
    events: list[ComponentEvent],
    name: str,
    *related: str,
) -> dict[int, Any]:
    ids = {one for event in events for one in event.changes.get(name, ()) if one is not None}
    if not ids:
        return {}
    rows: Any = model._default_manager.filter(pk__in=ids)
    return {row.pk: row for row in (rows.select_related(*related) if related else rows)}


def _label(name: str) -> str:
    known = {
        "care_id": pgettext("component", "Units"),
        "wording_id": LABELS["address"],
        "place": _("Place"),
    }
    return str(known.get(name) or LABELS.get(name, name))
