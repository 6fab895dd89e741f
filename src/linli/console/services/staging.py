"""An upload in two steps: looked at first, written on demand; nothing is lost between."""

from __future__ import annotations

import csv
import io
import secrets
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.audit.services import record
from linli.catalogue import services as catalogue
from linli.catalogue.models import Edition
from linli.console.models import StagedFile
from linli.console.rules.areas import CATALOGUE, TERRITORY
from linli.console.rules.files import MOST_BYTES, is_long, suffix_of, unpacked
from linli.console.rules.layers import DATED, LAYERS
from linli.console.services.territory import acting
from linli.errands.rules import ErrandKind, MadeFile, Outcome
from linli.errands.services import start_errand
from linli.kernel.cells import csv_bytes
from linli.kernel.errors import BadInput, NotFound, Stale
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import User
from linli.territory import services as territory
from linli.territory.rules.coordinates import CRS
from linli.territory.services import ImportReport, Row

KEPT = timedelta(hours=24)
SHOWN = 200  # rejected rows on the page; all of them are in the file
GRANT_OF = {"territory": TERRITORY, "catalogue": CATALOGUE}
PAGE_OF = {"territory": "console:import", "catalogue": "console:staged_sheet"}
_IMPORTS: dict[str, Callable[..., ImportReport]] = {
    "regions": territory.import_regions,
    "grids": territory.import_grids,
    "cells": territory.import_cells,
    "roads": territory.import_roads,
    "buildings": territory.import_buildings,
    "surfaces": territory.import_surfaces,
    "place-names": territory.import_place_names,
    "addresses": territory.import_addresses,
}


def stage_file(
    *, actor: User, kind: str, name: str, data: bytes, options: Mapping[str, Any], now: datetime
) -> StagedFile:
    """Keep an upload for a day and look at it. `report` and `rejected` say what a commit would do.

    A long file is looked at by an errand; until that is done its `report` is empty. Raises
    NotYours, TooManyErrands, BadInput and UnreadableSheet naming the field.
    """
    policy.require(actor, GRANT_OF[kind])
    if len(data) > MOST_BYTES:
        raise BadInput(_("The file is larger than 20 MB. Split it."), field="file")
    StagedFile.objects.filter(created_at__lt=now - KEPT, committed_at=None).delete()
    staged = StagedFile(
        token=secrets.token_urlsafe(24),
        owner=actor,
        kind=kind,
        name=clean(name, field="file", most=200, least=1),
        data=data,
        options=dict(options),
        created_at=now,
    )
    if not is_long(staged.name, len(data)):
        _run(staged, actor=actor, now=now, dry_run=True)
        staged.save()
        return staged
    if kind == "territory":
        rows_of(staged.name, data)  # what cannot be read at all is refused at once
    with transaction.atomic():
        staged.save()
        _ask(staged, "check", actor=actor, now=now)
    return staged


def import_file(*, actor: User, staged: StagedFile, now: datetime) -> bool:
    """Import a file that was looked at: at once, or by an errand if it is long. Whether it is done.

    Raises like `commit_file`, Stale while an errand is at it, TooManyErrands.
    """
    if not is_long(staged.name, len(staged.data)):
        commit_file(actor=actor, staged=staged, now=now)
        return True
    with transaction.atomic():
        held = _held(actor, staged.pk)
        if held.errand is not None and held.errand.is_open:
            raise Stale(_("This file is being worked on. Wait until that is done."))
        _ask(held, "import", actor=actor, now=now)
    return False


def _ask(staged: StagedFile, verb: str, *, actor: User, now: datetime) -> None:
    staged.errand = start_errand(
        actor=actor,
        kind=f"{staged.kind}.{verb}",
        name=staged.name,
        asks={"staged": staged.pk},
        url=reverse(PAGE_OF[staged.kind], args=[staged.token]),
        now=now,
    )
    staged.save(update_fields=["errand"])


def _held(actor: User, staged_id: int) -> StagedFile:
    """One's own upload, locked. Raises NotFound, Stale for one that was imported."""
    rows = StagedFile.objects.select_for_update(of=("self",)).select_related("errand")
    held = rows.filter(pk=staged_id, owner=actor).first()
    if held is None:
        raise NotFound(_("This upload is no longer there. Choose the file again."))
    if held.committed_at is not None:
        raise Stale(_("This file was imported already."))
    return held


