"""The two classes of the seed that the goals are about; classes of a city's own are its to mark."""

from typing import Any

from django.db import migrations

SEEDED = {("E0602", "邻里纠纷调解"): "dispute", ("E0601", "民生诉求"): "matter"}


def mark(apps: Any, schema_editor: Any) -> None:
    """Few rows: one class an edition."""
    classes = apps.get_model("catalogue", "CaseClass").objects
    for (code, name), goal in SEEDED.items():
        classes.filter(code=code, name=name, goal="").update(goal=goal)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_goals_of_classes")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
