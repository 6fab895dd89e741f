"""The formulas: versions, and the draft that is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.evaluation import policy
from linli.evaluation.forms import EdgesForm, FormulaForm, PublishForm
from linli.evaluation.queries import books
from linli.evaluation.rules.counts import COUNTS, Source
from linli.evaluation.rules.scoring import Formula
from linli.evaluation.rules.subjects import EDGES, Subject
from linli.evaluation.services import formulas as services
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page

READERS = (policy.SEE, policy.PEOPLE, policy.FORMULAS)
_SOURCES: dict[Source, str | Promise] = {  # what formulas may count, by what they are about
    Source.CASE: pgettext_lazy("formula", "Regions, classes and channels"),
    Source.TASK: pgettext_lazy("formula", "Units"),
    Source.STEP: pgettext_lazy("formula", "Posts"),
}


@require_safe
@staff_page(READERS)
def versions(request: StaffRequest) -> HttpResponse:
    """Every version, the draft first."""
    context = {
        "versions": books.versions(),
        "may_edit": request.user.has_grant(policy.FORMULAS),
    }
    return render(request, "evaluation/versions.html", context)


@dataclass(frozen=True)
class Part:
    """The formulas about one subject, each with its words and its row's id."""

    subject: Subject
    lines: list[tuple[Formula, str, int]]
    counts: list[tuple[str, Any]]


@require_safe
@staff_page(READERS)
def version(request: StaffRequest, version_id: int) -> HttpResponse:
    """The formulas of one version, in words and as written."""
    found = books.version_by_id(version_id)
    ids = {(row.subject, row.code): row.pk for row in found.indicators.all()}
    parts = []
    for subject, book in books.books_of(found).items():
        lines = [(one, book.words(one), ids[subject, one.code]) for one in book.formulas]
        counts = [(base.code, base.label) for base in COUNTS[subject.source]]
        parts.append(Part(subject, lines, counts))
    context = {
        "version": found,
        "parts": parts,
        "edges": (found.edges or EDGES).items(),
        "may_edit": request.user.has_grant(policy.FORMULAS),
        "edits": found.state == "draft" and request.user.has_grant(policy.FORMULAS),
    }
    return render(request, "evaluation/version.html", context)


@require_POST
@staff_page(policy.FORMULAS)
def begin_draft(request: StaffRequest) -> HttpResponse:
    """A draft from the newest version."""
    made = services.begin_draft(actor=request.user, now=timezone.now())
    return redirect("evaluation:version", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.FORMULAS)
def formula(request: StaffRequest, version_id: int, indicator_id: int = 0) -> HttpResponse:
    """Write a formula of the draft; a new one without an id."""
    found = books.version_by_id(version_id)
    row = found.indicators.filter(pk=indicator_id).first()
    if indicator_id and row is None:
        raise NotFound(_("The draft has no such formula."))
    names = ("subject", "code", "label_zh", "label_en", "shows", "formula", "source")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = FormulaForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> None:
        services.set_formula(actor=request.user, now=timezone.now(), version_id=found.pk, **given)

    title = row.label if row else _("New formula")
    counts = {
        str(words): [(base.code, base.label) for base in COUNTS[source]]
        for source, words in _SOURCES.items()
    }
    return _form_page(request, form, act, version_id, title, counts=counts)


@require_POST
@staff_page(policy.FORMULAS)
def remove_formula(request: StaffRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Take a formula out of the draft."""
    try:
        services.remove_formula(
            actor=request.user, now=timezone.now(), version_id=version_id,
            indicator_id=indicator_id,
        )  # fmt: skip
    except (NotYours, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation:version", version_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.FORMULAS)
def edges(request: StaffRequest, version_id: int) -> HttpResponse:
    """From how many points each grade begins."""
    found = books.version_by_id(version_id)
    form = EdgesForm(request.POST or None, initial=found.edges)

    def act(given: dict[str, Any]) -> None:
        services.set_edges(actor=request.user, now=timezone.now(), version_id=found.pk, edges=given)

    return _form_page(request, form, act, version_id, _("Grades"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.FORMULAS)
def publish(request: StaffRequest, version_id: int) -> HttpResponse:
    """Put the draft in force from a day on."""
    found = books.version_by_id(version_id)
    form = PublishForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        services.publish(actor=request.user, now=timezone.now(), version_id=found.pk, **given)

    return _form_page(request, form, act, version_id, _("Publish the draft"), button=_("Publish"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.FORMULAS)
def drop_draft(request: StaffRequest, version_id: int) -> HttpResponse:
    """Give the draft up, once one has read what is lost with it."""
    if request.method == "POST":
        services.drop_draft(actor=request.user, now=timezone.now(), version_id=version_id)
        messages.success(request, _("The draft is dropped."))
        return redirect("evaluation:versions")
    books.version_by_id(version_id)  # one that is there
    context = {
        "title": _("Drop the draft"),
        "text": _("What was changed in the draft is lost. Published versions stay as they are."),
        "form": forms.Form(),
        "button": _("Drop the draft"),
        "grave": True,
        "back": reverse("evaluation:version", args=[version_id]),
    }
    return render(request, "evaluation/form.html", context)


def _form_page(
    request: StaffRequest, form: forms.Form, act: Any, version_id: int, title: str, **context: Any
) -> HttpResponse:
    """A page with one form: 422 with errors at their fields, on to the draft when it is taken."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except (NotYours, NotFound):
            raise
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("evaluation:version", version_id)
    shown = {
        "form": form, "title": title, "back": reverse("evaluation:version", args=[version_id]),
        **context,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "evaluation/form.html", shown, status=status)
