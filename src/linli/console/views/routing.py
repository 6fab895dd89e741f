"""Routing rules: their versions, what is wrong with a draft, its trial, its publication."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from linli.cases.services.trials import ask_for_trial
from linli.console.forms.routing import DraftForm, PublishForm, TrialForm
from linli.console.queries import routing as queries
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, form_page, list_page, number_of, post_answer
from linli.kernel import versions
from linli.routing import policy, services
from linli.routing import queries as routing
from linli.staff.web import StaffRequest, staff_page

TRIED_DAYS = 30


@require_safe
@staff_page(areas.RULES)
def rules(request: StaffRequest) -> HttpResponse:
    """The versions, drafts first."""
    table = Table(
        heads=(
            pgettext("rules", "Version"),
            pgettext("console", "Name"),
            _("State"),
            _("Rules"),
            _("In force from"),
            _("Until"),
            _("Published by"),
        ),
        numbers=(3,),
        rows=[
            row(
                link(
                    str(one.number) if one.number else pgettext("rules", "Draft"),
                    reverse("console:rule_set", args=[one.pk]),
                ),
                one.name,
                Cell(text=routing.state_words(one), tag=True),
                one.count,
                one.valid_from.isoformat() if one.valid_from else "",
                one.valid_to.isoformat() if one.valid_to else "",
                one.published_by.name if one.published_by else "",
            )
            for one in routing.rule_sets()
        ],
        empty=_("No rules: the responsibility list alone says whose work a case is."),
        icon="route",
    )
    actions = []
    if policy.may_edit(request.user):
        draft = reverse("console:begin_draft")
        actions = [Action(_("Begin a draft"), draft, "plus", main=True)]
    text = _(
        "Whose work a case is: the first rule that fits says it, else the responsibility list. "
        "Rules are written in a draft, tried on past cases, and published for a day."
    )
    return list_page(request, table, title=_("Routing rules"), actions=actions, text=text)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.EDIT)
def begin_draft(request: StaffRequest) -> HttpResponse:
    """A draft from another version (`copy_of`), else from the newest published one."""
    copy_of = number_of(request, "copy_of")
    newest = next((one for one in routing.rule_sets() if one.number is not None), None)
    source = routing.rule_set_for(copy_of) if copy_of is not None else newest

    def act(data: dict[str, Any]) -> str:
        made = services.begin_draft(
            actor=request.user,
            now=timezone.now(),
            name=data["name"],
            copy_of=source.pk if source else None,
        )
        return reverse("console:rule_set", args=[made.pk])

    form = DraftForm(request.POST or None, initial={"name": source.name if source else ""})
    text = _(
        "It begins with the rules of version %(number)s; nothing changes until it is published."
    )
    return form_page(
        request,
        form,
        act,
        title=_("Begin a draft"),
        back=reverse("console:rules"),
        button=_("Begin"),
        text=text % {"number": source.number or source.name} if source else "",
    )


@require_safe
@staff_page(areas.RULES)
@versions.learned_once
def rule_set(request: StaffRequest, set_id: int) -> HttpResponse:
    """The rules of a version in order, with what is wrong with each."""
    found = routing.rule_set_for(set_id)
    edits = found.state == "draft" and policy.may_edit(request.user)
    context = {
        "set": found,
        "page": queries.set_page(found, now=timezone.now()),
        "state": routing.state_words(found),
        "edits": edits,
        "may_edit": policy.may_edit(request.user),
    }
    return render(request, "console/rule_set.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.EDIT)
def drop_draft(request: StaffRequest, set_id: int) -> HttpResponse:
    """A draft is given up, once one has read what is lost with it."""
    if request.method == "POST":
        return post_answer(
            request,
            lambda: services.drop_draft(actor=request.user, now=timezone.now(), set_id=set_id),
            done=_("The draft is dropped."),
            to=reverse("console:rules"),
        )
    routing.rule_set_for(set_id)  # one that is there
    context = {
        "title": _("Drop the draft"),
        "text": _("What was changed in the draft is lost. Published versions stay as they are."),
        "form": forms.Form(),
        "button": _("Drop the draft"),
        "grave": True,
        "back": reverse("console:rule_set", args=[set_id]),
    }
    return render(request, "console/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.EDIT)
def try_rules(request: StaffRequest, set_id: int) -> HttpResponse:
    """Have a version run over past cases."""
    found = routing.rule_set_for(set_id)
    back = reverse("console:rule_set", args=[set_id])

    def act(data: dict[str, Any]) -> str:
        errand = ask_for_trial(
            actor=request.user, set_id=set_id, url=back, now=timezone.now(), **data
        )
        return reverse("errands:errand", args=[errand.pk])

    today = timezone.localdate()
    initial = {"since": today - timedelta(days=TRIED_DAYS), "until": today}
    return form_page(
        request,
        TrialForm(request.POST or None, initial=initial),
        act,
        title=_("Try “%(name)s” on past cases") % {"name": found.name},
        back=back,
        button=_("Try"),
        done=_("The rules are being tried. What would change is listed with them when it is done."),
        text=_(
            "Every case of these days is asked twice: of the rules in force and of these. Nothing "
            "is sent anywhere."
        ),
    )


@require_safe
@staff_page(areas.RULES)
def trial(request: StaffRequest, trial_id: int) -> HttpResponse:
    """What would change: counts for every unit, and the cases that the reader may see."""
    found = routing.trial_for(trial_id)
    page = queries.trial_page(request.user, found)
    context = {"page": page, "trial": found, "set": found.rule_set, "figures": found.figures}
    return render(request, "console/trial.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.EDIT)
def publish_rules(request: StaffRequest, set_id: int) -> HttpResponse:
    """A draft comes into force on a day."""
    found = routing.rule_set_for(set_id)
    back = reverse("console:rule_set", args=[set_id])

    def act(data: dict[str, Any]) -> str:
        services.publish(actor=request.user, now=timezone.now(), set_id=set_id, **data)
        return back

    return form_page(
        request,
        PublishForm(request.POST or None, initial={"valid_from": timezone.localdate()}),
        act,
        title=_("Publish “%(name)s”") % {"name": found.name},
        back=back,
        button=_("Publish"),
        done=_("The rules are published."),
        grave=True,
        text=_(
            "From that day on these rules say whose work a case is; the version before them ends. "
            "A published version is never changed: cases name it for ever."
        ),
    )
