"""The first schemes: written by the program for roles that have none."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import connections, transaction

from linli.appraisal.models import Scheme, SchemeLine
from linli.appraisal.rules.schemes import BANDS, USUAL
from linli.appraisal.rules.seeds import NOTE, SEEDS
from linli.staff.models import PostTemplate

SINCE = date(2000, 1, 1)


def keep_schemes(*, using: str = "default") -> None:
    """After every migrate: scheme 1 of each seeded role that has no scheme. Two queries where all
    have one."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if Scheme._meta.db_table not in connection.introspection.table_names(cursor):
            return  # migrated back to before it
    with transaction.atomic(using=using):
        roles = {one.code: one for one in PostTemplate.objects.using(using).all()}
        known = set(Scheme.objects.using(using).values_list("role__code", flat=True))
        for seed in SEEDS:
            if seed.role not in roles or seed.role in known:
                continue
            scheme = Scheme.objects.using(using).create(
                role=roles[seed.role], number=1, subject=seed.subject, note=NOTE,
                bands=[[str(band.edge), str(band.percent)] for band in BANDS],
                valid_from=SINCE, made_at=datetime.now(UTC), **USUAL,
            )  # fmt: skip
            SchemeLine.objects.using(using).bulk_create(SchemeLine.rows_of(scheme, seed.lines))
