"""The list, one sheet with what one may do, one's own sheets, the cases behind a number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.appraisal import policy
from linli.appraisal.forms import AdjustForm, DeedForm, FilterForm, OpenForm, ScoreForm, SelfForm
from linli.appraisal.queries import schemes as scheme_queries
from linli.appraisal.queries import sheets as queries
from linli.appraisal.queries.paper import paper_of
from linli.appraisal.rules.states import DEEDS, OPEN
from linli.appraisal.services import moving, scoring
from linli.appraisal.services.opening import open_month
from linli.appraisal.services.writing import log
from linli.appraisal.views.answering import done, initial_of, status_of
from linli.cases.queries.badges import waiting_for
from linli.evaluation.queries import drilling, frozen
from linli.evaluation.rules import counts
from linli.evaluation.rules.periods import Period, Span
from linli.kernel.errors import BadInput, NotFound
from linli.staff.web import StaffRequest, staff_page

MOST = 500
_LABELS = {
    "skip": gettext_lazy("Why there is none"),
    "send_back": gettext_lazy("What is to be mended"),
    "appeal": gettext_lazy("What is wrong, and why"),
    "keep": gettext_lazy("Reasons"),
    "change": gettext_lazy("Reasons"),
    "correct": gettext_lazy("What has to be corrected, and why"),
    "drop": gettext_lazy("Why the sheet is dropped"),
}


@require_safe
@staff_page(policy.READERS)
def sheets(request: StaffRequest) -> HttpResponse:
    """The sheets one may see, by month, unit and name."""
    form = FilterForm(request.GET or None)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    month, waiting = given.get("month"), bool(given.get("waiting"))
    found = queries.sheets_for(
        request.user, month=month, state=given.get("state", ""),
        waiting_at=timezone.now() if waiting else None,
    )  # fmt: skip
    rows = list(found[: MOST + 1])
    context = {
        "tabs": [
            {"label": _("All sheets"), "url": "?", "current": not waiting},
            {
                "label": _("Waits for me"), "url": "?waiting=1", "current": waiting,
                "count": waiting_for(request.user).get("appraisal", 0),
            },
        ],
        "form": form, "rows": rows[:MOST], "more": len(rows) > MOST, "most": MOST,
        "month": month, "may_open": request.user.has_grant(OPEN),
    }  # fmt: skip
    return render(request, "appraisal/sheets.html", context, status=status_of(form))


@require_safe
@staff_page()
def mine(request: StaffRequest) -> HttpResponse:
    """One's own sheets: what each waits for."""
    context = {"rows": list(queries.own_sheets(request.user)[:120]), "now": timezone.now()}
    return render(request, "appraisal/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(OPEN)
def open_sheets(request: StaffRequest) -> HttpResponse:
    """Open the sheets of a month."""
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    known = {
        one.role_id: one.role.label
        for one in scheme_queries.in_force(last)
    }  # fmt: skip
    form = OpenForm(known.items(), request.POST or None, initial={"month": f"{last:%Y-%m}"})
    if request.method == "POST" and form.is_valid():
        made: list[int] = []

        def act() -> None:
            made.append(open_month(actor=request.user, now=timezone.now(), **form.cleaned_data))

        if done(form, act):
            messages.success(request, _("Sheets opened: %(count)s.") % {"count": made[0]})
            return redirect("appraisal:sheets")
    context = {"form": form, "title": _("Open the sheets of a month"), "button": _("Open")}
    return render(request, "appraisal/form.html", context, status=status_of(form))


@require_safe
@staff_page()
def sheet(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """One sheet: its inputs, the formula with the numbers put in, and what one may do."""
    found = queries.sheet_for(request.user, sheet_id)
    if found.user_id != request.user.pk:
        log(found, "appraisal.seen", request.user, timezone.now())
    return page(request, found)


@require_POST
@staff_page()
def act(request: StaffRequest, sheet_id: int, deed: str) -> HttpResponse:
    """One deed of the table; a refusal comes back with what was typed."""
    if deed not in DEEDS:
        raise NotFound(_("There is no such step for a sheet."))
    found = queries.sheet_for(request.user, sheet_id)
    form = deed_form(found, deed, request.POST)
    given: dict[str, Any] = {
        "actor": request.user, "sheet_id": found.pk, "now": timezone.now(),
    }  # fmt: skip
    after = [found]

    def go() -> None:
        words = form.cleaned_data["words"]
        if isinstance(form, SelfForm):
            moving.report_self(words=words, points=form.points(), **given)
        else:
            after[0] = moving.move_sheet(deed=deed, words=words, **given)

    if form.is_valid() and done(form, go):
        messages.success(request, _("“%(deed)s” done.") % {"deed": DEEDS[deed].label})
        return redirect("appraisal:sheet", after[0].pk)
    return page(request, queries.sheet_for(request.user, sheet_id), {deed: form})


def deed_form(sheet: Any, deed: str, data: Any = None) -> forms.Form:
    """The form of a deed."""
    if deed == "report":
        return SelfForm(sheet.scheme.lines.all(), data, prefix=deed)
    row = DEEDS[deed]
    label = _LABELS.get(deed, _("Remark"))
    return DeedForm(label, data, prefix=deed, required=row.why)


def page(
    request: StaffRequest, sheet: Any, sent: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The page of a sheet; `sent`: forms that were refused, by deed, or `score` and `adjust`."""
    sent = sent or {}
    history = queries.history_of(sheet)
    paper = paper_of(sheet)
    open_deeds = policy.deeds_for(request.user, sheet, history)
    deeds = [
        {
            "deed": name,
            "label": DEEDS[name].label,
            "icon": queries.ICONS[name],
            "grave": name == "drop",
            "open": name in sent or (name == "report" and not sent),
            "form": sent.get(name) or deed_form(sheet, name),
        }
        for name in open_deeds
    ]
    context = {
        "sheet": sheet, "paper": paper, "deeds": deeds,
        "own": sheet.user_id == request.user.pk,
        "entries": queries.entries_of(history),
        "corrections": queries.corrections_of(sheet),
        "refused": [
            form for name, form in sent.items() if name in DEEDS and name not in open_deeds
        ],
        "reader": request.user.has_grant(OPEN) or any(map(request.user.has_grant, policy.GRANTS)),
        **_scoring(request, sheet, paper, history, sent),
    }  # fmt: skip
    return render(request, "appraisal/sheet.html", context, status=status_of(*sent.values()))


def _scoring(
    request: StaffRequest, sheet: Any, paper: Any, history: Any, sent: dict[str, forms.Form]
) -> dict[str, Any]:
    """The forms of whoever may score now."""
    if not policy.may_score(request.user, sheet, history):
        return {"refused_score": [sent[name] for name in ("score", "adjust") if name in sent]}
    lines = [row.line for row in paper.rows]
    return {
        "score_form": sent.get("score")
        or ScoreForm(lines, initial=initial_of(sheet), prefix="score"),
        "adjust_form": sent.get("adjust") or AdjustForm(prefix="adjust"),
        "adjust_open": "adjust" in sent,
    }


@require_POST
@staff_page()
def score(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Enter the points of the lines."""
    found = queries.sheet_for(request.user, sheet_id)
    form = ScoreForm(found.scheme.lines.all(), request.POST, prefix="score")

    def go() -> None:
        scoring.score_sheet(
            actor=request.user, sheet_id=found.pk, given=form.given(), now=timezone.now()
        )

    if form.is_valid() and done(form, go, form.aliases()):
        messages.success(request, _("The points are entered."))
        return redirect("appraisal:sheet", found.pk)
    return page(request, found, {"score": form})


@require_POST
@staff_page()
def adjust(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Add or deduct points."""
    found = queries.sheet_for(request.user, sheet_id)
    form = AdjustForm(request.POST, prefix="adjust")

    def go() -> None:
        scoring.adjust_sheet(
            actor=request.user, sheet_id=found.pk, now=timezone.now(), **form.cleaned_data
        )

    if form.is_valid() and done(form, go):
        messages.success(request, _("Noted."))
        return redirect("appraisal:sheet", found.pk)
    return page(request, found, {"adjust": form})


@require_POST
@staff_page()
def unadjust(request: StaffRequest, sheet_id: int, adjustment_number: int) -> HttpResponse:
    """Take an addition or deduction back."""
    found = queries.sheet_for(request.user, sheet_id)
    scoring.drop_adjustment(
        actor=request.user, sheet_id=found.pk, number=adjustment_number, now=timezone.now()
    )
    return redirect("appraisal:sheet", found.pk)


@require_POST
@staff_page()
def renew(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Take the figures again."""
    found = queries.sheet_for(request.user, sheet_id)
    scoring.renew_figures(actor=request.user, sheet_id=found.pk, now=timezone.now())
    messages.success(request, _("The figures were taken again."))
    return redirect("appraisal:sheet", found.pk)


@require_safe
@staff_page()
def cases(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """The cases behind a number of the sheet, as far as the reader may see them."""
    found = queries.sheet_for(request.user, sheet_id)
    dimension = scheme_queries.dimension_of(found.scheme.subject)
    code = request.GET.get("count", "")
    row = next(
        (
            (row, one)
            for row in paper_of(found).rows
            for one in row.counts
            if one.code == code and str(row.line.pk) == request.GET.get("line")
        ),
        None,
    )
    if dimension is None or row is None:
        raise BadInput(_("count: there is no such count on this sheet."), field="count")
    line, count = row
    freeze_id = line.input.detail.get("freeze") if line.input else None
    listed = drilling.cases_of(
        request.user,
        dimension,
        Period.around(Span.MONTH, found.month),
        counts.base(dimension.source, code),
        str(found.post_id),
        now=timezone.now(),
        freeze=frozen.freeze_by_id(freeze_id) if freeze_id else None,
        after=drilling.id_or_none(request.GET.get("after", "")),
    )
    context = {"sheet": found, "count": count, "line": line, "found": listed}
    return render(request, "appraisal/cases.html", context)
