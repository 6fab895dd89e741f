"""The rules a city begins with, and the orders that stand on open cases.

The points are those of standards §5.4; from which number on, is a proposal for the city to change.
Rules hold from the day of the migration and look at nothing from before.
"""

from django.db import migrations
from django.utils import timezone

SOURCE = "普通督办 0、黄牌 −5、红牌 −10：通行的考核督办办法；起点为建议值，由本市确定"
RULES = (
    ("超时未处置", "overdue", 1, "attend", 0),
    ("超时一个工作日", "overdue", 8, "yellow", -5),
    ("超时三个工作日", "overdue", 24, "red", -10),
    ("两次返工", "reworks", 2, "yellow", -5),
    ("两次退单", "returns", 2, "attend", 0),
    ("督办未落实", "orders", 1, "red", -10),
)
ORDERS = """
    INSERT INTO cards_order (case_id, number, unit_id, level, words, given_at, given_by_id, due_on,
        outcome, outcome_words)
    SELECT c.id, e.number, c.lead_unit_id, coalesce(e.detail->>'level', 'attend'), e.opinion, e.at,
        e.actor_id, coalesce((e.detail->>'until')::date, e.at::date + 7), '', ''
    FROM cases_case c JOIN cases_caseevent e ON e.case_id = c.id AND e.move = 'supervise'
    WHERE c.supervision_count > 0
        AND c.stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'handled',
            'checking')
    ON CONFLICT DO NOTHING
"""


def begin(apps, schema_editor):
    rule = apps.get_model("cards", "CardRule")
    now = timezone.now()
    rule.objects.bulk_create(
        rule(
            name=name, what=what, least=least, level=level, points=points, source=SOURCE,
            valid_from=timezone.localdate(now), made_at=now,
        )
        for name, what, least, level, points in RULES
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_cards")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunSQL(ORDERS, migrations.RunSQL.noop),
    ]
