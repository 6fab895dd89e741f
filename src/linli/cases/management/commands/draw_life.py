from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from linli.cases.rules.diagram import page


class Command(BaseCommand):
    help = "Draw the picture and the tables of docs/life-of-a-case.md from the table of moves."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "life-of-a-case.md"
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"{path.name} is drawn.")
