"""The rule set a city starts with: 部件先属主后属地, 事件先属地后属主."""

from datetime import date

from django.db import migrations
from django.utils import timezone

# Each line serves where its unit is known; what none serves falls to the responsibility list.
RULES = [
    ("部件先属主", "Components: the owner first", "C", "owner"),
    ("部件后属地", "Components: then the place", "C", "local"),
    ("事件先属地", "Events: the place first", "E", "local"),
    ("事件后属主", "Events: then the owner", "E", "owner"),
]


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    sets = apps.get_model("routing", "RuleSet").objects.using(alias)
    if sets.exists():
        return
    now = timezone.now()
    made = sets.create(name="部件先属主后属地，事件先属地后属主", made_at=now)
    rules = apps.get_model("routing", "RoutingRule").objects.using(alias)
    for position, (name, name_en, kind, target) in enumerate(RULES, start=1):
        rules.create(
            rule_set=made,
            position=position,
            name=name,
            name_en=name_en,
            conditions={"classes": [kind]},
            target=target,
        )
    # Published last: what is published is never changed.
    sets.filter(pk=made.pk).update(
        state="published", number=1, published_at=now, valid_from=date(2020, 1, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_rule_sets")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
