"""The four schemes of the source documents (R30, R31, R42, R43)."""

from django.db import migrations

SCHEMES = [
    # code, name, source, town, country, base, base_households, step, mixed
    ("district", "城区标准（200—500户）", "R30、R42", (200, 500), (100, 300), (5, 2000, 400, 1)),
    ("nangang", "南岗模式（300—500户）", "R31、R43", (300, 500), (100, 300), (0, 0, 100, 0)),
    ("yichang", "宜昌模式（200—300户）", "R31、R42", (200, 300), (100, 300), (5, 2000, 400, 1)),
    ("hundred", "三化模式（每100户1人）", "R43", (200, 500), (100, 300), (0, 0, 100, 0)),
]


def fill(apps, schema_editor):
    """Once; a city changes the rows later."""
    scheme_model = apps.get_model("planning", "GridScheme")
    for number, (code, name, source, town, country, staff) in enumerate(SCHEMES):
        scheme_model.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "source": source,
                "in_force": number == 0,
                "town_least": town[0],
                "town_most": town[1],
                "country_least": country[0],
                "country_most": country[1],
                "base": staff[0],
                "base_households": staff[1],
                "step": staff[2],
                "mixed": staff[3],
            },
        )


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_planning")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
