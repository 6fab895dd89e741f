"""The facts of cases that the rules count otherwise now are made anew by the job: merged, voided,
reopened, sent back by a unit, or standing still. Closed periods keep what they counted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0005_steps_by_kind"), ("cases", "0011_events_by_moment")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO evaluation_touched (case_id, number)"
            " SELECT case_id, 0 FROM evaluation_casefact WHERE merged_at IS NOT NULL"
            " UNION SELECT case_id, 0 FROM evaluation_casefact WHERE voided_at IS NOT NULL"
            " UNION SELECT case_id, 0 FROM evaluation_casefact WHERE reopened_at IS NOT NULL"
            " UNION SELECT case_id, 0 FROM evaluation_taskfact WHERE declined_at IS NOT NULL"
            " UNION SELECT case_id, 0 FROM cases_caseclock WHERE ended_at IS NULL AND due_at IS NULL"
            " ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
