from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.cases import rules
from linli.cases.models import Case
from linli.cases.queries.chains import breaks


class Command(BaseCommand):
    help = "Prove that no event of a case was changed, taken out or put in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", help="only the case with this number")

    def handle(self, *args: Any, **options: Any) -> None:
        case_id = None
        if options["case"]:
            parsed = rules.parse_case_number(options["case"])
            if parsed is None:
                raise CommandError(f"{options['case']} is not a case number; check its last digit.")
            case_id = parsed[0]
        found = list(breaks(case_id=case_id))
        for broken in found:
            self.stdout.write(f"case {broken.case_id}, event {broken.number}: {broken.why}")
        checked = 1 if case_id else Case.objects.count()
        if found:
            raise CommandError(f"{len(found)} of {checked} histories are broken.")
        self.stdout.write(f"The histories of {checked} cases are whole.")
