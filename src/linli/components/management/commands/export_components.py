"""bin/linli export components: the register as a file that `import components` reads back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.components import services
from linli.components.rules.filters import NAMES, ComponentFilter
from linli.kernel import progress
from linli.kernel.errors import Refused


class Command(BaseCommand):
    help = "Write components to a file (.csv, .geojson, .gpkg, .xlsx), in the order of their codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file to write, or - for CSV on standard output")
        for name in NAMES:
            parser.add_argument(f"--{name}", default="", help=f"only this {name}, as in the list")

    def handle(self, *args: Any, **asked: Any) -> None:
        try:
            cuts = services.everything(
                ComponentFilter.parse({name: asked[name] for name in NAMES if asked.get(name)})
            )
            if asked["file"] == "-":
                services.write_csv(cuts, sys.stdout)
                return
            path = Path(asked["file"])
            kind = path.suffix.lower().removeprefix(".")
            if kind not in services.TYPES:
                kinds = ", ".join(f".{one}" for one in services.TYPES)
                raise CommandError(f"{path.name}: the file ends in one of {kinds}.")
            path.unlink(missing_ok=True)
            with progress.on_terminal():
                count = services.write_register(cuts, path, kind)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{asked['file']}: {error.strerror}") from None
        self.stdout.write(f"{count:,} components: {asked['file']}")
