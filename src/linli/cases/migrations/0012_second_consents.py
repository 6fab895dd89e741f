"""More time and suspensions that two tiers consent to.

A request that waits already goes on as it was: one consent is enough for it.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from linli.kernel.indexes import AddIndexBeside

_SEEN_BY = (
    "district", "street", "community", "grid", "lead_unit", "shared_with", "tracker", "case_class",
)  # fmt: skip
_AFTER = {
    "similar_radius_m__range": (1, 1000),
    "similar_hours__range": (1, 8760),
    "rating_days__range": (1, 90),
    "reopen_days__range": (1, 365),
    "extensions_most__range": (1, 2),
    "extensions_alone__range": (0, 2),
    "extension_percent_most__range": (10, 100),
    "extension_percent_alone__range": (0, 100),
    "suspension_days__range": (1, 365),
    "suspension_days_alone__range": (0, 365),
    "check_distance_m__range": (10, 5000),
    "contact_days__range": (30, 1095),
}
_NUMBERS = {
    "extensions_most": 2,
    "extensions_alone": 1,
    "extension_percent_most": 100,
    "extension_percent_alone": 50,
    "suspension_days_alone": 30,
}


def settle(apps, schema_editor):
    """Back to one consent: a request for more time waits for that, one for a suspension is gone."""
    rows = apps.get_model("cases", "Case").objects.using(schema_editor.connection.alias)
    rows.filter(pending__in=["extension_1", "extension_2"]).update(pending="extension")
    rows.filter(pending__startswith="suspension").update(
        pending="", pending_by=None, pending_detail={}
    )


class Migration(migrations.Migration):
    atomic = False  # the index is built while cases are written

    dependencies = [
        ("cases", "0011_events_by_moment"),
        ("staff", "0007_self_descriptions"),
    ]

    operations = [
        # The column begins empty: no row is rewritten, and no key has to be proved.
        migrations.AddField(
            "case",
            "decider",
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
                fields=["decider"],
                include=(*_SEEN_BY, "stage"),
                name="case_to_consent",
                condition=Q(decider__isnull=False),
            ),
        ),
        *(
            migrations.AddField("casesettings", name, models.IntegerField(default=number))
            for name, number in _NUMBERS.items()
        ),
        migrations.RemoveConstraint("casesettings", "case_settings_positive"),
        migrations.AddConstraint(
            "casesettings",
            models.CheckConstraint(name="case_settings_positive", condition=Q(**_AFTER)),
        ),
        migrations.RunPython(migrations.RunPython.noop, settle),
    ]
