"""The register of grants, told to the database."""

from __future__ import annotations

from django.db import connections

from linli.staff.models import KnownGrant
from linli.staff.rules import GRANTS


def keep_grants(*, using: str = "default") -> None:
    """Make the table of known grants equal to the register. Runs after every migrate."""
    tables = connections[using].introspection.table_names()
    if KnownGrant._meta.db_table not in tables:
        return  # migrated back to before it
    rows = KnownGrant.objects.using(using)
    rows.exclude(code__in=GRANTS).delete()
    rows.bulk_create(
        [KnownGrant(code=grant.code, kind=grant.kind) for grant in GRANTS.values()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind"],
    )
