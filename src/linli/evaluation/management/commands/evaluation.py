"""`bin/linli evaluation rebuild`: make what figures count anew, from the histories of all cases."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from linli.evaluation.services import following


class Command(BaseCommand):
    help = "Figures: `rebuild` makes the facts of every case anew, `follow` those of touched ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["rebuild", "follow"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "follow":
            self.stdout.write(f"{following.follow()} cases")
            return
        done = following.rebuild(tell=lambda count: self.stdout.write(f"{count} cases"))
        self.stdout.write(self.style.SUCCESS(f"done: {done} cases"))
