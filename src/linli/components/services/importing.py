"""Importing an inventory (R150): read and check, show the differences, apply when approved.

Each batch of rows and each range of codes is a transaction of its own that also notes how far the
work has come, so that an import which was cut off goes on where it was. The largest, a city's
eleven million, takes some minutes and little memory: rows live in a staging table, not in Python.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.components import policy
from linli.components.models import Import, ImportFault, Source
from linli.components.rules.columns import label_of
from linli.components.services import applying, comparing, staging
from linli.components.services.agreeing import (
    OPEN,
    ImportRefused,
    Terms,
    known_mapping,
    source_named,
    take_up,
)
from linli.components.services.alone import IMPORT, alone
from linli.components.services.checking import Checker
from linli.components.services.locating import ask_to_locate_anew
from linli.components.services.reading import open_file
from linli.components.services.tallying import fold_tallies
from linli.files.services import discard_objects
from linli.kernel import progress
from linli.kernel.cells import guarded
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

LARGE = 50_000  # rows from which the planner's figures are taken anew
_HEAD = 1 << 20


def begin_import(
    *,
    path: Path,
    source: str,
    now: datetime,
    actor: User | None,
    file_name: str = "",
    **asked: Any,
) -> Import:
    """Look into the file and agree on what its columns are (`agreeing.Terms.of`, which `asked` goes
    to); nothing is read yet.

    The same file asked for in the same way again is the same import, to be gone on with. Raises
    BadInput, ImportRefused, NotYours.
    """
    policy.require_import(actor)
    home = source_named(source)
    reader = open_file(path, file_name)
    terms = Terms.of(home, reader.headings, reader.crs, **asked)
    fingerprint = _fingerprint(path, repr((terms.as_asked(), home.name)))
    job = Import.objects.filter(fingerprint=fingerprint, stage__in=OPEN).first()
    if job is not None:
        return job
    with transaction.atomic():
        job = Import(
            file_name=(file_name or path.name)[:200],
            fingerprint=fingerprint,
            size=reader.size,
            actor=actor,
            began_at=now,
        )
        take_up(job, home, terms, now=now)
    return job


def read_import(*, job_id: int, path: Path, now: datetime) -> Import:
    """Check and locate every row from where the import stands; at the end it waits for approval.

    Tells kernel.progress how far it is. Raises BadInput, ImportRefused, progress.Cancelled; what
    has been read until then stays read.
    """
    job = import_at(job_id, Import.Stage.READING)
    with _alone(job):
        _read(job, path, now)
    return job


def _read(job: Import, path: Path, now: datetime) -> None:
    reader = open_file(path, job.file_name)
    if job.rows and staging.holds(job) != job.rows - job.rejected:
        _start_over(job)
    class_code = job.mapping.get("", "")
    mapping = {field: heading for field, heading in job.mapping.items() if field}
    checker = Checker.made(mapping, job.crs, class_code, timezone.localdate(now))
    for batch in reader.batches(job.position, job.rows + 1):
        with transaction.atomic():
            applying.loosely()
            lines, faults = checker.check(batch)
            staging.take_in(job, lines, faults)
            job.rows += len(batch.numbers)
            job.rejected += len(faults)
            job.without_cell += checker.without_cell
            job.position = batch.position
            job.size = max(job.size, job.position)
            checker.without_cell = 0
            job.save(update_fields=["rows", "rejected", "without_cell", "position", "size"])
        progress.tell(job.position, job.size, _("%(rows)d rows checked") % {"rows": job.rows})
    _compare(job)


def _compare(job: Import) -> None:
    """Codes for rows without, repeats out, new wordings in, the differences counted."""
    with transaction.atomic():
        applying.loosely()
        progress.tell(job.size, job.size, _("Comparing with the register"))
        if "code" not in job.mapping:
            staging.number(job)
        job.rejected += staging.reject_repeats(
            job, _("This code stands in row {row} already; a component has one row.")
        )
        staging.learn_wordings(job)
        found = comparing.difference(job)
        job.added, job.moved, job.changed, job.same, job.gone = found
        job.stage = Import.Stage.CHECKED
        job.save()


def apply_import(*, job_id: int, actor: User | None, now: datetime) -> Import:
    """Bring the register to what the file says, as it was shown; goes on if it was cut off.

    Raises ImportRefused, NotYours, progress.Cancelled (what is applied stays, and it goes on from
    there).
    """
    policy.require_import(actor)
    job = import_at(job_id, Import.Stage.CHECKED, Import.Stage.APPLYING)
    _refuse_if_lost(job)
    if job.stage == Import.Stage.CHECKED:
        job.stage, job.approved_by, job.applied_at = Import.Stage.APPLYING, actor, now
        with transaction.atomic():
            job.save()
            _log(job, "components.imported", actor, now)
    with _alone(job):
        _apply(job)
    return job


def _apply(job: Import) -> None:
    whole, done = job.added + job.moved + job.changed + job.gone, 0
    while job.applied_to < _END:
        done += applying.apply_up_to(job, applying.next_bounds(job, _END))
        progress.tell(min(done, whole), whole, _("%(done)d components entered") % {"done": done})
    with transaction.atomic():
        if "key" in job.mapping:
            comparing.keep_keys(job)
        ask_to_locate_anew(job)
        _over(job, Import.Stage.APPLIED)
    fold_tallies()
    if whole >= LARGE:
        _take_figures()


def drop_import(*, job_id: int, actor: User | None, now: datetime) -> Import:
    """Forget an import that was not applied; the register stays as it is. Raises ImportRefused."""
    policy.require_import(actor)
    job = import_at(job_id, Import.Stage.CHOSEN, Import.Stage.READING, Import.Stage.CHECKED)
    with _alone(job), transaction.atomic():
        _over(job, Import.Stage.DROPPED)
        _log(job, "components.import_dropped", actor, now)
    return job


def _over(job: Import, stage: str) -> None:
    """Nothing is kept of it but what is told of it."""
    staging.drop(job)
    discard_objects(keys=[job.file_key], now=timezone.now())
    job.stage, job.file_key, job.preview = stage, "", {}
    job.save(update_fields=["stage", "file_key", "preview"])


def write_faults(job: Import, file: IO[str]) -> int:
    """The rows left out as CSV that spreadsheets open: row, key, field, reason. Streams them."""
    writer = csv.writer(file)
    writer.writerow([_("Row"), _("Code or key"), _("Field"), _("Reason")])
    count = 0
    rows = ImportFault.objects.filter(job=job).order_by("row")
    for row, key, field, reason in rows.values_list("row", "key", "field", "reason").iterator():
        cells = (str(row), key, label_of(field), reason)
        writer.writerow(map(guarded, cells))
        count += 1
    return count


def first_faults(job: Import, most: int) -> list[tuple[int, str, str, str]]:
    """The first rows left out: number, key, field, sentence. One query."""
    rows = ImportFault.objects.filter(job=job).order_by("row")
    return list(rows.values_list("row", "key", "field", "reason")[:most])


def proposed_mapping(path: Path, source: str) -> dict[str, str]:
    """Field to heading: as the source was last read, where that fits, else as guessed."""
    kept = Source.objects.filter(name=source).first()
    return known_mapping(kept, open_file(path).headings)


# -- small steps -----------------------------------------------------------------------------------
_END = 9 * 10**15  # beyond every code


def import_at(job_id: int, *stages: str) -> Import:
    """An import at one of these stages. One query. Raises BadInput, ImportRefused."""
    job = Import.objects.filter(pk=job_id).select_related("source", "errand").first()
    if job is None:
        raise BadInput(_("There is no import number %(id)d.") % {"id": job_id}, field="import")
    if job.stage not in stages:
        raise ImportRefused(
            _("Import %(id)d (%(file)s) is %(stage)s; this step is not open to it.")
            % {"id": job.pk, "file": job.file_name, "stage": job.get_stage_display()}
        )
    return job


def _start_over(job: Import) -> None:
    """The staging table does not hold what was read (the database fell): read from the start."""
    with transaction.atomic():
        staging.drop(job)
        staging.make(job)
        ImportFault.objects.filter(job=job).delete()
        job.rows = job.rejected = job.without_cell = job.position = job.applied_to = 0
        job.stage = Import.Stage.READING
        job.save()


def _refuse_if_lost(job: Import) -> None:
    """The rows that were read wait in an unlogged table, which a fall of the database empties."""
    if staging.holds(job) == job.rows - job.rejected:
        return
    _start_over(job)
    raise ImportRefused(
        _(
            "The rows of import %(id)d (%(file)s) were lost when the database fell. Let the file be"
            " read again; what was entered already will be found the same."
        )
        % {"id": job.pk, "file": job.file_name}
    )


def _log(job: Import, action: str, actor: User | None, now: datetime) -> None:
    detail = {"file": job.file_name, "rows": job.rows, "census": job.census}
    record(
        actor=actor,
        action=action,
        object_type="components.import",
        object_id=job.pk,
        now=now,
        detail=detail,
    )


@contextmanager
def _alone(job: Import) -> Iterator[None]:
    """No other process works on this import meanwhile. Raises ImportRefused."""
    with alone(IMPORT, job.pk) as held:
        if not held:
            raise ImportRefused(
                _("Import %(id)d is being worked on elsewhere. Wait until that ends.")
                % {"id": job.pk}
            )
        yield


def _take_figures() -> None:
    with connection.cursor() as cursor:
        for table in ("component", "wording", "care", "tally"):
            cursor.execute(f"ANALYZE components_{table}")


def _fingerprint(path: Path, asked: str) -> str:
    """Of the file's size, beginning and end, and of what is asked of it."""
    said = hashlib.sha256(asked.encode())
    size = path.stat().st_size
    said.update(str(size).encode())
    with path.open("rb") as file:
        said.update(file.read(_HEAD))
        file.seek(max(0, size - _HEAD))
        said.update(file.read(_HEAD))
    return said.hexdigest()
