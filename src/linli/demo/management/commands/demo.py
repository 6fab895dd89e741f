from __future__ import annotations

import json
import math
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from linli.demo.services import accounts, living, making


class Command(BaseCommand):
    help = "Make the demo city, add cases to it, list its accounts, or let reports arrive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, help="how many cases to add (first time: 3000)")
        parser.add_argument("--first", action="store_true", help="the cases of the first minute")
        parser.add_argument("--fill", action="store_true", help="what is missing to 3000 cases")
        parser.add_argument("--accounts", action="store_true", help="the demo accounts as JSON")
        parser.add_argument("--live", action="store_true", help="let reports arrive until Ctrl-C")
        parser.add_argument("--every", type=float, default=6.0, help="seconds between reports")
        parser.add_argument("--if-empty", action="store_true", help="do nothing in a used database")
        parser.add_argument(
            "--part", help="one worker's share, as INDEX:COUNT:SECONDS (used by the command itself)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["part"]:
            index, count, seconds = options["part"].split(":")
            making.part(
                index=int(index), count=int(count), now=timezone.now(), seconds=float(seconds)
            )
            return
        if options["accounts"]:
            self.stdout.write(json.dumps(accounts.listed(), ensure_ascii=False, indent=2))
            return
        if options["fill"]:
            making.fill_up()
            return
        if options["live"]:
            self._live(options["every"])
            return
        self._make(options)

    def _make(self, options: dict[str, Any]) -> None:
        state = making.state()
        if state == "foreign":
            if options["if_empty"]:
                return
            raise CommandError(
                "This database holds a city that is not the demo. "
                "Point LINLI_DATABASE_URL or LINLI_DATA to an empty one."
            )
        started = time.monotonic()
        if state == "empty":
            self.stdout.write("Making the demo city: ground, people, catalogue …")
            making.found(now=timezone.now())
        elif options["if_empty"]:
            return
        count = options["cases"] if options["cases"] is not None else making.ALL
        if state == "made" and options["cases"] is None:
            self.stdout.write("The demo city is there already; add cases with --cases N.")
            return
        self.stdout.write(f"Letting {count} cases happen …")
        connection.close()
        seconds = making.FIRST_SECONDS if options["first"] else math.inf
        came = making.fill(count=count, tell=self._progress, seconds=seconds)
        if not options["first"]:  # then the filling goes on, and finishes at its end
            making.finish(now=timezone.now())
        self.stdout.write(f"\n{came} cases in {time.monotonic() - started:.0f} s.")

    def _progress(self, done: int, of: int) -> None:
        if sys.stdout.isatty() or done == of:
            bar = "#" * (30 * done // max(1, of))
            self.stdout.write(f"\r[{bar:<30}] {done}/{of}", ending="")
            self.stdout.flush()

    def _live(self, every: float) -> None:
        if making.state() != "made":
            raise CommandError("There is no demo city yet: run `bin/linli demo` first.")
        self.stdout.write("Reports arrive; stop with Ctrl-C.")
        try:
            for number in living.reports(every=every):
                self.stdout.write(number)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
