"""Agreeing on what a file says, before any of its rows is read; one import at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.components.models import Import, Source
from linli.components.rules.columns import checked_mapping, guess
from linli.components.rules.systems import checked_system
from linli.components.services import staging
from linli.components.services.checking import Checker
from linli.kernel.errors import Refused
from linli.kernel.text import clean
from linli.territory import queries as territory

#: Stages in which an import changes something, or may.
OPEN = (Import.Stage.READING, Import.Stage.CHECKED, Import.Stage.APPLYING)


class ImportRefused(Refused):
    """The import is not where this step could be taken."""

    code = "import_refused"


@dataclass(frozen=True)
class Terms:
    """What was agreed about a file: field to heading, reference system, class of every row, and
    whether what it does not have is gone (in a region alone)."""

    mapping: dict[str, str]
    crs: str
    class_code: str = ""
    census: bool = False
    region_id: int | None = None

    @classmethod
    def of(
        cls,
        source: Source,
        headings: Sequence[str],
        declared: str,
        *,
        mapping: Mapping[str, str] | None = None,
        crs: str = "",
        class_code: str = "",
        census: bool = False,
        region_id: int | None = None,
    ) -> Terms:
        """Checked against the file. `mapping` is field to heading; without it the source's last one
        is taken where it fits, else it is guessed. `crs` likewise: given, the file's own
        (`declared`), the source's, WGS84. Raises BadInput naming `columns`, `class` or `crs`."""
        chosen = checked_mapping(
            mapping if mapping is not None else known_mapping(source, headings),
            headings,
            class_given=bool(class_code),
        )
        system = checked_system(crs or declared or source.crs or "wgs84")
        return cls(chosen, system, class_code, census, region_id)

    def as_asked(self) -> tuple[object, ...]:
        """To tell the same file asked for otherwise."""
        return (
            sorted(self.mapping.items()), self.crs, self.class_code, self.census, self.region_id,
        )  # fmt: skip

    def checker(self, now: datetime) -> Checker:
        """What rows are checked against. Raises BadInput for a class that is none."""
        return Checker.made(self.mapping, self.crs, self.class_code, timezone.localdate(now))


def known_mapping(kept: Source | None, headings: Sequence[str]) -> dict[str, str]:
    """Field to heading: as the source was last read, where that fits, else as guessed."""
    if kept is not None and kept.mapping:
        known = {field: heading for field, heading in kept.mapping.items() if field}
        if known and set(known.values()) <= set(headings):
            return known
    return guess(headings)


def source_named(name: str) -> Source:
    """The inventory of that name, not saved yet if it is new. Raises BadInput naming `source`."""
    plain = clean(name, field="source", most=60, least=1)
    return Source.objects.filter(name=plain).first() or Source(name=plain)


def take_up(job: Import, source: Source, terms: Terms, *, now: datetime) -> None:
    """Let the reading of `job` begin, and remember the terms for the next file of its source.

    Within a transaction. Raises BadInput, ImportRefused while another import is open.
    """
    _only_one()
    terms.checker(now)
    source.mapping, source.crs = terms.mapping | {"": terms.class_code}, terms.crs
    source.save()
    job.source, job.stage = source, Import.Stage.READING
    job.mapping = terms.mapping | ({"": terms.class_code} if terms.class_code else {})
    job.crs, job.census, job.region_id = terms.crs, terms.census, terms.region_id
    job.boundaries = territory.versions().boundaries
    job.save()
    staging.make(job)


def _only_one() -> None:
    """Imports come one after the other: each counts its differences from what is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('components.import'))")
    other = Import.objects.filter(stage__in=OPEN).first()
    if other is not None:
        raise ImportRefused(
            _(
                "Another import is open: %(file)s, %(stage)s. Approve it, go on with it or drop it"
                " first (number %(id)d)."
            )
            % {"file": other.file_name, "stage": other.get_stage_display(), "id": other.pk}
        )
