"""The first version of the formulas: published by the program where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import connections, transaction

from linli.evaluation.models import Indicator, Version, VersionState
from linli.evaluation.rules.seeds import SEEDS, STANDARD
from linli.evaluation.rules.subjects import EDGES

SINCE = date(2000, 1, 1)


def keep_formulas(*, using: str = "default") -> None:
    """After every migrate: version 1, in force since ever. Nothing where any version is."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if Version._meta.db_table not in connection.introspection.table_names(cursor):
            return  # migrated back to before it
    with transaction.atomic(using=using):
        if Version.objects.using(using).exists():
            return
        now = datetime.now(UTC)
        version = Version.objects.using(using).create(edges=EDGES, note=STANDARD, made_at=now)
        Indicator.objects.using(using).bulk_create(
            Indicator(
                version=version, position=position, subject=subject, code=code, label_zh=label,
                label_en=label_en, shows=shows, formula=formula, source=source,
            )
            for position, (subject, code, label, label_en, shows, formula, source) in enumerate(
                SEEDS
            )
        )  # fmt: skip
        version.state, version.number = VersionState.PUBLISHED, 1
        version.valid_from, version.published_at = SINCE, now
        version.save(using=using)
