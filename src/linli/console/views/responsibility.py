"""Whose work a class is, and the desk times of stages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cases.rules import Stage
from linli.catalogue import queries as catalogue
from linli.catalogue import services
from linli.catalogue.rules import Limit, LimitUnit
from linli.console.forms.classes import (
    AskForm,
    ResponsibilityEditForm,
    ResponsibilityFilter,
    ResponsibilityForm,
    StageLimitForm,
)
from linli.console.queries import catalogue as queries
from linli.console.queries.history import row_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, asked, form_page, list_page, older, post_answer
from linli.console.views.classes import limit_text
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import tree


@require_safe
@staff_page(areas.CATALOGUE)
def responsibility(request: StaffRequest) -> HttpResponse:
    """The list, and who would get a class in a region."""
    form, today = ResponsibilityFilter(request.GET), timezone.localdate()
    wanted = asked(form)
    rows = queries.responsibility_list(
        on=today,
        words=wanted["q"] or "",
        region=wanted["region"],
        role=wanted["role"] or "",
        soon=bool(wanted["soon"]),
        past=bool(wanted["past"]),
    )
    page = page_of(rows, keys=("id",), cursor=request.GET.get("cursor"))
    majors = queries.major_names()
    table = Table(
        heads=(
            _("Class"),
            _("Region"),
            pgettext("console", "Unit"),
            _("Role"),
            _("Valid from"),
            _("Valid to"),
        ),
        rows=[
            row(
                link(
                    _class_words(one, majors),
                    reverse("console:responsible", args=[one.pk]),
                    "" if one.case_class else _("the whole major class"),
                ),
                one.region.name,
                one.unit.label,
                one.get_role_display(),
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to else "",
                ended=one.valid_to is not None and one.valid_to <= today,
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("Nobody is responsible for anything yet. Add a row, or import a sheet."),
        icon="checklist",
    )
    ask, suggested = AskForm(request.GET if "ask_class" in request.GET else None), None
    if ask.is_bound and ask.is_valid():
        case_class, region = ask.cleaned_data["ask_class"], ask.cleaned_data["ask_region"]
        if case_class and region:
            suggested = catalogue.suggest_units(
                case_class, tree().ancestors_of(region.pk), on=today
            )
    add = Action(_("Add a row"), reverse("console:add_responsible"), "plus", main=True)
    return list_page(
        request,
        table,
        title=_("Responsibility"),
        form=form,
        actions=[add],
        template="console/responsibility.html",
        ask=ask,
        suggested=suggested,
    )


def _class_words(one: Any, majors: dict[tuple[str, str], str]) -> str:
    if one.case_class:
        return f"{one.case_class.code} {one.case_class.label}"
    letter = "C" if one.kind == "component" else "E"
    return f"{letter}{one.major_code} {majors.get((one.kind, one.major_code), '')}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def add_responsible(request: StaffRequest) -> HttpResponse:
    """A further row of the list."""

    def act(data: dict[str, Any]) -> str:
        major = data.pop("major")
        region, unit = data.pop("region"), data.pop("unit")
        made = services.assign_unit(
            actor=request.user,
            now=timezone.now(),
            unit_id=unit.pk,
            region_id=region.pk,
            kind=("component" if major[0] == "C" else "event") if major else "",
            major_code=major[1:3] if major else "",
            **data,
        )
        return reverse("console:responsible", args=[made.pk])

    form = ResponsibilityForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    return form_page(
        request,
        form,
        act,
        title=_("Make a unit responsible"),
        back=reverse("console:responsibility"),
        button=_("Add"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def responsible(request: StaffRequest, responsibility_id: int) -> HttpResponse:
    """One row: its end and its legal basis; and its past."""
    found = queries.responsibility_for(responsibility_id)

    def act(data: dict[str, Any]) -> str:
        services.assign_unit(
            actor=request.user,
            now=timezone.now(),
            unit_id=found.unit_id,
            region_id=found.region_id,
            role=found.role,
            case_class=found.case_class,
            kind=found.kind,
            major_code=found.major_code,
            valid_from=found.valid_from,
            **data,
        )
        return reverse("console:responsible", args=[responsibility_id])

    initial = {"valid_to": found.valid_to, "legal_basis": found.legal_basis}
    return form_page(
        request,
        ResponsibilityEditForm(request.POST or None, initial=initial),
        act,
        title=_("%(unit)s for %(class)s in %(region)s")
        % {
            "unit": found.unit.label,
            "class": _class_words(found, queries.major_names()),
            "region": found.region.name,
        },
        back=reverse("console:responsibility"),
        text=_("%(role)s since %(day)s. For another unit or class, end this row and add one.")
        % {"role": found.get_role_display(), "day": found.valid_from},
        end_url=reverse("console:end_responsible", args=[responsibility_id])
        if found.valid_to is None or found.valid_to > timezone.localdate()
        else "",
        history=row_history(found),
    )


@require_POST
@staff_page(areas.CATALOGUE)
def end_responsible(request: StaffRequest, responsibility_id: int) -> HttpResponse:
    """The responsibility ends today."""
    return post_answer(
        request,
        lambda: services.end_responsibility(
            responsibility_id=responsibility_id, actor=request.user, now=timezone.now()
        ),
        done=_("The responsibility has ended."),
        to=reverse("console:responsible", args=[responsibility_id]),
    )


# -- desk times ----------------------------------------------------------------------------------
@require_safe
@staff_page(areas.CATALOGUE)
def stage_limits(request: StaffRequest) -> HttpResponse:
    """How long each stage may take."""
    today, words = timezone.localdate(), dict(Stage.choices)
    urgencies = {"normal": _("Normal work"), "urgent": _("Urgent work")}
    table = Table(
        heads=(_("Stage"), _("Urgency"), _("Limit"), _("Valid from"), _("Valid to"), _("Source")),
        rows=[
            row(
                link(
                    words.get(one.stage, one.stage), reverse("console:stage_limit", args=[one.pk])
                ),
                urgencies[one.urgency],
                limit_text(one.amount, one.unit),
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to else "",
                Cell(text=one.source, quiet=True),
                ended=one.valid_to is not None and one.valid_to <= today,
            )
            for one in catalogue.stage_limits()
        ],
        empty=_("No desk times yet: stages have no limit."),
        icon="hourglass",
    )
    add = Action(_("Add a desk time"), reverse("console:add_stage_limit"), "plus", main=True)
    return list_page(
        request,
        table,
        title=_("Desk times"),
        actions=[add],
        text=_(
            "How long a stage may take before its light turns red. Handling has its class’s limit."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def stage_limit(request: StaffRequest, limit_id: int | None = None) -> HttpResponse:
    """One desk time, or a new one."""
    found = queries.stage_limit_for(limit_id) if limit_id is not None else None

    def act(data: dict[str, Any]) -> str:
        limit = Limit(Decimal(data.pop("amount")), LimitUnit(data.pop("unit")))
        services.save_stage_limit(actor=request.user, now=timezone.now(), limit=limit, **data)
        return reverse("console:stage_limits")

    names = tuple(StageLimitForm.base_fields)
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = StageLimitForm(
        request.POST or None, initial=initial or {"valid_from": timezone.localdate()}
    )
    if found is not None:
        for name in ("stage", "urgency", "valid_from"):
            form.fields[name].disabled = True
    return form_page(
        request,
        form,
        act,
        title=_("Desk time: %s") % dict(Stage.choices).get(found.stage, found.stage)
        if found
        else _("Add a desk time"),
        back=reverse("console:stage_limits"),
        history=row_history(found) if found else [],
    )
