"""Sheets on paper and as a file: one sheet, and the signed sheets of a month."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from linli.appraisal import policy
from linli.appraisal.forms import MonthField
from linli.appraisal.queries import sheets as queries
from linli.appraisal.queries.paper import Paper, paper_of
from linli.appraisal.rules.schemes import Origin, plain
from linli.audit.services import record
from linli.evaluation.rules.scoring import DASH
from linli.evaluation.services.files import download
from linli.kernel.errors import BadInput
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page()
def print_sheet(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """One sheet on A4 with its lines for signatures."""
    found = queries.sheet_for(request.user, sheet_id)
    history = queries.history_of(found)
    context = {
        "sheet": found, "paper": paper_of(found), "entries": queries.entries_of(history),
    }  # fmt: skip
    return render(request, "appraisal/print.html", context)


def _month(request: StaffRequest) -> date:
    """The month of the address. Raises BadInput."""
    text = request.GET.get("month", "")
    try:
        found = MonthField().clean(text)
    except ValidationError as error:  # a form's own error, said as ours
        raise BadInput(_("month: give a month, such as 2026-10."), field="month") from error
    assert isinstance(found, date)
    return found


def _signed(request: StaffRequest) -> tuple[date, list[Paper]]:
    """The month and its signed sheets that stand; each look is in the access log."""
    month = _month(request)
    papers = [paper_of(sheet) for sheet in queries.signed_of(request.user, month)]
    record(
        actor=request.user, action="appraisal.exported", object_type="appraisal",
        object_id=f"{month:%Y-%m}", now=timezone.now(), detail={"sheets": len(papers)},
    )  # fmt: skip
    return month, papers


def _parts(papers: list[Paper]) -> list[str]:
    """The parts of all schemes in their order: 德, 能, 勤, 绩."""
    return list(dict.fromkeys(part.name for paper in papers for part in paper.parts))


def _cells(paper: Paper, parts: list[str]) -> list[str]:
    """The columns of the 考核表 (standards §5.3), as text."""
    brings = {part.name: part.brings for part in paper.parts}
    result = paper.result
    band = result.band
    return [
        *(_text(brings.get(name)) for name in parts),
        _text(paper.mean_from(Origin.RESIDENTS)),
        _text(paper.mean_from(Origin.SCORER)),
        _text(result.weighted),
        _text(result.total),
        f"≥ {plain(band.edge)}" if band else DASH,
        f"{plain(band.percent)} %" if band else DASH,
        f"{plain(result.factor)} %" if result.factor is not None else DASH,
    ]


def _text(number: Any) -> str:
    return DASH if number is None else str(number)


def _heads(parts: list[str]) -> list[str]:
    return [
        *parts,
        _("Residents' representatives"),
        pgettext("appraisal", "Scorer"),
        _("Weighed"),
        _("Total"),
        pgettext("appraisal", "Band"),
        _("Paid of the appraised part"),
        _("Factor of the pay"),
    ]


@require_safe
@staff_page(policy.GRANTS)
def print_month(request: StaffRequest) -> HttpResponse:
    """The 考核表 of a month: signed sheets only, by unit and name."""
    month, papers = _signed(request)
    parts = _parts(papers)
    context = {
        "month": month, "heads": _heads(parts),
        "rows": [(paper.sheet, _cells(paper, parts)) for paper in papers],
    }  # fmt: skip
    return render(request, "appraisal/month.html", context)


@require_safe
@staff_page(policy.GRANTS)
def export_month(request: StaffRequest) -> HttpResponse:
    """The same as CSV. Nothing is sent anywhere: a person takes it where it is needed (P14)."""
    month, papers = _signed(request)
    parts = _parts(papers)
    head = [
        pgettext("appraisal", "Worker"), pgettext("appraisal", "Unit"),
        pgettext("appraisal", "Role"), pgettext("appraisal", "Scheme"), *_heads(parts),
        _("Signed by"), _("Signed on"),
    ]  # fmt: skip
    rows = []
    for paper in papers:
        sheet = paper.sheet
        assert sheet.signed_at is not None
        rows.append(
            [
                str(sheet.user), sheet.unit.label, sheet.scheme.role.label,
                str(sheet.scheme.number), *_cells(paper, parts), str(sheet.signed_by),
                timezone.localdate(sheet.signed_at).isoformat(),
            ]
        )  # fmt: skip
    return download("csv", head, rows, name=f"appraisal-{month:%Y-%m}", now=timezone.now())
