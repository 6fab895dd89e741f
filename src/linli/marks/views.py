"""Marks: the list, a new one, one to change or remove, a few in a few words for the map."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.web import page_after
from linli.marks import policy, queries, services
from linli.marks.forms import MarkFilter, MarkForm
from linli.marks.rules.shapes import read_shape
from linli.staff.web import StaffRequest, staff_page

A_PAGE = 50
MARGIN_DEG = 0.001  # shown round a mark on the map


@require_safe
@staff_page(policy.GRANT_SEE)
def marks(request: StaffRequest) -> HttpResponse:
    """The marks one sees, newest first: the table beside the map."""
    form = MarkFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = queries.marks_for(
        request.user,
        on=wanted.get("on"),
        words=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        audience=wanted.get("audience", ""),
    )
    page = page_after(rows, keys=("id",), cursor=request.GET.get("cursor"), size=A_PAGE)
    context = {
        "form": form,
        "rows": [(one, _box(one.shape.extent)) for one in page.rows],
        "next": page.next,
    }
    return render(request, "marks/marks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_SEE)
def add(request: StaffRequest) -> HttpResponse:
    """A new mark; `?shape=` is what was drawn on the map."""
    now = timezone.now()
    first = {"valid_from": timezone.localdate(now), "audience": "own", "kind": "place"}
    first["shape"] = request.GET.get("shape", "")[:8_000]
    form = MarkForm(request.user, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_mark(actor=request.user, now=now, **_values(form))
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The mark is on the map."))
            return _to_map(made.shape.extent)
    return _form_page(request, form, title=_("New mark"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_SEE)
def mark(request: StaffRequest, mark_id: int) -> HttpResponse:
    """One mark: to change where one may, else to read."""
    found = queries.mark_for(request.user, mark_id)
    may = policy.may_change(request.user, found)
    form = MarkForm(
        request.user, request.POST or None, mark=found, initial=MarkForm.initial_of(found)
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            changed = services.change_mark(
                actor=request.user,
                mark_id=mark_id,
                version=version,
                now=timezone.now(),
                **_values(form),
            )
        except NotFound:
            raise
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The mark was changed."))
            return _to_map(changed.shape.extent)
    context = {"mark": found, "may_change": may, "box": _box(found.shape.extent)}
    return _form_page(request, form, title=found.text, **context)


@require_POST
@staff_page(policy.GRANT_SEE)
def remove(request: StaffRequest, mark_id: int) -> HttpResponse:
    """Take it off the map."""
    services.remove_mark(actor=request.user, mark_id=mark_id, now=timezone.now())
    messages.success(request, _("The mark was removed."))
    return redirect("marks:marks")


@require_safe
@staff_page(policy.GRANT_SEE)
def summary(request: StaffRequest) -> HttpResponse:
    """A few marks in a few words, for the map's popover: `?id=` up to ten times."""
    ids = [int(text) for text in request.GET.getlist("id") if text.isdecimal() and len(text) < 19]
    found = queries.marks_by_ids(request.user, ids)
    rows = [(one, policy.may_change(request.user, one)) for one in found]
    return render(request, "marks/summary.html", {"rows": rows})


def _values(form: MarkForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _refuse(form: MarkForm, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _form_page(request: StaffRequest, form: MarkForm, **context: Any) -> HttpResponse:
    shape = str(form["shape"].value() or "")
    context |= {"form": form, "shape": shape, "bounds": _around(shape)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "marks/mark.html", context, status=status)


def _around(shape: str) -> str:
    """The window of the map beside the form; empty where there is no shape yet."""
    try:
        return _box(read_shape(shape).bounds)
    except BadInput:
        return ""


def _box(edges: tuple[float, ...]) -> str:
    west, south, east, north = edges
    return ",".join(
        f"{edge:.5f}"
        for edge in (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    )


def _to_map(edges: tuple[float, ...]) -> HttpResponse:
    return redirect(f"/map/?stage=open&box={_box(edges)}")
