"""`bin/linli export cases`: the list of cases as somebody sees it, as CSV or Excel."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from linli.cases.forms import read_filter
from linli.desk.rules.columns import COLUMNS, clean_columns
from linli.desk.services.exporting import export_cases, record_export
from linli.kernel.errors import Refused
from linli.kernel.progress import on_terminal
from linli.staff.models import User
from linli.staff.policy import require


class Command(BaseCommand):
    help = "Export the list of cases, as an account sees it, to .csv or .xlsx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="ends in .csv or .xlsx")
        parser.add_argument("--as", dest="account", required=True, help="user name: whose list")
        parser.add_argument(
            "--filter", default="", help="as in the address of the list: stage=open"
        )
        parser.add_argument("--columns", help=f"with commas; of {', '.join(COLUMNS)}")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["file"].suffix.lstrip(".").lower()
        if kind not in {"csv", "xlsx"}:
            raise CommandError("The file's name ends in .csv or .xlsx.")
        actor = User.objects.filter(username=options["account"], is_active=True).first()
        if actor is None:
            raise CommandError(f"--as {options['account']}: there is no such account in use.")
        keys = options["columns"].split(",") if options["columns"] else list(COLUMNS)
        if unknown := sorted(set(keys) - set(COLUMNS)):
            raise CommandError(f"--columns: there is no {', '.join(unknown)}.")
        columns, now = clean_columns(keys), timezone.now()
        try:
            require(actor, "cases.export")
            wanted = read_filter(QueryDict(options["filter"]))
            record_export(actor=actor, wanted=wanted, columns=columns, kind=kind, now=now)
            asks = {"query": wanted.query(), "columns": columns, "kind": kind}
            with transaction.atomic(), on_terminal():
                outcome = export_cases(actor, asks, now)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        assert outcome.result is not None
        try:
            with outcome.result.content as made, options["file"].open("wb") as target:
                made.seek(0)
                shutil.copyfileobj(made, target, 1024 * 1024)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        self.stdout.write(f"{options['file']}: {outcome.words}")
