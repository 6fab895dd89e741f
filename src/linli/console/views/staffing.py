"""How many people each community needs, and the schemes that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.planning import (
    ProfileForm,
    SchemeForm,
    StaffingFilter,
    StaffProfileFilter,
)
from linli.console.queries import territory
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, asked, form_page, list_page, post_answer
from linli.planning import queries, services
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.planning.models import GridScheme

MOST_ROWS = 500  # shown at once; the filter reaches the others


@require_safe
@staff_page(areas.TERRITORY)
def staffing(request: StaffRequest) -> HttpResponse:
    """Communities by code with the people they need and have (R42, R43)."""
    form = StaffingFilter(request.GET)
    wanted = asked(form)
    code = wanted["scheme"]
    scheme = queries.scheme_of(code) if code else queries.scheme_in_force()
    needs = queries.needs(scheme, now=timezone.now())
    short = [one for one in needs if one.off < 0]
    over = [one for one in needs if one.off > 0]
    fits = {"short": short, "over": over}.get(wanted["state"] or "", needs)
    part = (wanted["q"] or "").strip()
    shown = [one for one in fits if part in one.name or one.code.startswith(part)]
    table = Table(
        heads=(
            _("Community"),
            _("Street"),
            _("Grids"),
            _("Households"),
            _("People needed"),
            _("People there"),
            _("Difference"),
        ),
        numbers=(2, 3, 4, 5, 6),
        rows=[
            row(
                link(one.name, reverse("console:profile", args=[one.code]), one.code),
                one.street,
                one.grids,
                one.households,
                Cell(text=one.needed, under=_("mixed") if one.mixed else ""),
                Cell(text=one.people, under=_("as written down") if one.stated else ""),
                Cell(text=f"{one.off:+d}" if one.off else "0", tag=one.off != 0),
            )
            for one in shown[:MOST_ROWS]
        ],
        empty=_("No community fits."),
        icon="users",
        label=_("Staffing"),
    )
    text = _(
        "By “%(scheme)s”: %(short)d communities have too few people, %(over)d too many; "
        "%(missing)d people are missing in all."
    ) % {
        "scheme": scheme.name,
        "short": len(short),
        "over": len(over),
        "missing": -sum(one.off for one in short),
    }
    if len(shown) > MOST_ROWS:
        text += " " + _("The first %d are shown; narrow the list by name or code.") % MOST_ROWS
    actions = [
        Action(_("Profile of the staff"), reverse("console:staff_profile"), "chart-bar"),
        Action(pgettext("staffing", "Schemes"), reverse("console:schemes"), "adjustments"),
    ]
    return list_page(request, table, title=_("Staffing"), form=form, text=text, actions=actions)


@require_safe
@staff_page(areas.TERRITORY)
def staff_profile(request: StaffRequest) -> HttpResponse:
    """Shares of the staff by education and age, as far as people said them (R44)."""
    form = StaffProfileFilter(request.GET)
    region = asked(form)["region"]
    found = queries.staff_profile(region.path if region else "/", now=timezone.now())
    table = Table(
        heads=(_("Group"), _("How many"), _("Share in %")),
        numbers=(1, 2),
        rows=[
            row(
                Cell(text=share.label, under=heading),
                Cell(text=_("not told"), quiet=True) if share.number is None else share.number,
                "" if share.percent is None else f"{share.percent:.2f}",
            )
            for heading, shares in ((_("Education"), found.education), (_("Age"), found.ages))
            for share in shares
        ],
        icon="chart-bar",
        label=_("Profile of the staff"),
    )
    text = (
        _(
            "%d people work here. What they chose to say of themselves on their page “Me” is "
            "counted; groups of fewer than five are not told, nor what would tell them."
        )
        % found.people
    )
    if found.said is not None:
        text += " " + _("%d of them said something.") % found.said
    actions = [Action(_("Staffing"), reverse("console:staffing"), "users")]
    return list_page(
        request, table, title=_("Profile of the staff"), form=form, text=text, actions=actions
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def profile(request: StaffRequest, code: str) -> HttpResponse:
    """What a community's staffing depends on besides its households."""
    community = territory.region_of(code)
    need = next(
        iter(queries.needs(queries.scheme_in_force(), now=timezone.now(), path=community.path)),
        None,
    )

    def act(data: dict[str, Any]) -> str:
        services.edit_profile(actor=request.user, community=community, now=timezone.now(), **data)
        return reverse("console:staffing")

    initial = {
        "mixed": need is not None and need.mixed,
        "people": need.people if need is not None and need.stated else None,
    }
    return form_page(
        request,
        ProfileForm(request.POST or None, initial=initial),
        act,
        title=_("Staffing of %s") % community.name,
        back=reverse("console:staffing"),
    )


@require_safe
@staff_page(areas.TERRITORY)
def schemes(request: StaffRequest) -> HttpResponse:
    """The schemes of grids and people."""
    table = Table(
        heads=(
            _("Scheme"),
            _("In town"),
            _("In the country"),
            _("People of a community"),
            _("Source"),
            "",
        ),
        rows=[
            row(
                link(one.name, reverse("console:scheme", args=[one.code])),
                Cell(
                    text=f"{one.town_least}–{one.town_most}",
                    under=_("%(least)d–%(most)d residents")
                    % {"least": one.people_least, "most": one.people_most}
                    if one.people_most
                    else "",
                ),
                f"{one.country_least}–{one.country_most}",
                _formula(one),
                one.source,
                Cell(text=_("In force"), tag=True)
                if one.in_force
                else Cell(
                    text=_("Put in force"),
                    post=reverse("console:choose_scheme", args=[one.code]),
                ),
            )
            for one in queries.schemes()
        ],
        icon="adjustments",
        label=pgettext("staffing", "Schemes"),
    )
    text = _("Households a grid, and people a community. The scheme in force marks grids that are "
             "too large or too small.")  # fmt: skip
    actions = [Action(_("Staffing"), reverse("console:staffing"), "users")]
    return list_page(request, table, title=_("Schemes of grids"), text=text, actions=actions)


def _formula(scheme: GridScheme) -> str:
    if not scheme.base:
        return _("1 for every %d households") % scheme.step
    words = _("%(base)d up to %(upto)d households, 1 more for every %(step)d, mixed %(mixed)d more")
    return words % {
        "base": scheme.base,
        "upto": scheme.base_households,
        "step": scheme.step,
        "mixed": scheme.mixed,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def scheme(request: StaffRequest, code: str) -> HttpResponse:
    """Words and numbers of a scheme."""
    found = queries.scheme_of(code)

    def act(data: dict[str, Any]) -> str:
        services.edit_scheme(
            actor=request.user,
            code=code,
            name=data.pop("name"),
            source=data.pop("source"),
            numbers=data,
            now=timezone.now(),
        )
        return reverse("console:schemes")

    initial = {name: getattr(found, name) for name in SchemeForm.base_fields}
    return form_page(
        request,
        SchemeForm(request.POST or None, initial=initial),
        act,
        title=pgettext("console", "Scheme %s") % found.name,
        back=reverse("console:schemes"),
    )


@require_POST
@staff_page(areas.TERRITORY)
def choose_scheme(request: StaffRequest, code: str) -> HttpResponse:
    """From now on this scheme is in force."""
    return post_answer(
        request,
        lambda: services.choose_scheme(actor=request.user, code=code, now=timezone.now()),
        done=_("This scheme is in force now."),
        to=reverse("console:schemes"),
    )