# -- as errands ----------------------------------------------------------------------------------
def check_staged(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    """Look at a long file. Raises what `stage_file` raises."""
    held = _held(actor, asks["staged"])
    _run(held, actor=actor, now=now, dry_run=True)
    held.save(update_fields=["report", "rejected"])
    return _outcome(held, _("Nothing is written yet. Look at what would happen."))


def import_staged(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    """Import a long file. Raises what `commit_file` raises."""
    held = commit_file(actor=actor, staged=_held(actor, asks["staged"]), now=now)
    return _outcome(held, _("The file is imported."))


def _outcome(staged: StagedFile, words: str) -> Outcome:
    report = staged.report
    counts = _("%(new)s new, %(changed)s changed, %(rejected)s left out.") % {
        key: f"{report.get(key, 0):,}" for key in ("new", "changed", "rejected")
    }
    errors = None
    if staged.rejected:
        content = io.BytesIO(bytes(staged.rejected))
        errors = MadeFile("rejected.csv", "text/csv; charset=utf-8", content)
    return Outcome(f"{words} {counts}", errors=errors)


ERRANDS = (
    ErrandKind(code="territory.check", label=gettext_lazy("Looking at a file of the territory"),
               grant=TERRITORY, work=check_staged, icon="file-import", shared=True),
    ErrandKind(code="territory.import", label=gettext_lazy("Import of the territory"),
               grant=TERRITORY, work=import_staged, icon="file-import", shared=True),
    ErrandKind(code="catalogue.check", label=gettext_lazy("Looking at a sheet of classes"),
               grant=CATALOGUE, work=check_staged, icon="file-import", shared=True),
    ErrandKind(code="catalogue.import", label=gettext_lazy("Import of a sheet of classes"),
               grant=CATALOGUE, work=import_staged, icon="file-import", shared=True),
)  # fmt: skip


@transaction.atomic
def commit_file(*, actor: User, staged: StagedFile, now: datetime) -> StagedFile:
    """Do what the preview said, with the same file and the same choices.

    Raises NotYours, NotFound for somebody else's file, Stale for one committed already.
    """
    policy.require(actor, GRANT_OF[staged.kind])
    held = _held(actor, staged.pk)
    _run(held, actor=actor, now=now, dry_run=False)
    held.committed_at = now
    held.data = b""
    held.save()
    report = held.report
    record(
        actor=actor,
        action=f"{held.kind}.imported",
        object_type="import",
        object_id=held.pk,
        now=now,
        detail={
            "layer": held.options.get("layer", "sheet"),
            **{key: report.get(key, 0) for key in ("new", "changed", "same", "rejected")},
        },
    )
    return held


def _run(staged: StagedFile, *, actor: User, now: datetime, dry_run: bool) -> None:
    if staged.kind == "territory":
        _run_territory(staged, actor=actor, dry_run=dry_run)
    else:
        _run_sheet(staged, actor=actor, now=now, dry_run=dry_run)


# -- the territory -------------------------------------------------------------------------------
def rows_of(name: str, data: bytes) -> list[Row]:
    """The rows of an uploaded CSV or GeoJSON. Raises BadInput naming `file`."""
    text = unpacked(name, data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{suffix_of(name)}"
        path.write_bytes(text)
        try:
            return list(territory.read_rows(path))
        except csv.Error as error:
            raise BadInput(
                _("The CSV cannot be read: %(why)s. Save it again.") % {"why": error}, field="file"
            ) from None
        except RecursionError:
            raise BadInput(_("The file is no GeoJSON FeatureCollection."), field="file") from None


def _run_territory(staged: StagedFile, *, actor: User, dry_run: bool) -> None:
    layer = str(staged.options["layer"])
    if layer not in LAYERS:
        raise BadInput(_("Choose a layer from the list."), field="layer")
    rows = rows_of(staged.name, bytes(staged.data))
    asked: dict[str, Any] = {"crs": CRS(staged.options["crs"]), "dry_run": dry_run}
    if layer in DATED:
        asked["from_date"] = date.fromisoformat(staged.options["from_date"])
    with acting(actor, "import"):
        report: ImportReport = _IMPORTS[layer](rows=rows, **asked)
    staged.report = {
        "rows": len(rows),
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "rejected": len(report.rejected),
        "first": [
            [one.number, one.key, one.field, one.reason]
            for one in sorted(report.rejected, key=lambda one: one.number)[:SHOWN]
        ],
    }
    staged.rejected = _rejected_csv(rows, report)


def _rejected_csv(rows: list[Row], report: ImportReport) -> bytes:
    """Why each row was left out, and the row itself, so that it can be mended and brought again."""
    if not report.rejected:
        return b""
    by_number = {row.number: row for row in rows}
    columns = list(dict.fromkeys(name for row in rows for name in row.values))[:100]
    lines = []
    for one in sorted(report.rejected, key=lambda one: one.number):
        row = by_number[one.number]
        wkt = shapely.to_wkt(row.shape, rounding_precision=9) if row.shape is not None else ""
        cells = [row.values.get(column, "") for column in columns]
        lines.append([str(one.number), one.field, one.reason, *cells, wkt])
    return csv_bytes([_("Row"), _("Column"), _("Reason"), *columns, "wkt"], lines)


# -- the catalogue -------------------------------------------------------------------------------
def _run_sheet(staged: StagedFile, *, actor: User, now: datetime, dry_run: bool) -> None:
    edition = Edition.objects.filter(pk=staged.options["edition"]).first()
    if edition is None:
        raise BadInput(_("Choose an edition from the list."), field="edition")
    verb = catalogue.preview_sheet if dry_run else catalogue.import_sheet
    report = verb(
        data=bytes(staged.data),
        name=staged.name,
        edition=edition,
        actor=actor,
        now=now,
        region_id=staged.options.get("region"),
        kind=staged.options.get("kind") or None,
        plain_is_working=bool(staged.options.get("plain_is_working", True)),
    )
    staged.report = {
        "rows": report.total,
        "good": report.good,
        "new": report.new_classes + report.new_conditions,
        "changed": report.changed_classes + report.changed_conditions,
        "rejected": len(report.bad),
        "new_classes": report.new_classes,
        "changed_classes": report.changed_classes,
        "new_conditions": report.new_conditions,
        "changed_conditions": report.changed_conditions,
        "linked_units": report.linked_units,
        "unknown_units": [list(pair) for pair in report.unknown_units[:100]],
        "notes": list(report.notes[:100]),
        "first": [
            [bad.line.number, bad.line.sheet, bad.column, bad.reason] for bad in report.bad[:SHOWN]
        ],
    }
    staged.rejected = catalogue.error_file(report.bad) if report.bad else b""
