"""What 0002 gave to roles counts as proposed: roles nobody has changed go on following the program."""

from django.db import migrations

PROPOSED = "\n".join(
    f"""
    UPDATE staff_posttemplate SET proposed = proposed || '{{{grant}}}'::varchar[]
        WHERE '{grant}' = ANY (grants) AND proposed && '{{{likes}}}'::varchar[]
            AND NOT '{grant}' = ANY (proposed);"""
    for grant, likes in (
        ("components.see", "cases.see"),
        ("components.inspect", "cases.check,cases.verify,cases.handle"),
        ("components.export", "cases.export"),
        ("components.import", "catalogue.edit"),
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("components", "0004_a_level_between"),
        ("staff", "0003_first_proposals"),
    ]
    operations = [migrations.RunSQL(PROPOSED, migrations.RunSQL.noop)]
