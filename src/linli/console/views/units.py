"""Units: the tree, and one of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from linli.console.forms.lists import UnitFilter
from linli.console.forms.parts import region_text
from linli.console.forms.people import UnitEditForm, UnitForm
from linli.console.queries import people
from linli.console.queries.history import log_history
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, asked, form_page, list_page
from linli.staff import queries, services
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.UNITS)
def units(request: StaffRequest) -> HttpResponse:
    """The tree of units with how many posts each has."""
    form = UnitFilter(request.GET)
    wanted = asked(form)
    rows = people.units_with_posts(
        now=timezone.now(),
        active=None if wanted["ended"] else True,
        words=wanted["q"] or "",
        kind=wanted["kind"] or "",
    )
    whole = not (wanted["q"] or wanted["kind"])
    table = Table(
        heads=(
            pgettext("console", "Unit"),
            pgettext("console", "Kind"),
            pgettext("console", "Code"),
            _("Region"),
            _("Posts held"),
            _("State"),
        ),
        numbers=(4,),
        rows=[
            row(
                link(unit.label, reverse("console:unit", args=[unit.pk])),
                unit.get_kind_display(),
                unit.code,
                unit.region.name if unit.region else "",
                unit.held,
                _("In use") if unit.is_active else Cell(text=_("Not in use"), quiet=True),
                depth=unit.path.count("/") - 2 if whole else 0,
                ended=not unit.is_active,
            )
            for unit in rows
        ],
        empty=_("No unit fits. Add one, or take a filter away."),
        icon="sitemap",
    )
    add = Action(_("Add a unit"), reverse("console:add_unit"), "plus", main=True)
    return list_page(request, table, title=pgettext("console", "Units"), form=form, actions=[add])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.UNITS)
def add_unit(request: StaffRequest) -> HttpResponse:
    """A new unit of the tree."""

    def act(data: dict[str, Any]) -> str:
        services.add_unit(actor=request.user, now=timezone.now(), **data)
        return reverse("console:units")

    form = UnitForm(request.POST or None, initial={"kind": "department"})
    return form_page(
        request, form, act, title=_("Add a unit"), back=reverse("console:units"), button=_("Add")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.UNITS)
def unit(request: StaffRequest, unit_id: int) -> HttpResponse:
    """One unit: change it, move it, close it; who did so before."""
    found = queries.unit_for(unit_id)

    def act(data: dict[str, Any]) -> str:
        services.edit_unit(actor=request.user, unit=found, now=timezone.now(), **data)
        return reverse("console:unit", args=[unit_id])

    initial = {
        name: getattr(found, name)
        for name in (
            "name",
            "short_name",
            "name_en",
            "kind",
            "code",
            "parent",
            "public_phone",
            "valid_from",
            "valid_to",
            "is_active",
        )
    }
    initial["region"] = region_text(found.region)
    title = found.label
    return form_page(
        request,
        UnitEditForm(request.POST or None, initial=initial),
        act,
        title=title,
        back=reverse("console:units"),
        history=log_history("unit", unit_id),
    )
