"""Schemes: all of them, and the one in force."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.planning.models import GridScheme
from linli.planning.rules.schemes import BUILT_IN


def schemes() -> QuerySet[GridScheme]:
    """All schemes, the first ones first. One query."""
    return GridScheme.objects.order_by("id")


def scheme_in_force() -> GridScheme:
    """The scheme of the city; the first one of the documents where none is. One query."""
    found = GridScheme.objects.filter(in_force=True).first()
    return found or GridScheme.of(BUILT_IN[0])


def scheme_of(code: str) -> GridScheme:
    """One scheme by its code. One query. Raises NotFound."""
    found = GridScheme.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no scheme with the code %s.") % code, field="scheme")
    return found
