"""The facts of all cases that are there already are made by the job, a thousand at a time."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_figures"), ("cases", "0009_routes")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO evaluation_touched (case_id, number) SELECT id, 0 FROM cases_case"
            " ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
