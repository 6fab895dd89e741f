"""The closed word lists of the catalogue. A case's urgency is a word of `cases`: normal, urgent."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.catalogue.rules.limits import LimitUnit
from linli.territory.rules.kinds import Grade

__all__ = ["NORMAL", "UNIT_WORDS", "URGENT", "Grade", "Kind", "Role", "class_code", "split_code"]


class Kind(TextChoices):
    """部件 (a thing that stands in the street) or 事件 (something that happens). GB/T 30428.2."""

    COMPONENT = "component", _("Component")
    EVENT = "event", _("Event")


class Goal(TextChoices):
    """Which of the five goals of the grids a class serves beyond being a case (五全, R8)."""

    DISPUTE = "dispute", _("Dispute to be settled")
    MATTER = "matter", _("Matter done for a resident")


class Role(TextChoices):
    """What a unit does for a class: 主办, 协办, 主管 (R65)."""

    LEAD = "lead", _("Lead unit")
    CO = "co", _("Co-handling unit")
    SUPERVISE = "supervise", _("Supervising department")


NORMAL, URGENT = "normal", "urgent"

UNIT_WORDS = {
    LimitUnit.MINUTE: pgettext_lazy("limit", "minutes"),
    LimitUnit.URGENT_HOUR: pgettext_lazy("limit", "urgent hours"),
    LimitUnit.CALENDAR_DAY: pgettext_lazy("limit", "calendar days"),
    LimitUnit.WORK_MINUTE: pgettext_lazy("limit", "working minutes"),
    LimitUnit.WORK_HOUR: pgettext_lazy("limit", "working hours"),
    LimitUnit.WORK_DAY: pgettext_lazy("limit", "working days"),
}

_LETTER = {Kind.COMPONENT: "C", Kind.EVENT: "E"}
_CODE = re.compile(r"([CE])(\d{2})(\d{2})")


def class_code(kind: Kind, major_code: str, minor_code: str) -> str:
    """`C0101` for component 01-01, `E0102` for event 01-02: unique inside an edition."""
    return f"{_LETTER[kind]}{major_code}{minor_code}"


def split_code(code: str) -> tuple[Kind, str, str]:
    """The (kind, major code, minor code) of a class code. Raises ValueError on any other form."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"{code!r} is not a class code such as C0101 or E0102.")
    kind = Kind.COMPONENT if found[1] == "C" else Kind.EVENT
    return kind, found[2], found[3]
