"""bin/linli import components: an inventory, checked, located and compared with the register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from linli.components import services
from linli.components.models import Import
from linli.components.rules.columns import NAMES
from linli.kernel import progress
from linli.kernel.errors import Refused
from linli.territory import queries as territory


class Command(BaseCommand):
    help = "Import components (CSV, GeoJSON, GeoPackage, Excel); every row is checked and located."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", help="name of the inventory (default: the file's name)")
        parser.add_argument("--crs", default="", help="wgs84, gcj02, bd09 or EPSG:4491 … 4554")
        parser.add_argument(
            "--column", action="append", default=[], metavar="FIELD=HEADING",
            help=f"what a column is, where it is not guessed: {', '.join(NAMES)}",
        )  # fmt: skip
        parser.add_argument("--class", dest="class_code", default="", help="C0101: of every row")
        parser.add_argument("--census", action="store_true", help="what is not in it is gone")
        parser.add_argument("--region", help="code: the census is of this region alone")
        parser.add_argument("--preview", action="store_true", help="compare only; do not apply")
        parser.add_argument("--drop", action="store_true", help="drop the import that is open")
        parser.add_argument("--errors", type=Path, help="write the rows left out here (CSV)")

    def handle(self, *args: Any, **asked: Any) -> None:
        try:
            with progress.on_terminal():
                self._import(asked)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{asked['file']}: {error.strerror}") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. The same command goes on where this one was.") from None

    def _import(self, asked: dict[str, Any]) -> None:
        now, path = timezone.now(), asked["file"]
        if asked["drop"]:
            for job in Import.objects.filter(stage__in=["reading", "checked"]):
                services.drop_import(job_id=job.pk, actor=None, now=now)
        mapping = dict(_pair(one) for one in asked["column"])
        job = services.begin_import(
            path=path,
            source=asked["source"] or path.name.split(".")[0],
            now=now,
            actor=None,
            mapping=services.proposed_mapping(path, asked["source"] or "") | mapping,
            crs=asked["crs"],
            class_code=asked["class_code"],
            census=asked["census"],
            region_id=_region(asked["region"]),
        )
        if job.rows:
            self.stderr.write(f"Import {job.pk} goes on behind row {job.rows:,}.")
        if job.stage == Import.Stage.READING:
            job = services.read_import(job_id=job.pk, path=path, now=now)
        self._tell(job, asked["errors"])
        if asked["preview"]:
            self.stdout.write("Nothing is applied. The same command without --preview applies it.")
            return
        services.apply_import(job_id=job.pk, actor=None, now=timezone.now())
        self.stdout.write("Applied.")

    def _tell(self, job: Import, errors: Path | None) -> None:
        self.stdout.write(
            f"{job.rows:,} rows: {job.added:,} new, {job.moved:,} moved, {job.changed:,} changed,"
            f" {job.same:,} the same, {job.rejected:,} left out."
        )
        if job.census:
            self.stdout.write(f"{job.gone:,} that the register has are not in the file.")
        if job.without_cell:
            self.stdout.write(f"{job.without_cell:,} lie in a community, but in no cell.")
        if errors is not None:
            with errors.open("w", encoding="utf-8-sig", newline="") as file:
                services.write_faults(job, file)
            self.stdout.write(f"Rows left out: {errors}")
        else:
            for row, key, field, why in services.first_faults(job, 20):
                self.stderr.write(f"row {row} {key} · {field}: {why}")


def _pair(text: str) -> tuple[str, str]:
    field, mark, heading = text.partition("=")
    if not mark or field not in NAMES:
        raise CommandError(f"--column {text}: write FIELD=HEADING; fields: {', '.join(NAMES)}.")
    return field, heading


def _region(code: str | None) -> int | None:
    if not code:
        return None
    region = territory.tree().by_code(code)
    if region is None:
        raise CommandError(f"--region {code}: there is no such region.")
    return region.id
