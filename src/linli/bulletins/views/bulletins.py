"""Bulletins: the list, beginning one, its page, its words, its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.audit.services import record
from linli.bulletins import policy
from linli.bulletins.forms import MonthlyForm, SpecialForm, TextForm, WordsForm
from linli.bulletins.queries import bulletins as queries
from linli.bulletins.rules.fields import SECTIONS
from linli.bulletins.rules.privacy import findings
from linli.bulletins.rules.states import MOVES
from linli.bulletins.services import making, writing
from linli.files import services as files
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page

MOST = 200
READERS = (policy.SEE, policy.WRITE, policy.REVIEW, policy.SIGN)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def done(form: forms.Form, act: Callable[..., Any], **given: Any) -> Any:
    """What the service answers; None where the form or the service refused, noted in the form."""
    if not form.is_valid():
        return None
    try:
        return act(**given, **form.cleaned_data, now=timezone.now())
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return None


def status_of(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_safe
@staff_page(READERS)
def bulletins(request: StaffRequest) -> HttpResponse:
    """What one may read, the newest first."""
    context = {
        "rows": queries.bulletins_for(request.user)[:MOST],
        "may_write": request.user.has_grant(policy.WRITE),
        "may_begin_monthly": policy.sees_whole_city(request.user),
        "may_template": request.user.has_grant(policy.TEMPLATES),
    }
    return render(request, "bulletins/bulletins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.WRITE)
def new_monthly(request: StaffRequest) -> HttpResponse:
    """Begin a bulletin of a closed period."""
    form = MonthlyForm(queries.freeze_choices(), request.POST or None)
    return _begin(request, form, writing.begin_monthly, _("New monthly bulletin"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.WRITE)
def new_special(request: StaffRequest) -> HttpResponse:
    """Begin a report on one subject."""
    form = SpecialForm(request.POST or None)
    return _begin(request, form, writing.begin_special, _("New special report"))


def _begin(
    request: StaffRequest, form: forms.Form, act: Callable[..., Any], title: str
) -> HttpResponse:
    if request.method == "POST":
        made = done(form, act, actor=request.user)
        if made:
            return redirect("bulletins:text", made.pk)
    context = {"form": form, "page": title}
    return render(request, "bulletins/new.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(READERS)
def bulletin(request: StaffRequest, bulletin_id: int) -> HttpResponse:
    """One bulletin, its story, files and what may be done with it now."""
    found = queries.bulletin_for(request.user, bulletin_id)
    form = WordsForm(request.POST or None)
    if request.method == "POST":
        deed = request.POST.get("deed", "")
        if done(form, writing.move, actor=request.user, bulletin_id=bulletin_id, deed=deed):
            messages.success(request, _("Done: %(deed)s.") % {"deed": MOVES[deed].label})
            return redirect("bulletins:bulletin", bulletin_id)
    moves = [(name, MOVES[name]) for name in policy.moves_for(request.user, found)]
    reads_all = policy.reads_all(request.user)
    context = {
        "bulletin": found,
        "form": form,
        "moves": moves,
        "deeds": [(one, MOVES.get(one.deed)) for one in queries.deeds_of(found)]
        if reads_all
        else [],
        "made": queries.made_of(request.user, found)[:20],
        "may_edit": found.is_draft and request.user.has_grant(policy.WRITE),
        "may_make": reads_all and found.state not in ("published", "withdrawn"),
        "findings": findings(found.texts) if reads_all else [],
    }
    return render(request, "bulletins/bulletin.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.WRITE)
def text(request: StaffRequest, bulletin_id: int) -> HttpResponse:
    """The words of a draft, and its cases."""
    found = queries.bulletin_for(request.user, bulletin_id)
    if not found.is_draft:
        return redirect("bulletins:bulletin", bulletin_id)
    form = TextForm(found, request.POST or None)
    if request.method == "POST" and done(form, _edit, actor=request.user, bulletin_id=bulletin_id):
        messages.success(request, _("The draft is saved."))
        return redirect("bulletins:bulletin", bulletin_id)
    context = {"bulletin": found, "form": form, "findings": findings(found.texts)}
    return render(request, "bulletins/text.html", context, status=status_of(form))


def _edit(**given: Any) -> object:
    sections = {name: given.pop(name) for name in SECTIONS}
    return writing.edit(sections=sections, **given)


@require_POST
@staff_page((policy.WRITE, policy.REVIEW, policy.SIGN))
def make_files(request: StaffRequest, bulletin_id: int) -> HttpResponse:
    """Ask for Word and PDF of the text as it is."""
    try:
        making.make_files(actor=request.user, bulletin_id=bulletin_id, now=timezone.now())
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Word and PDF are being made; load the page in a moment."))
    return redirect("bulletins:bulletin", bulletin_id)


@require_safe
@staff_page(READERS)
def word(request: StaffRequest, bulletin_id: int, made_id: int) -> HttpResponseBase:
    """The Word file, as a download."""
    return _file(request, bulletin_id, made_id, "docx")


@require_safe
@staff_page(READERS)
def pdf(request: StaffRequest, bulletin_id: int, made_id: int) -> HttpResponseBase:
    """The PDF, as a download."""
    return _file(request, bulletin_id, made_id, "pdf")


def _file(request: StaffRequest, bulletin_id: int, made_id: int, form: str) -> HttpResponseBase:
    made = queries.made_for(request.user, bulletin_id, made_id)
    record(
        actor=request.user, action="bulletins.taken", object_type="bulletin",
        object_id=bulletin_id, now=timezone.now(), detail={"form": form},
    )  # fmt: skip
    name = f"{made.bulletin.label}{made.bulletin.title}.{form}"
    key, mime = (made.pdf_key, "application/pdf") if form == "pdf" else (made.word_key, WORD)
    return files.respond(request, key=key, mime=mime, name=name, inline=False)
