"""Residents of a grid where a source document says them (R31: 人口1000-1500人)."""

from django.db import migrations


def fill(apps, schema_editor):
    """Only where nobody has said anything yet."""
    schemes = apps.get_model("planning", "GridScheme").objects
    schemes.filter(code="nangang", people_most=0).update(people_least=1000, people_most=1500)


class Migration(migrations.Migration):
    dependencies = [("planning", "0003_population")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
