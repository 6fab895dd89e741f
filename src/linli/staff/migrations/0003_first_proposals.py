"""What the first version proposed for its roles, so that the next can tell which the city changed."""

from django.db import migrations


def _cases(verbs):
    return [f"cases.{verb}" for verb in verbs.split()]


FIRST = {
    "operator": _cases("see report intake urgent call_back evaluate amend"),
    "dispatcher": _cases(
        "see dispatch request_check amend escalate delegate transfer suspend export"
    ),
    "duty_chief": [
        *_cases(
            "see report intake urgent file dispatch request_check close void reopen extend "
            "evaluate suspend escalate delegate transfer amend duty export"
        ),
        "staff.duties",
    ],
    "grid_worker": _cases("see report urgent verify check self_handle"),
    "inspector": _cases("see report urgent verify check"),
    "handler": _cases("see handle"),
    "leader": _cases("see sign supervise comment export"),
    "evaluator": _cases("see export"),
    "interface": _cases("see report"),
    "system_admin": [
        "cases.settings", "catalogue.edit", "staff.accounts", "staff.units", "territory.edit",
    ],
    "security_admin": ["staff.duties", "staff.posts", "staff.sessions", "staff.tokens"],
    "audit_admin": ["audit.see"],
}  # fmt: skip


def fill(apps, schema_editor):
    rows = apps.get_model("staff", "PostTemplate").objects.using(schema_editor.connection.alias)
    for template in rows.filter(code__in=FIRST, proposed__isnull=True):
        template.proposed = sorted(FIRST[template.code])
        template.save(update_fields=["proposed"])


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_proposed_grants")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
