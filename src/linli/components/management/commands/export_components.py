"""bin/linli export components: the register as CSV, which `import components` reads back."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.components import services
from linli.components.rules.filters import NAMES, ComponentFilter
from linli.kernel.errors import Refused


class Command(BaseCommand):
    help = "Write components to a CSV file (or “-”), in the order of their codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file to write, or - for standard output")
        for name in ("class", "state"):
            parser.add_argument(f"--{name}", default="", help=f"only this {name}")

    def handle(self, *args: Any, **asked: Any) -> None:
        try:
            wanted = ComponentFilter.parse({n: asked[n] for n in NAMES if asked.get(n)})
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if asked["file"] == "-":
            services.write_register(wanted, csv.writer(sys.stdout))
            return
        with Path(asked["file"]).open("w", encoding="utf-8-sig", newline="") as file:
            count = services.write_register(wanted, csv.writer(file))
        self.stdout.write(f"{count:,} components: {asked['file']}")
