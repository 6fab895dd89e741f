"""Inventories of components: uploaded, their columns agreed on, looked at, approved (R150)."""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.components import queries, services
from linli.components.rules.codes import text_of
from linli.components.rules.columns import FIELDS, GEOMETRY, LABELS, label_of
from linli.console.forms.components import COLUMN, ColumnsForm, InventoryForm
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import form_page, older, post_answer, try_form
from linli.kernel.errors import BadInput
from linli.staff.web import StaffRequest, staff_page

LEFT_OUT = 50  # rows on the page; all of them are in the file
SAMPLES = 20
FIRST = 5  # values beside a column


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.COMPONENTS)
def component_imports(request: StaffRequest) -> HttpResponse:
    """Choose a file; the imports there were."""

    def act(data: dict[str, Any]) -> str:
        job = services.take_upload(
            actor=request.user,
            content=data["file"],
            name=data["file"].name,
            source=data["source"],
            now=timezone.now(),
        )
        return reverse("console:component_import", args=[job.pk])

    page = queries.imports_for(request.user, cursor=request.GET.get("cursor"))
    return form_page(
        request,
        InventoryForm(request.POST or None, request.FILES or None),
        act,
        title=_("Import components"),
        back=reverse("console:overview"),
        button=_("Look at it first"),
        done=_("Nothing is entered yet. Say what the columns are."),
        template="console/component_imports.html",
        multipart=True,
        open=queries.open_import(request.user),
        table=_past(request, page),
    )


