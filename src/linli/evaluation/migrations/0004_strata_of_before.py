"""The facts of all cases are made anew by the job, a thousand at a time, with their strata."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_strata")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO evaluation_touched (case_id, number) SELECT case_id, 0"
            " FROM evaluation_casefact ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
