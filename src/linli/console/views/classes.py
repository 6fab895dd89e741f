"""Editions, classes and their conditions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.catalogue import queries as catalogue
from linli.catalogue import services
from linli.catalogue.rules import Limit, LimitUnit
from linli.console.forms.classes import (
    ClassFilter,
    ClassForm,
    ConditionForm,
    EditionForm,
    NewClassForm,
)
from linli.console.queries import catalogue as queries
from linli.console.queries.history import joined, row_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import (
    Action,
    asked,
    form_page,
    list_page,
    number_of,
    older,
    post_answer,
)
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.CATALOGUE)
def classes(request: StaffRequest) -> HttpResponse:
    """The classes of an edition."""
    today = timezone.localdate()
    edition = queries.edition_for(number_of(request, "edition"), on=today)
    if edition is None:
        return redirect("console:editions")
    form = ClassFilter(request.GET, edition=edition)
    wanted = asked(form)
    rows = queries.class_list(
        edition.pk,
        on=today,
        words=wanted["q"] or "",
        kind=wanted["kind"] or "",
        major=wanted["major"] or "",
        state=wanted["state"] or "",
    )
    page = page_of(rows, keys=("kind", "code"), cursor=request.GET.get("cursor"), size=100)
    known = catalogue.current()
    table = Table(
        heads=(
            _("Class"),
            pgettext("console", "Code"),
            _("Major class"),
            _("Limit in grade B"),
            _("Residents"),
            _("State"),
        ),
        rows=[
            row(
                link(one.label, reverse("console:class", args=[one.pk])),
                one.code,
                one.major_label,
                _limit_of(known.conditions_for(one, on=today)),
                _("offered") if one.public else "",
                _("In use") if one.active else Cell(text=_("Retired"), quiet=True),
                ended=not one.active,
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("No class fits. Add one, import a sheet, or take a filter away."),
        icon="category",
    )
    actions = [
        Action(_("Editions"), reverse("console:editions"), "books"),
        Action(_("Import or export"), reverse("console:sheet"), "table"),
        Action(
            _("Add a class"), reverse("console:add_class") + f"?edition={edition.pk}", "plus", True
        ),
    ]
    return list_page(request, table, title=_("Classes"), form=form, actions=actions)


def _limit_of(conditions: list[Any]) -> Any:
    if not conditions:
        return Cell(text=_("no limit"), tag=True)
    words = [limit_text(one.limit_b, one.unit_b) for one in conditions[:3]]
    return " / ".join(dict.fromkeys(words))


def _plain(amount: Decimal | None) -> str:
    """An amount without the zeros behind its point."""
    return "" if amount is None else f"{amount.normalize():f}"


def limit_text(amount: Any, unit: str) -> str:
    """An amount and its unit in the reader's language; “—” for none."""
    return catalogue.limit_text(Limit(amount, LimitUnit(unit)) if amount is not None else None)


