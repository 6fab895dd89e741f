"""Schemes: read by those who work with sheets, written by those who set them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.appraisal.forms import LineForms, SchemeForm
from linli.appraisal.queries import schemes as queries
from linli.appraisal.rules.schemes import BANDS, MOST_LINES, USUAL, Band, plain, read_bands
from linli.appraisal.rules.states import SCHEMES
from linli.appraisal.services.schemes import Terms, write_scheme
from linli.appraisal.views.answering import done, status_of
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page

_EMPTY_LINES = 4
_TERMS = ("subject", "share", "most_added", "most_deducted", "report_days", "appeal_days")


@require_safe
@staff_page()
def schemes(request: StaffRequest) -> HttpResponse:
    """Every scheme: anybody may read by what they are appraised."""
    context = {
        "rows": list(queries.schemes()), "today": timezone.localdate(),
        "may": request.user.has_grant(SCHEMES),
    }  # fmt: skip
    return render(request, "appraisal/schemes.html", context)


@require_safe
@staff_page()
def scheme(request: StaffRequest, scheme_id: int) -> HttpResponse:
    """One scheme."""
    found = queries.scheme_by_id(scheme_id)
    context = {"scheme": found, "may": request.user.has_grant(SCHEMES)}
    return render(request, "appraisal/scheme.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(SCHEMES)
def write(request: StaffRequest) -> HttpResponse:
    """A new scheme, beginning as a copy of another one (`from`)."""
    text = request.GET.get("from", "")
    model = None
    if text.isascii() and text.isdigit() and len(text) < 18:
        model = queries.scheme_by_id(int(text))
    roles = [(role.pk, role.label) for role in queries.roles()]
    form = SchemeForm(roles, queries.subjects(), request.POST or None, initial=_initial(model))
    lines = LineForms(request.POST or None, initial=_lines(model), prefix="lines")
    lines.extra = 0 if request.method == "POST" else _EMPTY_LINES
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        made: list[int] = []

        def act() -> None:
            made.append(_write(request, form, lines))

        if done(form, act):
            messages.success(request, _("The scheme is in force from that day on."))
            return redirect("appraisal:scheme", made[0])
    context = {"form": form, "lines": lines, "formulas": _formulas()}
    return render(request, "appraisal/scheme_form.html", context, status=status_of(form, lines))


def _write(request: StaffRequest, form: SchemeForm, lines: Any) -> int:
    data = form.cleaned_data
    terms = Terms(bands=read_bands(data["bands"]), **{name: data[name] for name in _TERMS})
    made = write_scheme(
        actor=request.user,
        role_id=data["role_id"],
        terms=terms,
        lines=[line for one in lines if (line := one.line()) is not None],
        valid_from=data["valid_from"],
        note=data["note"],
        now=timezone.now(),
    )
    return int(made.pk)


def _initial(model: Any) -> dict[str, Any]:
    following = (timezone.localdate().replace(day=1) + timedelta(days=31)).replace(day=1)
    if model is None:
        return {"valid_from": following, "bands": _as_written(BANDS), **USUAL}
    copied = {name: getattr(model, name) for name in _TERMS}
    bands = _as_written(model.ladder)
    return {"role_id": model.role_id, "valid_from": following, "bands": bands} | copied


def _as_written(bands: Iterable[Band]) -> str:
    """Bands as `read_bands` takes them."""
    return "\n".join(f"{plain(band.edge)} {plain(band.percent)}" for band in bands)


def _lines(model: Any) -> list[dict[str, Any]]:
    if model is None:
        return []
    names = ("part", "label_zh", "label_en", "weight", "origin", "figure")
    return [{name: getattr(line, name) for name in names} for line in model.lines.all()][
        :MOST_LINES
    ]


def _formulas() -> list[tuple[str, list[tuple[str, str]]]]:
    """The formulas that lines may name, by subject."""
    labels = dict(queries.subjects())
    try:
        found = queries.formulas_on(timezone.localdate())
    except NotFound:
        return []
    return [
        (labels[subject], [(one.code, one.label) for one in formulas.values()])
        for subject, formulas in found.items()
    ]
