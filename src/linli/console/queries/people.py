"""Posts, duties and tokens as lists for the security administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff.models import ApiToken, GridDuty, Post, Unit, User
from linli.staff.models.seats import held_at
from linli.staff.rules import GRANTS, KINDS
from linli.territory.models import Grid
from linli.territory.queries import tree

SOON = timedelta(days=30)


def posts(
    *, now: datetime, words: str = "", kind: str = "", soon: bool = False, past: bool = False
) -> QuerySet[Post]:
    """Posts with people and units, unordered: held at `now`, or (`past`) those that have ended."""
    rows = Post.objects.select_related("user", "unit", "region")
    rows = rows.filter(valid_to__lte=now) if past else rows.exclude(valid_to__lte=now)
    if words:
        rows = rows.filter(
            Q(user__name__icontains=words)
            | Q(title__icontains=words)
            | Q(unit__name__icontains=words)
        )
    if kind:
        rows = rows.filter(kind=kind)
    if soon:
        rows = rows.filter(valid_to__lte=now + SOON)
    return rows


def posts_ending(*, now: datetime) -> int:
    """How many posts end in the next 30 days. One query."""
    return posts(now=now, soon=True).count()


def units_with_posts(*, now: datetime, active: bool | None, words: str, kind: str) -> QuerySet[Any]:
    """Units by path with `held`, the number of posts held in each. One query."""
    held = Count(
        "posts",
        filter=Q(posts__valid_from__lte=now)
        & (Q(posts__valid_to__isnull=True) | Q(posts__valid_to__gt=now)),
    )
    rows = Unit.objects.select_related("region").annotate(held=held).order_by("path")
    if active is not None:
        rows = rows.filter(is_active=active)
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__icontains=words)
        )
    return rows.filter(kind=kind) if kind else rows


def duties_of(grid: Grid) -> QuerySet[GridDuty]:
    """Everybody who looks or looked after a grid, newest first. One query."""
    rows = GridDuty.objects.filter(grid=grid).select_related("post__user", "post__unit")
    return rows.order_by("-valid_from", "-id")


def duty_for(duty_id: int, grid: Grid) -> GridDuty:
    """One duty of a grid. One query. Raises NotFound."""
    found = GridDuty.objects.filter(pk=duty_id, grid=grid).select_related("post").first()
    if found is None:
        raise NotFound(_("There is no such duty."))
    return found


def candidates(grid: Grid, *, now: datetime, words: str = "", most: int = 60) -> QuerySet[Post]:
    """Posts that may take a grid: those whose reach is grids, from the same street first asked.

    Without `words` only those of units in the grid's street, by name. One query.
    """
    rows = Post.objects.filter(held_at(now), reach="grids", user__is_active=True)
    if words:
        rows = rows.filter(
            Q(user__name__icontains=words)
            | Q(title__icontains=words)
            | Q(unit__name__icontains=words)
        )
    else:
        known = tree()
        street = known.ancestor_of(grid.community_id, "street") or grid.community_id
        rows = rows.filter(unit__region_id__in=known.regions_under(street))
    return rows.select_related("user", "unit").order_by("user__name", "id")[:most]


def token_for(token_id: int) -> ApiToken:
    """One token with its post. One query. Raises NotFound."""
    found = ApiToken.objects.select_related("post__user", "post__unit").filter(pk=token_id).first()
    if found is None:
        raise NotFound(_("There is no such token."))
    return found


def grants_by_kind(kinds: Iterable[str] = KINDS) -> list[tuple[str, list[tuple[str, str]]]]:
    """The register of grants: per kind the (code, name on screen) pairs, by code."""
    wanted = list(kinds)
    return [
        (
            kind,
            [(g.code, str(g.label)) for g in sorted(GRANTS.values()) if g.kind == kind],
        )
        for kind in wanted
    ]


def people_named(words: str, *, most: int = 20) -> list[User]:
    """Accounts by part of a name, for filters. One query."""
    rows = User.objects.filter(Q(name__icontains=words) | Q(username__icontains=words))
    return list(rows.filter(is_system=False).order_by("name", "id")[:most])
