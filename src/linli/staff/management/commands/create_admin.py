"""`create_admin`: the three administrators of a new installation, each with a first password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from linli.kernel.errors import Refused
from linli.staff import queries, services

ADMINS = (
    ("sysadmin", "系统管理员", "system_admin"),
    ("secadmin", "安全管理员", "security_admin"),
    ("auditadmin", "审计管理员", "audit_admin"),
)
CENTRE = "CENTRE"


class Command(BaseCommand):
    help = "Create the system, security and audit administrators and print their first passwords."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        actor, now = queries.system_actor(), timezone.now()
        services.seed_templates()
        try:
            unit = queries.centres().first() or services.add_unit(
                actor=actor, name="指挥中心", name_en="Centre", kind="centre", code=CENTRE, now=now
            )
            for username, name, template in ADMINS:
                opened = services.open_account(actor=actor, username=username, name=name, now=now)
                services.give_post(
                    actor=actor,
                    user=opened.user,
                    unit=unit,
                    template=queries.template_by_code(template),
                    now=now,
                )
                self.stdout.write(f"{username}  {opened.password}")
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Each must choose a new password and set up a second factor at sign-in.")
