import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The counts by tiles of zoom 15, from those of zoom 17; no component changes meanwhile.
BETWEEN = """
    INSERT INTO components_tally (level, tile, community_id, care_id, kind, state, count)
    SELECT 15, tile >> 4, community_id, care_id, kind, state, sum(count)
    FROM components_tally WHERE level = 17
    GROUP BY tile >> 4, community_id, care_id, kind, state HAVING sum(count) <> 0
"""
NONE_BETWEEN = "DELETE FROM components_tally WHERE level = 15"


class Migration(migrations.Migration):
    dependencies = [
        ("components", "0003_uploads_and_ground"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="component",
            name="tally_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="component",
            name="tally_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="component",
            name="tally_delete",
        ),
        migrations.RunSQL(BETWEEN, NONE_BETWEEN),
        migrations.RemoveIndex(
            model_name="tally",
            name="components_tally_tile",
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                fields=["level", "tile"],
                include=("community_id", "care_id", "kind", "state", "count"),
                name="components_tally_lines",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="component",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        WITH fine AS (\n            SELECT tile, community_id, care_id, kind, state, sum(n) AS n FROM (SELECT quad >> 28 AS tile, community_id, care_id, ((code / 1000000) % 10000)::smallint AS kind, state, count(*) AS n FROM new_rows GROUP BY 1, 2, 3, 4, 5) AS sides\n            GROUP BY tile, community_id, care_id, kind, state HAVING sum(n) <> 0)\n        INSERT INTO components_tally (level, tile, community_id, care_id, kind, state, count)\n        SELECT 17, tile, community_id, care_id, kind, state, n FROM fine\n        UNION ALL\n        SELECT 15, tile >> 4, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 4, community_id, care_id, kind, state HAVING sum(n) <> 0\n        UNION ALL\n        SELECT 13, tile >> 8, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 8, community_id, care_id, kind, state HAVING sum(n) <> 0;\n        RETURN NULL;\n    ",
                    hash="016ea98f6da1295803b7f4ed0f5f18ac98cd1f2a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_insert_a2f98",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="components_component",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="component",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        WITH fine AS (\n            SELECT tile, community_id, care_id, kind, state, sum(n) AS n FROM (SELECT quad >> 28 AS tile, community_id, care_id, ((code / 1000000) % 10000)::smallint AS kind, state, -count(*) AS n FROM old_rows GROUP BY 1, 2, 3, 4, 5 UNION ALL SELECT quad >> 28 AS tile, community_id, care_id, ((code / 1000000) % 10000)::smallint AS kind, state, count(*) AS n FROM new_rows GROUP BY 1, 2, 3, 4, 5) AS sides\n            GROUP BY tile, community_id, care_id, kind, state HAVING sum(n) <> 0)\n        INSERT INTO components_tally (level, tile, community_id, care_id, kind, state, count)\n        SELECT 17, tile, community_id, care_id, kind, state, n FROM fine\n        UNION ALL\n        SELECT 15, tile >> 4, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 4, community_id, care_id, kind, state HAVING sum(n) <> 0\n        UNION ALL\n        SELECT 13, tile >> 8, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 8, community_id, care_id, kind, state HAVING sum(n) <> 0;\n        RETURN NULL;\n    ",
                    hash="fd29ad4067f52e58ad78257179bb7a86b868ebfa",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_update_c43c7",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="components_component",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="component",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        WITH fine AS (\n            SELECT tile, community_id, care_id, kind, state, sum(n) AS n FROM (SELECT quad >> 28 AS tile, community_id, care_id, ((code / 1000000) % 10000)::smallint AS kind, state, -count(*) AS n FROM old_rows GROUP BY 1, 2, 3, 4, 5) AS sides\n            GROUP BY tile, community_id, care_id, kind, state HAVING sum(n) <> 0)\n        INSERT INTO components_tally (level, tile, community_id, care_id, kind, state, count)\n        SELECT 17, tile, community_id, care_id, kind, state, n FROM fine\n        UNION ALL\n        SELECT 15, tile >> 4, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 4, community_id, care_id, kind, state HAVING sum(n) <> 0\n        UNION ALL\n        SELECT 13, tile >> 8, community_id, care_id, kind, state, sum(n) FROM fine\n        GROUP BY tile >> 8, community_id, care_id, kind, state HAVING sum(n) <> 0;\n        RETURN NULL;\n    ",
                    hash="0ac5ec904eb381821cbac719abdb89dff74cb96c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_tally_delete_fd52d",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="components_component",
                    when="AFTER",
                ),
            ),
        ),
    ]
