"""The register written out, in the words that imports read back."""

from __future__ import annotations

from typing import Any, Protocol

from django.db.models import Q

from linli.components.models import Care
from linli.components.policy import classes_q
from linli.components.queries import components
from linli.components.rules.codes import CLASS_MARK, text_of
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.states import Condition, State

HEADINGS = ("ObjID", "ObjName", "DeptName1", "DeptName2", "DeptName3", "BGID", "ObjState",
            "Condition", "ORDate", "CHDate", "Address", "Lon", "Lat", "Note")  # fmt: skip
_AT_ONCE = 5_000


class Writer(Protocol):
    """What csv.writer gives."""

    def writerow(self, row: Any, /) -> Any: ...


def write_register(wanted: ComponentFilter, writer: Writer) -> int:
    """Components by code, streamed, for whoever runs the program itself; only the class and the
    states of `wanted` are asked for. Returns how many. Two queries."""
    writer.writerow(HEADINGS)
    fits = Q()
    if wanted.component_class:
        fits &= classes_q((wanted.component_class.removeprefix(CLASS_MARK),))
    if wanted.states:
        fits &= Q(state__in=[int(state) for state in wanted.states])
    carers = {care.pk: _carers(care) for care in _cares()}
    rows = components().filter(fits).order_by("code").values_list(
        "code", "name", "care_id", "cell__code", "state", "condition", "installed_on",
        "changed_on", "wording__text", "place", "note",
    )  # fmt: skip
    count = 0
    for code, name, care, cell, state, condition, *days, text, place, note in rows.iterator(
        _AT_ONCE
    ):
        cells = (text_of(code), name, *carers[care], cell or "", State(state).word,
                 Condition(condition).word, *(day.isoformat() if day else "" for day in days),
                 text or "", f"{place.x:.7f}", f"{place.y:.7f}", note)  # fmt: skip
        # A leading = + - @ would be a formula in a spreadsheet.
        writer.writerow([f"'{one}" if one[:1] in ("=", "+", "-", "@") else one for one in cells])
        count += 1
    return count


def _cares() -> Any:
    return Care.objects.select_related("owner", "responsible", "maintainer")


def _carers(care: Care) -> tuple[str, str, str]:
    """The three units by code, which imports know again; names where there is no unit."""
    return (
        care.responsible.code if care.responsible else care.responsible_name,
        care.owner.code if care.owner else care.owner_name,
        care.maintainer.code if care.maintainer else care.maintainer_name,
    )
