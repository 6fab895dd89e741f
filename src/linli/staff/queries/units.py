"""Units and their tree. Units are no secret: everybody on staff may read them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff.models import Unit
from linli.staff.models import unit_tree as tree
from linli.staff.rules import UnitTree

__all__ = ["centre_for_region", "centres", "unit_by_code", "unit_for", "unit_tree", "units"]


def unit_tree() -> UnitTree:
    """All units as a tree kept in this process. One query; two when a unit has changed."""
    return tree()


def units(*, kind: str = "", active: bool | None = True, words: str = "") -> QuerySet[Unit]:
    """Units with their regions, by path (parents first). One query."""
    rows = Unit.objects.select_related("region").order_by("path")
    if kind:
        rows = rows.filter(kind=kind)
    if active is not None:
        rows = rows.filter(is_active=active)
    if words:
        rows = rows.filter(name__icontains=words)
    return rows


def unit_for(unit_id: int) -> Unit:
    """One unit with its region. One query. Raises NotFound."""
    found = Unit.objects.select_related("region").filter(pk=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such unit. Choose one from the list."), field="unit")
    return found


def unit_by_code(code: str) -> Unit:
    """One unit by its code. One query. Raises NotFound."""
    found = Unit.objects.select_related("region").filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no unit with the code %s.") % code, field="unit")
    return found


def centres() -> QuerySet[Unit]:
    """Active centres with their regions, by path. One query."""
    return units(kind="centre")


def centre_for_region(region_ids: list[int]) -> Unit | None:
    """The active centre of the first of `region_ids` (nearest first) that has one. One query."""
    found = {centre.region_id: centre for centre in centres().filter(region_id__in=region_ids)}
    return next((found[region] for region in region_ids if region in found), None)
