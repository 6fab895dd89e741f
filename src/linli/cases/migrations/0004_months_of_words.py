"""The word index knows the month of the report, so that common words are found by month."""

from django.db import migrations

_BATCH = 20_000
_FILL = """
    UPDATE cases_casewords AS words
    SET bigrams = bigrams || to_char(reported_at AT TIME ZONE 'UTC', '"@"YYYYMM')::varchar(8)
    FROM cases_case WHERE id = case_id AND case_id BETWEEN %s AND %s
        AND NOT bigrams @> ARRAY[to_char(reported_at AT TIME ZONE 'UTC', '"@"YYYYMM')::varchar(8)]
"""


def fill(apps, schema_editor):
    """Words of cases from before this index knew months."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(case_id), max(case_id) FROM cases_casewords")
        first, last = cursor.fetchone()
        if first is None:
            return
        for start in range(first, last + 1, _BATCH):
            cursor.execute(_FILL, [start, start + _BATCH - 1])


class Migration(migrations.Migration):
    atomic = False  # each batch commits by itself, so a stopped run can be started again
    dependencies = [("cases", "0003_lists_and_queues")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
