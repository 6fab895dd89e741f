import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from linli.kernel.indexes import AddIndexBeside

_SEEN_BY = (
    "district", "street", "community", "grid", "lead_unit", "shared_with", "tracker", "case_class",
)  # fmt: skip


class Migration(migrations.Migration):
    atomic = False  # the indexes are built while cases are written

    dependencies = [
        ("cases", "0008_fingerprints"),
        ("routing", "0002_owner_before_place"),
    ]

    operations = [
        # Both columns begin empty: no row is rewritten, and no key has to be proved.
        migrations.AddField("case", "route", models.JSONField(null=True)),
        migrations.AddField(
            "case",
            "arbiter",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.unit",
            ),
        ),
        AddIndexBeside(
            "case",
            models.Index(
                F("reported_at").desc(),
                F("id").desc(),
                name="case_declined",
                condition=Q(decline_count__gt=0),
            ),
        ),
        AddIndexBeside(
            "case",
            models.Index(
                fields=["arbiter"],
                include=_SEEN_BY,
                name="case_to_arbitrate",
                condition=Q(pending="arbitration"),
            ),
        ),
    ]
