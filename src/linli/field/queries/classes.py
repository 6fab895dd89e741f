"""Which class: those reported most in one's grids as big buttons, all others by typing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from linli.cases.queries import figures
from linli.catalogue import queries as catalogue

if TYPE_CHECKING:
    from linli.catalogue.models import CaseClass
    from linli.staff.models import User

MOST_BUTTONS = 8
LOOK_BACK_DAYS = 90
_CODE = re.compile(r"^\s*([CE]\d{4})\b", re.IGNORECASE)


def usual_classes(user: User, *, now: datetime) -> list[CaseClass]:
    """The classes reported most here in the last 90 days, filled up with events. One query."""
    since, until = figures.last_days(LOOK_BACK_DAYS, today=timezone.localdate(now))
    grids = tuple({grid for seat in user.seats for grid in seat.grid_ids})
    most = figures.top_classes(
        user, since=since, until=until, now=now, grid_ids=grids, most=MOST_BUTTONS
    )
    known = {c.code: c for c in catalogue.classes()}
    found = [known[f.wanted.case_class] for f in most if f.wanted.case_class in known]
    for one in known.values():
        if len(found) >= MOST_BUTTONS:
            break
        if one.kind == "event" and one not in found:
            found.append(one)
    return found


def all_classes() -> list[CaseClass]:
    """Every class in use, components before events."""
    return catalogue.classes()


def class_text(one: CaseClass) -> str:
    """“E0102 暴露垃圾”; `code_of` reads it back."""
    return f"{one.code} {one.label}"


def code_of(text: str) -> str | None:
    """The code in what was typed or chosen, or that of the one class with such a name."""
    text = text.strip()
    if code := _CODE.match(text):
        return code[1].upper()
    words = text.casefold()
    exact = [c for c in catalogue.classes() if words in (c.name, c.name_en.casefold())]
    some = exact or [
        c for c in catalogue.classes() if words and words in f"{c.name} {c.name_en}".casefold()
    ]
    return some[0].code if len(some) == 1 else None


def class_id_of(code: str) -> int | None:
    """The id of a class in use."""
    return next((c.pk for c in catalogue.classes() if c.code == code), None)
