"""`bin/linli export catalogue`: the classes in use with their conditions, as a sheet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from linli.catalogue import queries, services
from linli.catalogue.models import Edition
from linli.territory.models import Region


class Command(BaseCommand):
    help = "Export an edition of the catalogue as .xlsx or .csv, in the form of standards 3.4."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="ends in .xlsx or .csv")
        parser.add_argument("--edition", help="code; the edition in use if left out")
        parser.add_argument("--region", help="12-digit code: name the units responsible there")

    def handle(self, *args: Any, **options: Any) -> None:
        form = options["file"].suffix.lstrip(".").lower()
        if form not in {"xlsx", "csv"}:
            raise CommandError("The file's name ends in .xlsx or .csv.")
        today = timezone.localdate()
        edition: Edition | None
        if options["edition"]:
            edition = Edition.objects.filter(code=options["edition"]).first()
        else:
            edition = queries.current().edition(today)
        if edition is None:
            raise CommandError("There is no such edition.")
        region = None
        if options["region"]:
            region = Region.objects.filter(code=options["region"], valid_to=None).first()
            if region is None:
                raise CommandError(f"--region {options['region']}: there is no such region.")
        content = services.export_sheet(
            edition=edition, on=today, form=form, region_id=region.pk if region else None
        )
        options["file"].write_bytes(content)
        self.stdout.write(f"{edition.code}: {options['file']}, {len(content):,} bytes")
