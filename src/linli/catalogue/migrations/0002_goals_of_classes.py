"""Which of the five goals a class counts for (R8); the kept past of classes says it too."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_catalogue"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="caseclass",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="caseclass",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="caseclass",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="caseclass",
            name="goal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dispute", "Dispute to be settled"),
                    ("matter", "Matter done for a resident"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="goal",
            ),
        ),
        migrations.AddField(
            model_name="caseclassevent",
            name="goal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dispute", "Dispute to be settled"),
                    ("matter", "Matter done for a resident"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="goal",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="caseclass",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalogue_caseclassevent" ("active", "code", "edition_id", "goal", "icon", "id", "kind", "major_code", "major_name", "major_name_en", "minor_code", "name", "name_en", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public", "unlinked_supervisors", "unlinked_units") VALUES (NEW."active", NEW."code", NEW."edition_id", NEW."goal", NEW."icon", NEW."id", NEW."kind", NEW."major_code", NEW."major_name", NEW."major_name_en", NEW."minor_code", NEW."name", NEW."name_en", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public", NEW."unlinked_supervisors", NEW."unlinked_units"); RETURN NULL;',
                    hash="e534ce0b9d21e02afea80fb0a5aad4aa0fbdbb43",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_60533",
                    table="catalogue_caseclass",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="caseclass",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalogue_caseclassevent" ("active", "code", "edition_id", "goal", "icon", "id", "kind", "major_code", "major_name", "major_name_en", "minor_code", "name", "name_en", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public", "unlinked_supervisors", "unlinked_units") VALUES (NEW."active", NEW."code", NEW."edition_id", NEW."goal", NEW."icon", NEW."id", NEW."kind", NEW."major_code", NEW."major_name", NEW."major_name_en", NEW."minor_code", NEW."name", NEW."name_en", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public", NEW."unlinked_supervisors", NEW."unlinked_units"); RETURN NULL;',
                    hash="79df76f16ed9e02515cca35689ebc451492a392a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8aa53",
                    table="catalogue_caseclass",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="caseclass",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalogue_caseclassevent" ("active", "code", "edition_id", "goal", "icon", "id", "kind", "major_code", "major_name", "major_name_en", "minor_code", "name", "name_en", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public", "unlinked_supervisors", "unlinked_units") VALUES (OLD."active", OLD."code", OLD."edition_id", OLD."goal", OLD."icon", OLD."id", OLD."kind", OLD."major_code", OLD."major_name", OLD."major_name_en", OLD."minor_code", OLD."name", OLD."name_en", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public", OLD."unlinked_supervisors", OLD."unlinked_units"); RETURN NULL;',
                    hash="999364c1b1eefb0b1bc686b5b326642873b38b91",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_79889",
                    table="catalogue_caseclass",
                    when="AFTER",
                ),
            ),
        ),
    ]
