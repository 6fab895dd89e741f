"""Files of the territory: looked at first, imported on demand; and the topology report."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.ground import ImportForm
from linli.console.queries import staging as queries
from linli.console.queries import territory, topology
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.layers import LAYERS
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.services import staging as services
from linli.console.services import topology as checking
from linli.console.views.answering import form_page, list_page, older, post_answer
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def imports(request: StaffRequest) -> HttpResponse:
    """Choose a file; what was imported lately."""

    def act(data: dict[str, Any]) -> str:
        staged = services.stage_file(
            actor=request.user,
            kind="territory",
            name=data["file"].name,
            data=data["file"].read(),
            options={
                "layer": data["layer"],
                "crs": data["crs"],
                "from_date": data["from_date"].isoformat(),
            },
            now=timezone.now(),
        )
        return reverse("console:import", args=[staged.token])

    return form_page(
        request,
        ImportForm(request.POST or None, request.FILES or None),
        act,
        title=_("Import territory"),
        back=reverse("console:regions"),
        button=_("Look at it first"),
        done=_("Nothing is written yet. Look at what would happen."),
        template="console/imports.html",
        multipart=True,
        layers=LAYERS,
        table=imported_table("territory"),
    )


def imported_table(kind: str) -> Table:
    """The latest committed files."""
    return Table(
        heads=(
            _("File"),
            pgettext("console", "What"),
            pgettext("console", "Who"),
            _("When"),
            _("New"),
            _("Changed"),
            _("Left out"),
        ),
        numbers=(4, 5, 6),
        rows=[
            row(
                one.name,
                LAYERS[one.options["layer"]].label
                if kind == "territory"
                else _("Sheet of classes"),
                one.owner.name,
                Cell(when=one.committed_at),
                one.report.get("new", 0),
                one.report.get("changed", 0),
                one.report.get("rejected", 0),
            )
            for one in queries.imports(kind)
        ],
        empty=_("Nothing has been imported on these pages yet."),
        icon="file-import",
        label=_("Imported lately"),
    )


def staged_page(request: StaffRequest, kind: str, token: str, *, back: str) -> HttpResponse:
    """The preview of an upload and, by POST, its commit; afterwards what came of it."""
    staged = queries.staged_for(request.user, kind, token)
    here = request.path
    if request.method == "POST":

        def act() -> str:
            done = services.import_file(actor=request.user, staged=staged, now=timezone.now())
            return _("The file is imported.") if done else _("The import has begun.")

        return post_answer(request, act, to=here)
    report = staged.report
    heads = (
        (_("Row"), _("Code or key"), _("Column"), _("Reason"))
        if kind == "territory"
        else (_("Row"), _("Sheet"), _("Column"), _("Reason"))
    )
    table = Table(
        heads=heads,
        numbers=(0,),
        rows=[row(*line) for line in report.get("first", [])],
        label=_("Rows that are left out"),
    )
    return list_page(
        request,
        table,
        title=staged.name,
        template="console/staged.html",
        staged=staged,
        report=report,
        back=back,
        errand=staged.errand,
        may_steer=True,
        layer=LAYERS[staged.options["layer"]].label if kind == "territory" else "",
        rejected_url=f"{here}rejected.csv" if report.get("rejected") else "",
        takes=report.get("new", 0) + report.get("changed", 0),
    )


def rejected_file(request: StaffRequest, kind: str, token: str) -> HttpResponse:
    """The rows that were left out, with the reason in front of each, as CSV."""
    staged = queries.staged_for(request.user, kind, token)
    answer = HttpResponse(bytes(staged.rejected), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def staged_import(request: StaffRequest, token: str) -> HttpResponse:
    """The preview of a territory file, and its commit."""
    return staged_page(request, "territory", token, back=reverse("console:imports"))


@require_safe
@staff_page(areas.TERRITORY)
def rejected_rows(request: StaffRequest, token: str) -> HttpResponse:
    """What a territory file left out."""
    return rejected_file(request, "territory", token)


# -- gaps and overlaps ---------------------------------------------------------------------------
@require_safe
@staff_page(areas.TERRITORY)
def topology_list(request: StaffRequest) -> HttpResponse:
    """Every community with what its last check found."""
    now = timezone.now()
    state, known = topology.state(now=now), topology.checks(now=now)
    page = page_of(
        territory.communities(on=timezone.localdate(now)),
        keys=("code",),
        cursor=request.GET.get("cursor"),
    )

    def faults(region_id: int) -> Any:
        check = known.get(region_id)
        if check is None:
            return Cell(text=_("not looked at"), quiet=True)
        return Cell(text=check.faults, tag=check.faults > 0)

    table = Table(
        heads=(_("Community"), pgettext("console", "Code"), _("Faults"), _("Looked at")),
        numbers=(2,),
        rows=[
            row(
                link(one.name, reverse("console:topology_of", args=[one.code])),
                one.code,
                faults(one.pk),
                Cell(when=known[one.pk].checked_at) if one.pk in known else "",
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("There are no communities yet. Import the divisions first."),
        icon="puzzle",
    )
    return list_page(
        request,
        table,
        title=_("Gaps and overlaps"),
        template="console/topology_list.html",
        state=state,
        left=state.communities - state.checked,
    )


@require_POST
@staff_page(areas.TERRITORY)
def check_all(request: StaffRequest) -> HttpResponse:
    """Look at the communities that have changed, for some seconds."""
    now = timezone.now()
    done = checking.check_all(actor=request.user, now=now)
    state = topology.state(now=now)
    words = ngettext("%d community looked at.", "%d communities looked at.", done) % done
    if left := state.communities - state.checked:
        words += (
            " " + ngettext("%d is left: press again.", "%d are left: press again.", left) % left
        )
    return post_answer(request, lambda: None, done=words, to=reverse("console:topology"))
