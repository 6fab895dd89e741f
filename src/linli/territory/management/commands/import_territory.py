"""bin/linli import territory: regions, grids, cells and the base map from CSV or GeoJSON."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from linli.kernel.errors import Refused
from linli.kernel.progress import counted, on_terminal
from linli.territory import services
from linli.territory.rules.coordinates import CRS

DATED = {
    "regions": services.import_regions,
    "grids": services.import_grids,
    "cells": services.import_cells,
}
UNDATED = {
    "roads": services.import_roads,
    "buildings": services.import_buildings,
    "surfaces": services.import_surfaces,
    "place-names": services.import_place_names,
    "addresses": services.import_addresses,
}


class Command(BaseCommand):
    help = "Import one layer of the territory; every row is checked, known rows are updated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".csv or .geojson, also .gz")
        parser.add_argument("--layer", required=True, choices=[*DATED, *UNDATED])
        parser.add_argument("--crs", default="wgs84", choices=[crs.value for crs in CRS])
        parser.add_argument("--from", dest="from_date", type=date.fromisoformat, default=None)
        parser.add_argument("--dry-run", action="store_true", help="check and count only")
        parser.add_argument("--errors", type=Path, help="write the rejected rows here (CSV)")

    def handle(self, *args: Any, **asked: Any) -> None:
        common = {"crs": CRS(asked["crs"]), "dry_run": asked["dry_run"]}
        try:
            rows = counted(services.read_rows(asked["file"]), says="rows read")
            with on_terminal():
                if (layer := asked["layer"]) in DATED:
                    from_date = asked["from_date"] or timezone.localdate()
                    report = DATED[layer](rows=rows, from_date=from_date, **common)
                else:
                    report = UNDATED[layer](rows=rows, **common)
        except FileNotFoundError as error:
            raise CommandError(f"There is no file {error.filename}.") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        verb = "would be" if report.dry_run else "were"
        self.stdout.write(
            f"{report.new} new, {report.changed} changed, {report.same} the same,"
            f" {len(report.rejected)} {verb} rejected."
        )
        if asked["errors"]:
            report.write_rejected(asked["errors"])
            self.stdout.write(f"Rejected rows: {asked['errors']}")
        else:
            for one in report.rejected[:20]:
                self.stderr.write(f"row {one.number} {one.key} · {one.field}: {one.reason}")
