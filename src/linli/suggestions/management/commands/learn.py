"""`bin/linli learn`: have a model learn, from closed cases or from labelled texts."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from linli.catalogue import queries as catalogue
from linli.kernel.errors import Refused
from linli.suggestions import services
from linli.suggestions.models import ModelVersion, Purpose

MOST_LETTERS = 20_000  # of a field of the file


class Command(BaseCommand):
    help = "Learn classes and units from closed cases, or classes from a CSV of labelled texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV in UTF-8 with a head")
        parser.add_argument("--text", default="text", help="column of the words")
        parser.add_argument("--class", dest="label", default="class", help="column of the class")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            if options["file"] is not None:
                texts = list(_texts(options["file"], options["text"], options["label"]))
                self._tell(services.learn_from_texts(texts=texts, now=now))
                return
            for purpose in Purpose.values:
                try:
                    self._tell(services.learn_from_cases(purpose=purpose, now=now))
                except services.TooLittle as refusal:
                    self.stdout.write(f"{purpose}: {refusal}")
                    if purpose == Purpose.CLASS and (
                        first := services.learn_from_catalogue(now=now)
                    ):
                        self._tell(first)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _tell(self, version: ModelVersion) -> None:
        figures = "nothing to measure with"
        if version.macro_f1 is not None:
            figures = (
                f"macro-F1 {version.macro_f1:.3f}, top 3 {version.top3:.3f} on "
                f"{version.held_out} held-out texts"
            )
        self.stdout.write(
            f"{version.purpose} {version.number}, from {version.examples} texts of "
            f"{version.labels} labels: {figures}; {version.state} ({version.reason})"
        )


def _texts(path: Path, text: str, label: str) -> Iterator[tuple[str, str]]:
    """Pairs of text and code; a class may be named instead. Raises CommandError."""
    codes = {one.label: one.code for one in catalogue.classes()}
    csv.field_size_limit(MOST_LETTERS * 4)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            for name in (text, label):
                if name not in (lines.fieldnames or []):
                    raise CommandError(f"{path}: there is no column “{name}”; name it.")
            for line in lines:
                given = (line[label] or "").strip()
                yield (line[text] or "")[:MOST_LETTERS], codes.get(given, given)
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: not UTF-8 ({error}). Save it as UTF-8.") from error
    except csv.Error as error:
        raise CommandError(f"{path}: {error}") from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