@require_safe
@staff_page(areas.CATALOGUE)
def editions(request: StaffRequest) -> HttpResponse:
    """All editions, newest first; the one in use is named."""
    today = timezone.localdate()
    used = catalogue.current().edition(today)
    table = Table(
        heads=(_("Edition"), pgettext("console", "Code"), _("Valid from"), _("State"), ""),
        rows=[
            row(
                link(one.name, reverse("console:classes") + f"?edition={one.pk}"),
                one.code,
                one.valid_from.isoformat(),
                _("In use") if used and used.pk == one.pk else "",
                link(_("Edit"), reverse("console:edition", args=[one.pk])),
            )
            for one in catalogue.editions()
        ],
        empty=_("There is no edition yet. Add one, then import its sheet."),
        icon="books",
    )
    add = Action(_("Add an edition"), reverse("console:add_edition"), "plus", main=True)
    return list_page(request, table, title=_("Editions"), actions=[add])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def edition(request: StaffRequest, edition_id: int | None = None) -> HttpResponse:
    """One edition, or a new one."""
    found = None
    if edition_id is not None:
        found = queries.edition_for(edition_id, on=timezone.localdate())

    def act(data: dict[str, Any]) -> str:
        if found is not None:
            data["code"] = found.code
        services.save_edition(actor=request.user, now=timezone.now(), **data)
        return reverse("console:editions")

    names = ("code", "name", "source", "valid_from")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = EditionForm(request.POST or None, initial=initial)
    if found is not None:
        form.fields["code"].disabled = True
    return form_page(
        request,
        form,
        act,
        title=found.name if found else _("Add an edition"),
        back=reverse("console:editions"),
        history=row_history(found) if found else [],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def add_class(request: StaffRequest) -> HttpResponse:
    """A new class of an edition."""
    edition = queries.edition_for(number_of(request, "edition"), on=timezone.localdate())
    if edition is None:
        return redirect("console:editions")

    def act(data: dict[str, Any]) -> str:
        made = services.save_class(actor=request.user, edition=edition, now=timezone.now(), **data)
        return reverse("console:class", args=[made.pk])

    return form_page(
        request,
        NewClassForm(request.POST or None, initial={"active": True}),
        act,
        title=_("Add a class to %s") % edition.name,
        back=reverse("console:classes"),
        button=_("Add"),
        done=_("The class is entered. Now add its filing conditions and limits."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def edit_class(request: StaffRequest, class_id: int) -> HttpResponse:
    """One class: names, for whom, its conditions and limits; and its past."""
    found = queries.class_for(class_id)
    conditions = list(catalogue.conditions_of(class_id))

    def act(data: dict[str, Any]) -> str:
        services.save_class(
            actor=request.user,
            now=timezone.now(),
            edition=found.edition,
            kind=found.kind,
            major_code=found.major_code,
            minor_code=found.minor_code,
            **data,
        )
        return reverse("console:class", args=[class_id])

    form = ClassForm(
        request.POST or None, initial={name: getattr(found, name) for name in ClassForm.base_fields}
    )
    return form_page(
        request,
        form,
        act,
        title=f"{found.code} {found.label}",
        back=reverse("console:classes") + f"?edition={found.edition_id}",
        template="console/class.html",
        case_class=found,
        table=_conditions(conditions),
        history=joined(row_history(found), *(row_history(one) for one in conditions[:20])),
    )


def _conditions(rows: list[Any]) -> Table:
    today = timezone.localdate()
    return Table(
        heads=(
            _("No."),
            _("Filing condition"),
            _("Closing condition"),
            "A",
            "B",
            "C",
            _("Urgent"),
            _("Valid"),
        ),
        rows=[
            row(
                link(one.number, reverse("console:condition", args=[one.pk])),
                one.label,
                one.closing_label,
                limit_text(one.limit_a, one.unit_a),
                limit_text(one.limit_b, one.unit_b),
                limit_text(one.limit_c, one.unit_c),
                limit_text(one.urgent_limit, one.urgent_unit),
                f"{one.valid_from} –" + (f" {one.valid_to}" if one.valid_to else ""),
                ended=one.valid_to is not None and one.valid_to <= today,
            )
            for one in rows
        ],
        empty=_("No filing condition yet: no case of this class can be filed."),
        icon="list-check",
        label=_("Filing conditions and limits"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def add_condition(request: StaffRequest, class_id: int) -> HttpResponse:
    """A further condition of a class."""
    found = queries.class_for(class_id)
    numbers = [one.number for one in catalogue.conditions_of(class_id)]
    units = {f"unit_{grade}": "work_hour" for grade in "abc"}
    initial = {
        "number": max(numbers, default=0) + 1,
        "valid_from": timezone.localdate(),
        "urgent_unit": "",
        **units,
    }
    return _condition_page(request, found, ConditionForm(request.POST or None, initial=initial))


def _condition_page(
    request: StaffRequest, case_class: Any, form: ConditionForm, condition: Any = None
) -> HttpResponse:
    back = reverse("console:class", args=[case_class.pk])

    def act(data: dict[str, Any]) -> str:
        names = (
            "number",
            "filing_text",
            "closing_text",
            "filing_text_en",
            "closing_text_en",
            "valid_from",
            "valid_to",
            "source",
            "note",
        )
        values = {name: data[name] for name in names}
        if condition is not None:  # its key; another day or number would be another condition
            values |= {"number": condition.number, "valid_from": condition.valid_from}
        limits: dict[str, Any] = form.limits()
        services.save_condition(
            case_class=case_class, actor=request.user, now=timezone.now(), **values, **limits
        )
        return back

    if condition is not None:
        form.fields["number"].disabled = form.fields["valid_from"].disabled = True
    title = _("Condition %(number)s of %(class)s") % {
        "number": condition.number if condition else form.initial["number"],
        "class": case_class.label,
    }
    return form_page(
        request,
        form,
        act,
        title=title,
        back=back,
        template="console/condition.html",
        condition=condition,
        history=row_history(condition) if condition else [],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def condition(request: StaffRequest, condition_id: int) -> HttpResponse:
    """One condition: words and limits; and its past."""
    found = queries.condition_for(condition_id)
    initial = {name: getattr(found, name) for name in ConditionForm.base_fields}
    for name in ("limit_a", "limit_b", "limit_c", "urgent_limit"):
        initial[name] = _plain(initial[name])
    form = ConditionForm(request.POST or None, initial=initial)
    return _condition_page(request, found.case_class, form, found)


@require_POST
@staff_page(areas.CATALOGUE)
def retire_condition(request: StaffRequest, condition_id: int) -> HttpResponse:
    """The condition holds no more from today on."""
    found = queries.condition_for(condition_id)
    return post_answer(
        request,
        lambda: services.retire_condition(
            condition_id=condition_id, actor=request.user, now=timezone.now()
        ),
        done=_("The condition has ended."),
        to=reverse("console:class", args=[found.case_class_id]),
    )
