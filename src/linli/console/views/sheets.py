"""The catalogue in its sheet form (standards 3.4), in and out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.catalogue import queries as catalogue
from linli.catalogue.services import export_sheet
from linli.console.forms.classes import SheetForm
from linli.console.queries import catalogue as queries
from linli.console.queries import territory
from linli.console.rules import areas
from linli.console.services import staging as services
from linli.console.views.answering import form_page
from linli.console.views.imports import imported_table, rejected_file, staged_page
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def sheet(request: StaffRequest) -> HttpResponse:
    """Choose a sheet, or download one."""

    def act(data: dict[str, Any]) -> str:
        staged = services.stage_file(
            actor=request.user,
            kind="catalogue",
            name=data["file"].name,
            data=data["file"].read(),
            options={
                "edition": data["edition"].pk,
                "region": data["region"].pk if data["region"] else None,
                "kind": data["kind"],
                "plain_is_working": data["plain_is_working"] == "yes",
            },
            now=timezone.now(),
        )
        return reverse("console:staged_sheet", args=[staged.token])

    used = catalogue.current().edition(timezone.localdate())
    form = SheetForm(
        request.POST or None, request.FILES or None, initial={"edition": used.pk if used else None}
    )
    return form_page(
        request,
        form,
        act,
        title=_("Import or export classes"),
        back=reverse("console:classes"),
        button=_("Look at it first"),
        done=_("Nothing is written yet. Look at what would happen."),
        template="console/sheet.html",
        multipart=True,
        editions=list(catalogue.editions()),
        table=imported_table("catalogue"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def staged_sheet(request: StaffRequest, token: str) -> HttpResponse:
    """The preview of a sheet, and its commit."""
    return staged_page(request, "catalogue", token, back=reverse("console:sheet"))


@require_safe
@staff_page(areas.CATALOGUE)
def rejected_lines(request: StaffRequest, token: str) -> HttpResponse:
    """What a sheet left out."""
    return rejected_file(request, "catalogue", token)


@require_safe
@staff_page(areas.CATALOGUE)
def export(request: StaffRequest, edition_id: int, form: str) -> HttpResponse:
    """An edition as a sheet; `?region=` adds the units responsible there."""
    found = queries.edition_for(edition_id, on=timezone.localdate())
    if found is None:
        raise NotFound(_("There is no such edition."))
    code = request.GET.get("region", "")
    region_id = territory.region_of(code).pk if code else None
    body = export_sheet(edition=found, on=timezone.localdate(), form=form, region_id=region_id)
    answer = HttpResponse(body, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="catalogue-{found.pk}.{form}"'
    return answer
