"""What needs attention, for each of the three administrators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.audit import queries as audit
from linli.catalogue import queries as catalogue
from linli.catalogue.models import CaseClass, Responsibility
from linli.console.queries import people, territory, topology
from linli.console.rules import areas
from linli.planning.queries import scheme_in_force
from linli.staff import queries as staff
from linli.staff.models import ApiToken, User

SOON = timedelta(days=30)


class Attention(NamedTuple):
    """Something to look at: its number, what to do, and where. Zero is good news."""

    number: int
    title: str
    text: str
    url: str


def attention_for(user: User, *, now: datetime) -> list[Attention]:
    """What waits for this administrator, worst first. At most twenty queries, none a big one."""
    found: list[Attention] = []
    if user.has_grant(areas.DUTIES) or user.has_grant(areas.TERRITORY):
        found += _grids(user, now)
    if user.has_grant(areas.TERRITORY):
        found += _ground(now)
    if user.has_grant(areas.CATALOGUE):
        found += _catalogue(now)
    if user.has_grant(areas.POSTS):
        found.append(_posts(now))
    if user.has_grant(areas.TOKENS):
        found.append(_tokens(now))
    if user.has_grant(areas.AUDIT):
        found.append(_seals())
    return sorted(found, key=lambda one: one.number == 0)


def _grids(user: User, now: datetime) -> list[Attention]:
    without = staff.grids_without_worker(now=now)
    if user.has_grant(areas.DUTIES):
        mine = territory.grids_of_duty(user, on=timezone.localdate(now))
        without = without.filter(pk__in=mine.values("pk"))
        url = reverse("console:duties") + "?state=without"
    else:
        url = reverse("console:grids") + "?worker=without"
    return [
        Attention(
            without.count(),
            _("Grids without a primary worker"),
            _("Every grid has exactly one. Appoint somebody."),
            url,
        )
    ]


def _ground(now: datetime) -> list[Attention]:
    state = topology.state(now=now)
    left = state.communities - state.checked
    scheme = scheme_in_force()
    odd = territory.grids(on=timezone.localdate(now), odd_by=scheme).count()
    text = (
        ngettext(
            "%d community has not been looked at since boundaries last changed.",
            "%d communities have not been looked at since boundaries last changed.",
            left,
        )
        % left
        if left
        else _("Every community has been looked at.")
    )
    return [
        Attention(
            state.faulty,
            _("Communities with gaps or overlaps"),
            text,
            reverse("console:topology"),
        ),
        Attention(
            odd,
            _("Grids too large or too small"),
            _("%(a)d to %(b)d households in town, %(c)d to %(d)d in the country.")
            % {
                "a": scheme.town_least,
                "b": scheme.town_most,
                "c": scheme.country_least,
                "d": scheme.country_most,
            },
            reverse("console:grids") + "?band=on",
        ),
    ]


def _catalogue(now: datetime) -> list[Attention]:
    today = timezone.localdate(now)
    known = catalogue.current()
    classes = known.classes(on=today)
    bare = [one for one in classes if not known.conditions_for(one, on=today)]
    years = known.unknown_years(today)
    ending = Responsibility.objects.filter(valid_to__gt=today, valid_to__lte=today + SOON).count()
    unlinked = CaseClass.objects.filter(
        ~Q(unlinked_units="") | ~Q(unlinked_supervisors=""), pk__in=[one.pk for one in classes]
    ).count()
    return [
        Attention(
            len(years),
            _("Years without published holidays"),
            _("Due times in %s follow Monday to Friday until the calendar is filled in.")
            % "、".join(str(year) for year in years)
            if years
            else _("This year and the next are entered."),
            reverse("console:calendar", args=[years[0] if years else today.year]),
        ),
        Attention(
            len(bare),
            _("Classes without a limit"),
            _("No case of them can be filed. Add a filing condition."),
            reverse("console:classes") + "?state=bare",
        ),
        Attention(
            ending,
            _("Responsibilities that end within 30 days"),
            _("Name the unit that follows."),
            reverse("console:responsibility") + "?soon=on",
        ),
        Attention(
            unlinked,
            _("Classes that name units not known here"),
            _("Names of an imported sheet that are no unit yet."),
            reverse("console:classes") + "?state=unlinked",
        ),
    ]


def _posts(now: datetime) -> Attention:
    return Attention(
        people.posts_ending(now=now),
        _("Posts that end within 30 days"),
        _("Extend them, or let them end."),
        reverse("console:posts") + "?soon=on",
    )


def _tokens(now: datetime) -> Attention:
    ending = ApiToken.objects.filter(
        revoked_at=None, expires_at__gt=now, expires_at__lte=now + SOON
    ).count()
    return Attention(
        ending,
        _("API tokens that end within 30 days"),
        _("The systems behind them stop then."),
        reverse("console:tokens"),
    )


def _seals() -> Attention:
    seal = audit.last_seal()
    behind = audit.last_entry_id() - (seal.to_id if seal else 0)
    return Attention(
        behind if behind > 1000 else 0,
        _("Entries of the access log not yet sealed"),
        _("They are sealed every ten minutes while the worker runs. Now: %d.") % behind,
        reverse("console:seals"),
    )