def _past(request: StaffRequest, page: Any) -> Table:
    return Table(
        heads=(
            _("File"), _("Inventory"), pgettext("console", "Who"), _("When"), _("Stage"),
            _("Rows"), _("New"), _("Moved"), _("Changed"), _("Gone"), _("Left out"),
        ),
        numbers=(5, 6, 7, 8, 9, 10),
        rows=[
            row(
                link(job.file_name, reverse("console:component_import", args=[job.pk])),
                job.source.name,
                (job.actor.name or job.actor.get_username()) if job.actor else _("command line"),
                Cell(when=job.began_at),
                Cell(text=job.get_stage_display(), tag=job.stage != "applied"),
                *(f"{one:,}" for one in (
                    job.rows, job.added, job.moved, job.changed, job.gone, job.rejected
                )),
            )
            for job in page.rows
        ],
        older=older(request, page.next),
        empty=_("No inventory has been imported yet."),
        icon="file-import",
        label=_("Imports"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.COMPONENTS)
def component_import(request: StaffRequest, import_id: int) -> HttpResponse:
    """One import: first its columns, then how far it is, then what it would change or has."""
    job = queries.import_for(request.user, import_id)
    if queries.steps_of(job).agree:
        return _columns(request, job)
    return _status(request, job)


# -- its columns ---------------------------------------------------------------------------------
def _columns(request: StaffRequest, job: Any) -> HttpResponse:
    form = ColumnsForm(job, request.POST or None, initial=_proposed(job))
    now = timezone.now()

    def act(data: dict[str, Any]) -> str | HttpResponse:
        agreed = services.terms_of(
            job,
            mapping=form.mapping,
            crs=data["crs"],
            class_code=data["class_code"].code if data["class_code"] else "",
            census=data["census"],
            region_id=data["region"].pk if data["region"] and data["census"] else None,
        )
        if "look" in request.POST:
            faults = services.try_terms(job, agreed, now=now)
            return _columns_page(request, job, form, faults)
        services.agree_on(actor=request.user, job_id=job.pk, terms=agreed, now=now)
        return request.path

    answer = try_form(
        request, form, act, done=_("Every row is being checked. Nothing is entered yet.")
    )
    if answer is not None:
        return answer
    faults = None
    if request.method != "POST":
        with suppress(BadInput):  # a column is missing: the form says so once it is sent
            faults = services.try_terms(job, services.terms_of(job), now=now)
    return _columns_page(request, job, form, faults)


def _proposed(job: Any) -> dict[str, Any]:
    """What the form shows at first: as the inventory was read last, else as guessed."""
    mapping = services.known_mapping(job.source, job.preview["headings"])
    return {
        "crs": job.preview["crs"] if job.preview["crs"].startswith("epsg:45") else job.source.crs,
        "class_code": job.source.mapping.get("", ""),
        **{COLUMN + name: heading for name, heading in mapping.items()},
    }


def _columns_page(request: StaffRequest, job: Any, form: Any, faults: Any) -> HttpResponse:
    first = services.first_rows(job)
    chosen = {field.name: form[COLUMN + field.name] for field in FIELDS}
    shown = [name for name in job.preview["headings"] if name != GEOMETRY]
    rows = [
        row(number, *(cells[:60] for cells in values))
        for number, values in zip(
            first.numbers,
            zip_longest(*(first.columns.get(name, []) for name in shown), fillvalue=""),
            strict=False,
        )
    ]
    context = {
        "job": job,
        "form": form,
        "columns": [
            (bound, _values(first.columns, str(bound.value() or ""))) for bound in chosen.values()
        ],
        "general": [form[name] for name in ("crs", "class_code", "census", "region")],
        "tried": faults is not None,
        "seen": len(first.numbers),
        "faults": [(fault.row, label_of(fault.field), fault.reason) for fault in faults or []],
        "table": Table(heads=("#", *shown), numbers=(0,), rows=rows, label=_("The first rows")),
    }
    status = 422 if form.errors else 200
    return render(request, "console/component_columns.html", context, status=status)


def _values(columns: dict[str, list[str]], heading: str) -> str:
    """The first different values of a column."""
    if heading == GEOMETRY:
        return _("the outlines of the file itself")
    found = dict.fromkeys(one for one in columns.get(heading, []) if one)
    return " · ".join(one[:30] for one in list(found)[:FIRST])


# -- how far it is -------------------------------------------------------------------------------
def _status(request: StaffRequest, job: Any) -> HttpResponse:
    steps = queries.steps_of(job)
    verdicts = (
        ("moved", _("Moved")), ("changed", pgettext("components", "Changed")), ("gone", _("Gone")),
    )  # fmt: skip
    samples = [
        (label, getattr(job, verdict), [
            (text_of(code), lon, lat) for code, lon, lat in services.samples(job, verdict, SAMPLES)
        ])
        for verdict, label in verdicts
        if steps.approve and getattr(job, verdict)
    ]  # fmt: skip
    faults = Table(
        heads=(_("Row"), _("Code or key"), _("Column"), _("Reason")),
        numbers=(0,),
        rows=[
            row(
                one.row,
                Cell(text=one.key, whole=True),
                Cell(text=label_of(one.field), whole=True),
                one.reason,
            )
            for one in queries.faults_of(job, most=LEFT_OUT)
        ],
        label=_("Rows that are left out"),
    )
    context = {
        "job": job,
        "errand": job.errand,
        "may_steer": job.errand is not None and job.errand.owner_id == request.user.pk,
        "steps": steps,
        "samples": samples,
        "faults": faults,
        "left_out": LEFT_OUT,
        "columns": [
            (LABELS[name], heading) for name, heading in job.mapping.items() if name in LABELS
        ],
    }
    return render(request, "console/component_import.html", context)


@require_POST
@staff_page(areas.COMPONENTS)
def go_on_import(request: StaffRequest, import_id: int) -> HttpResponse:
    """Approve what was found; or go on where it was cut off."""
    return post_answer(
        request,
        lambda: services.go_on(actor=request.user, job_id=import_id, now=timezone.now()),
        done=_("It has begun. This page says how far it is."),
        to=reverse("console:component_import", args=[import_id]),
    )


@require_POST
@staff_page(areas.COMPONENTS)
def drop_import(request: StaffRequest, import_id: int) -> HttpResponse:
    """Forget an import that was not applied."""
    return post_answer(
        request,
        lambda: services.drop_import(job_id=import_id, actor=request.user, now=timezone.now()),
        done=_("The import is dropped. The register is as it was."),
        to=reverse("console:component_imports"),
    )


@require_safe
@staff_page(areas.COMPONENTS)
def import_faults(request: StaffRequest, import_id: int) -> HttpResponseBase:
    """The rows that were left out, as CSV, with the reason of each."""
    job = queries.import_for(request.user, import_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    services.write_faults(job, text)
    text.detach()
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"left-out-{job.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )
