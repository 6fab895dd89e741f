from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linli.audit.queries import verify_seals
from linli.kernel.progress import on_terminal


class Command(BaseCommand):
    help = "Prove by its seals that no entry of the access log was changed, taken out or put in."

    def handle(self, *args: Any, **options: Any) -> None:
        with on_terminal():
            verdict = verify_seals()
        if not verdict.holds:
            raise CommandError(
                f"The seal over entries {verdict.broken} is broken. Keep the database as it is, "
                "and compare with the last backup."
            )
        words = f"{verdict.entries:,} entries under {verdict.seals:,} seals are as written."
        if verdict.forgotten:
            words += f" {verdict.forgotten:,} seals stand for entries that are past three years."
        self.stdout.write(words)
