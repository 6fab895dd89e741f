"""Plans of grids: asked for, looked at beside today's, adjusted, adopted."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.planning import AdoptForm, CommunityFilter, PiecesForm, PlanForm
from linli.console.queries import territory
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.moves import moves_of, numbered
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import asked, form_page, list_page, older, post_answer, try_form
from linli.planning import queries, services
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import bounds_of, grids_for_map


@require_safe
@staff_page(areas.TERRITORY)
def planner(request: StaffRequest) -> HttpResponse:
    """Choose a community."""
    form, on = CommunityFilter(request.GET), timezone.localdate()
    rows = queries.communities_to_plan(on=on, words=asked(form)["q"] or "")
    page = page_of(rows, keys=("code",), cursor=request.GET.get("cursor"))
    drafts = queries.draft_counts([one.pk for one in page.rows])
    table = Table(
        heads=(_("Community"), pgettext("console", "Code"), _("Street"), _("Drafts")),
        numbers=(3,),
        rows=[
            row(
                link(one.name, reverse("console:planner_of", args=[one.code])),
                one.code,
                one.parent.name if one.parent else "",
                drafts.get(one.pk, ""),
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("No community fits. Import the divisions first."),
        icon="puzzle",
    )
    text = _(
        "The program draws grids of equal load along streets and rivers, without cutting a "
        "building or a compound. Choose a community."
    )
    return list_page(request, table, title=_("Plan grids"), form=form, text=text)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def planner_of(request: StaffRequest, code: str) -> HttpResponse:
    """Have a community planned; its plans so far."""
    community = territory.region_of(code)

    def act(data: dict[str, Any]) -> str:
        here = reverse("console:planner_of", args=[code])
        errand = services.ask_for_plan(
            actor=request.user,
            community=community,
            scheme=queries.scheme_of(data.pop("scheme")),
            url=here,
            now=timezone.now(),
            **data,
        )
        return reverse("errands:errand", args=[errand.pk])

    plans = list(queries.plans_of(community)[:50])
    table = Table(
        heads=(
            pgettext("console", "Plan"),
            _("State"),
            _("Grids"),
            _("Load, largest against the mean"),
            _("Households that change"),
            pgettext("console", "Who"),
            _("When"),
        ),
        numbers=(2, 3, 4),
        rows=[
            row(
                link(f"{community.name} #{one.pk}", reverse("console:plan", args=[one.pk])),
                one.get_state_display(),
                one.parts,
                f"{one.figures['spread']:.2f}",
                one.figures["moved"],
                one.made_by.name,
                Cell(when=one.made_at),
            )
            for one in plans
        ],
        empty=_("No plan yet."),
        icon="puzzle",
        label=_("Plans"),
    )
    return form_page(
        request,
        PlanForm(request.POST or None),
        act,
        title=_("Plan the grids of %s") % community.name,
        back=reverse("console:planner"),
        button=_("Propose grids"),
        done=_("The program is at work. The plan is listed with the community when it is done."),
        template="console/planner.html",
        table=table,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def plan(request: StaffRequest, plan_id: int) -> HttpResponse:
    """A plan on the map beside today's grids; by POST, pieces moved by hand."""
    found = queries.plan_for(plan_id)
    here = reverse("console:plan", args=[plan_id])

    def act(data: dict[str, Any]) -> str:
        services.adjust_plan(
            actor=request.user,
            plan_id=plan_id,
            version=data["version"] or 0,
            moves=numbered(moves_of(data["moves"])),
            now=timezone.now(),
        )
        return here

    form = PiecesForm(request.POST or None, initial={"version": found.version})
    answer = try_form(request, form, act)
    if answer is not None:
        return answer
    context = {
        "plan": found,
        "community": found.community,
        "facts": queries.plan_facts(found),
        "figures": found.figures,
        "before": found.before.get("figures"),
        "form": form,
        "adopt": AdoptForm(initial={"version": found.version, "from_date": timezone.localdate()}),
        "bounds": bounds_of("region", found.community_id, on=timezone.localdate()),
    }
    return render(request, "console/plan.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(areas.TERRITORY)
def plan_geojson(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The pieces of ground of a plan."""
    body = queries.plan_geojson(queries.plan_for(plan_id))
    return HttpResponse(body, content_type="application/geo+json")


@require_safe
@staff_page(areas.TERRITORY)
def plan_today_geojson(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The grids a plan was made beside, as they lay that day."""
    found = queries.plan_for(plan_id)
    body = grids_for_map(found.before.get("grids", []), on=timezone.localdate(found.made_at))
    return HttpResponse(body, content_type="application/geo+json")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def adopt_plan(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The plan becomes the ground from a day on."""
    found = queries.plan_for(plan_id)

    def act(data: dict[str, Any]) -> str:
        services.adopt_plan(actor=request.user, plan_id=plan_id, now=timezone.now(), **data)
        return reverse("console:region", args=[found.community.code])

    initial = {"version": found.version, "from_date": timezone.localdate()}
    return form_page(
        request,
        AdoptForm(request.POST or None, initial=initial),
        act,
        title=_("Adopt the plan of %s") % found.community.name,
        back=reverse("console:plan", args=[plan_id]),
        button=_("Adopt"),
        done=_("The plan is adopted. Give the new grids their workers."),
        grave=True,
        text=_(
            "From that day on the grids of the community are those of the plan: grids that go on "
            "keep their codes and workers, new ones need a worker, the others end. Cells are drawn "
            "anew where they do not fit. Earlier days and cases stay as they are."
        ),
    )


@require_POST
@staff_page(areas.TERRITORY)
def drop_plan(request: StaffRequest, plan_id: int) -> HttpResponse:
    """A draft is not wanted any more."""
    found = queries.plan_for(plan_id)
    return post_answer(
        request,
        lambda: services.drop_plan(actor=request.user, plan_id=plan_id, now=timezone.now()),
        done=_("The plan is dropped."),
        to=reverse("console:planner_of", args=[found.community.code]),
    )
