"""`bin/linli distribute`: spread the big tables over several machines with Citus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from linli.config import catalog
from linli.config.distribution import BIG, STAYING, faults, plan


class Command(BaseCommand):
    help = "Spread the big tables over several machines (needs Citus); may be called again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", help="print the statements, run nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        keys, triggers = catalog.foreign_keys(), catalog.triggers()
        found = faults(
            tables=catalog.tables(), keys=keys, uniques=catalog.uniques(), triggers=triggers
        )
        if found:
            raise CommandError("These tables do not bear it:\n  " + "\n  ".join(found))
        statements = plan(keys=keys, triggers=triggers, done=catalog.distributed())
        if options["plan"]:
            self._print(statements)
            return
        self._require_citus()
        for number, statement in enumerate(statements, start=1):
            self.stdout.write(f"{number} of {len(statements)}: {statement}")
            self._run(statement)
            if number == 1:
                self._require_coordinator()
        self.stdout.write(f"{len(BIG)} big tables are spread over the machines of this database.")

    def _print(self, statements: list[str]) -> None:
        for line in self._remarks():
            self.stdout.write(f"-- {line}")
        for statement in statements:
            self.stdout.write(f"{statement};")

    def _remarks(self) -> Iterator[str]:
        yield "Before: Citus on every machine, in shared_preload_libraries; the program stopped;"
        yield "a backup; SELECT citus_set_coordinator_host('…'); and for each other machine"
        yield "SELECT citus_add_node('…', 5432);"
        for table, why in STAYING.items():
            yield f"{table} stays on the coordinator: {why}."

    def _require_citus(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'")
            if cursor.fetchone() == (0,):
                raise CommandError(
                    "The extension Citus is not installed on this database server, so nothing was"
                    " changed. Install it there, add it to shared_preload_libraries, and call this"
                    " again; --plan prints what would be done."
                )

    def _require_coordinator(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_dist_node WHERE groupid = 0")
            if cursor.fetchone() == (0,):
                raise CommandError(
                    "Citus does not know this machine yet. Call SELECT"
                    " citus_set_coordinator_host('NAME'); with the name the others reach it by,"
                    " add them with citus_add_node, and call this again."
                )

    def _run(self, statement: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            raise CommandError(
                f"{error}\nWhat was done before this statement is done; put it right and call this"
                " again."
            ) from None
