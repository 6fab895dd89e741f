"""What components share: the units that care for them."""

from __future__ import annotations

from linli.components.models import Care
from linli.staff.models import Unit


def carers(care: Care) -> str:
    """Owner, who answers and who maintains, each named once; its units have to be at hand."""
    parts = (
        (care.owner, care.owner_name),
        (care.responsible, care.responsible_name),
        (care.maintainer, care.maintainer_name),
    )
    names = [unit.label if unit is not None else name for unit, name in parts]
    return " / ".join(dict.fromkeys(filter(None, names)))


def carer_names() -> list[tuple[int, str]]:
    """Id and name of every unit that owns, answers for or maintains components, by name. One
    query."""
    ids = Care.objects.values_list("owner_id").union(
        Care.objects.values_list("responsible_id"), Care.objects.values_list("maintainer_id")
    )
    return [(unit.pk, unit.label) for unit in Unit.objects.filter(pk__in=ids).order_by("name")]
