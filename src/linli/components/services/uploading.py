"""An inventory from a page: kept, looked at, agreed on, read and applied beside the page.

Reading and applying are errands by steps: each batch is committed, so that a killed worker's
successor goes on where it was (services.importing).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.components import policy
from linli.components.models import Import
from linli.components.services import importing
from linli.components.services.agreeing import Terms, source_named, take_up
from linli.components.services.checking import Fault
from linli.components.services.reading import Batch, Reader, open_file
from linli.errands.rules import ErrandKind, Outcome
from linli.errands.services import start_errand
from linli.files import services as files
from linli.kernel.errors import BadInput, Stale

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_BYTES = 2 << 30  # eleven million rows of a hundred bytes are 1.1 GB
WAITING = timedelta(days=1)  # an upload whose columns nobody agrees on
SHOWN = 20  # rows of the preview
_LONGEST = 20_000  # letters of a cell in the preview: outlines are long


def take_upload(
    *, actor: User, content: IO[bytes], name: str, source: str, now: datetime
) -> Import:
    """Keep a file and its first rows until somebody says what its columns are, a day at most.

    `content` is seekable. Call it outside a transaction. Raises NotYours, BadInput naming `file` or
    `source`, StorageDown.
    """
    policy.require_import(actor)
    home = source_named(source)
    size_bytes = content.seek(0, 2)
    if not size_bytes:
        raise BadInput(_("The file is empty. Choose another one."), field="file")
    if size_bytes > MOST_BYTES:
        raise BadInput(
            _("The file is larger than 2 GB. Pack it (.csv.gz), or split it."), field="file"
        )
    suffix = suffix_of(name)
    (key,) = files.reserve(1, now=now)
    with transaction.atomic():
        files.keep(key, content)
        with files.on_disk(key, suffix=suffix) as path:
            reader = open_file(path, name)
            preview = _preview(reader)
        home.save()
        return Import.objects.create(
            source=home,
            file_name=PurePath(name).name[:200],
            file_key=key,
            preview=preview,
            size=reader.size,
            stage=Import.Stage.CHOSEN,
            actor=actor,
            began_at=now,
        )


def suffix_of(name: str) -> str:
    """The ending that says how a file is read: ".csv", ".csv.gz"."""
    return "".join(PurePath(name.lower()).suffixes[-2:]) if name else ""


def first_rows(job: Import) -> Batch:
    """The first rows of an upload, as they stand in the file."""
    kept = job.preview
    shapes = kept["shapes"]
    return Batch(
        range(1, kept["count"] + 1),
        kept["columns"],
        None if shapes is None else [None if one is None else bytes.fromhex(one) for one in shapes],
        {int(at): why for at, why in kept["faults"].items()},
        0,
    )


def terms_of(job: Import, **asked: Any) -> Terms:
    """What `asked` says about an upload (see `Terms.of`). Raises BadInput."""
    return Terms.of(job.source, job.preview["headings"], job.preview["crs"], **asked)


def try_terms(job: Import, terms: Terms, *, now: datetime) -> list[Fault]:
    """What would be left out of the first rows, and why. Raises BadInput."""
    _lines, faults = terms.checker(now).check(first_rows(job))
    return faults


@transaction.atomic
def agree_on(*, actor: User, job_id: int, terms: Terms, now: datetime) -> Import:
    """Let the worker read the file by these terms; it then waits for approval.

    Raises NotYours, BadInput, ImportRefused while another import is open, TooManyErrands.
    """
    policy.require_import(actor)
    job = importing.import_at(job_id, Import.Stage.CHOSEN)
    take_up(job, job.source, terms, now=now)
    _ask(job, READING, actor=actor, now=now)
    return job


@transaction.atomic
def go_on(*, actor: User, job_id: int, now: datetime) -> Import:
    """The next step, by the worker: read what is not read yet, or apply what was approved by this.

    Raises NotYours, ImportRefused, Stale while the worker is at it, TooManyErrands.
    """
    policy.require_import(actor)
    stages = Import.Stage
    job = importing.import_at(job_id, stages.READING, stages.CHECKED, stages.APPLYING)
    if job.errand is not None and job.errand.is_open:
        raise Stale(_("This import is being worked on. Wait until that is done, or cancel it."))
    if job.stage == Import.Stage.READING and not job.file_key:
        raise Stale(
            _("This import was begun from the command line: the same command goes on with it.")
        )
    _ask(job, READING if job.stage == Import.Stage.READING else APPLYING, actor=actor, now=now)
    return job


def drop_old_uploads(*, now: datetime) -> int:
    """Drop uploads whose columns nobody has agreed on for a day. Returns how many went."""
    old = Import.objects.filter(stage=Import.Stage.CHOSEN, began_at__lt=now - WAITING)
    with transaction.atomic():
        rows = list(old.select_for_update(skip_locked=True))
        files.discard_objects(keys=[one.file_key for one in rows], now=now)
        Import.objects.filter(pk__in=[one.pk for one in rows]).delete()
    return len(rows)


# -- as errands ----------------------------------------------------------------------------------
def _read(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    job = importing.import_at(asks["import"], Import.Stage.READING, Import.Stage.CHECKED)
    if job.stage == Import.Stage.READING:  # else a worker was killed just before it said so
        with files.on_disk(job.file_key, suffix=suffix_of(job.file_name)) as path:
            job = importing.read_import(job_id=job.pk, path=path, now=now)
    counts = {name: f"{getattr(job, name):,}" for name in ("rows", "rejected")}
    return Outcome(
        _("%(rows)s rows read, %(rejected)s of them left out. Nothing is entered yet: look at what"
          " would change, and approve it.") % counts
    )  # fmt: skip


def _apply(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    stages = Import.Stage
    job = importing.import_at(asks["import"], stages.CHECKED, stages.APPLYING, stages.APPLIED)
    if job.stage != stages.APPLIED:
        job = importing.apply_import(job_id=job.pk, actor=actor, now=now)
    names = ("added", "moved", "changed", "gone")
    counts = {name: f"{getattr(job, name):,}" for name in names}
    return Outcome(
        _("%(added)s new, %(moved)s moved, %(changed)s changed, %(gone)s gone.") % counts
    )


READING = ErrandKind(
    code="components.read", label=gettext_lazy("Checking an inventory of components"),
    grant=policy.GRANT_IMPORT, work=_read, icon="file-import", shared=True, steps=True,
)  # fmt: skip
APPLYING = ErrandKind(
    code="components.apply", label=gettext_lazy("Import of components"),
    grant=policy.GRANT_IMPORT, work=_apply, icon="file-import", shared=True, steps=True,
)  # fmt: skip


def _ask(job: Import, kind: ErrandKind, *, actor: User, now: datetime) -> None:
    job.errand = start_errand(
        actor=actor,
        kind=kind.code,
        name=job.file_name,
        asks={"import": job.pk},
        url=reverse("console:component_import", args=[job.pk]),
        now=now,
    )
    job.save(update_fields=["errand"])


# -- the first rows ------------------------------------------------------------------------------
def _preview(reader: Reader) -> dict[str, Any]:
    """Headings and first rows, as JSON. Raises BadInput for a file without a row."""
    batch = next(iter(reader.batches(0, 1, size=SHOWN)), None)
    if batch is None or not batch.numbers:
        raise BadInput(_("The file has headings but no row. Choose another one."), field="file")
    return {
        "headings": list(reader.headings),
        "crs": reader.crs,
        "count": len(batch.numbers),
        "columns": {name: [_kept(one) for one in cells] for name, cells in batch.columns.items()},
        "shapes": batch.shapes and [one.hex() if one else None for one in batch.shapes],
        "faults": {str(at): why for at, why in batch.faults.items()},
    }


def _kept(text: str) -> str:
    return text[:_LONGEST].replace("\x00", "")
