"""`bin/linli import catalogue`: a sheet of classes, conditions and limits into an edition."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from linli.catalogue import services
from linli.catalogue.models import Edition
from linli.catalogue.services import SheetReport
from linli.kernel.errors import Refused
from linli.kernel.progress import on_terminal
from linli.territory.models import Region


class Command(BaseCommand):
    help = "Import a sheet of case classes (xlsx or csv, standards 3.4) into an edition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", required=True, help="code of the edition")
        parser.add_argument("--name", help="name of the edition (the code, if left out)")
        parser.add_argument("--source", default="", help="where the sheet comes from")
        parser.add_argument("--valid-from", help="YYYY-MM-DD the edition begins; today if left out")
        parser.add_argument("--region", help="12-digit code: link the units named for this region")
        parser.add_argument("--kind", choices=["component", "event"], help="for a CSV without it")
        parser.add_argument(
            "--running-time", action="store_true", help="plain 小时 and 天 are running time"
        )
        parser.add_argument("--errors", type=Path, help="write the rows left out to this CSV")
        parser.add_argument("--preview", action="store_true", help="say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with on_terminal():
                report = self._import(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        self._tell(report)
        if report.bad and options["errors"]:
            options["errors"].write_bytes(services.error_file(report.bad))
            self.stdout.write(f"Rows left out: {options['errors']}")

    def _import(self, options: dict[str, Any]) -> SheetReport:
        data = options["file"].read_bytes()
        now = timezone.now()
        with transaction.atomic():
            report = services.import_sheet(
                data=data,
                name=options["file"].name,
                edition=self._edition(options, now),
                region_id=self._region(options["region"]),
                kind=options["kind"],
                plain_is_working=not options["running_time"],
                actor=None,
                now=now,
            )
            transaction.set_rollback(options["preview"])
        return report

    def _edition(self, options: dict[str, Any], now: datetime) -> Edition:
        """The edition as it is, or changed where the command says so; a new one from today on."""
        held = Edition.objects.filter(code=options["edition"]).first()
        given = options["valid_from"]
        try:
            day = parse_date(given) if given else None
        except ValueError:
            day = None
        if given and day is None:
            raise CommandError(f"--valid-from {given}: write a date as YYYY-MM-DD.")
        return services.save_edition(
            code=options["edition"],
            name=options["name"] or (held.name if held else options["edition"]),
            source=options["source"] or (held.source if held else ""),
            valid_from=day or (held.valid_from if held else timezone.localdate(now)),
            actor=None,
            now=now,
        )

    def _region(self, code: str | None) -> int | None:
        if code is None:
            return None
        region = Region.objects.filter(code=code, valid_to=None).first()
        if region is None:
            raise CommandError(f"--region {code}: there is no such region.")
        return region.pk

    def _tell(self, report: SheetReport) -> None:
        self.stdout.write(
            f"{report.total} rows: {report.good} good, {len(report.bad)} left out. "
            f"Classes: {report.new_classes} new, {report.changed_classes} changed. "
            f"Conditions: {report.new_conditions} new, {report.changed_conditions} changed. "
            f"Units linked: {report.linked_units}."
        )
        for row in report.bad[:20]:
            self.stdout.write(f"  {row.line.sheet} {row.line.number}, {row.column}: {row.reason}")
        for note in report.notes:
            self.stdout.write(f"  {note}")
        if report.unknown_units:
            self.stdout.write("Units that do not exist here or were not asked to be linked:")
            for name, count in report.unknown_units:
                self.stdout.write(f"  {name} ({count} classes)")
