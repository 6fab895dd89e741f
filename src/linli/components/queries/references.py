"""What components share: the units that care for them."""

from __future__ import annotations

from linli.components.models import Care
from linli.staff.models import Unit


def carer_names() -> list[tuple[int, str]]:
    """Id and name of every unit that owns, answers for or maintains components, by name. One
    query."""
    ids = Care.objects.values_list("owner_id").union(
        Care.objects.values_list("responsible_id"), Care.objects.values_list("maintainer_id")
    )
    return [(unit.pk, unit.label) for unit in Unit.objects.filter(pk__in=ids).order_by("name")]
