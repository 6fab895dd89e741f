"""Posts, the templates they start from, and the grids they look after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff.models import GridDuty, Portrait, Post, PostTemplate, User
from linli.staff.models.seats import held_at
from linli.staff.rules import GRANTS
from linli.territory.models import Grid


def templates() -> QuerySet[PostTemplate]:
    """The roles of the city, by code. One query."""
    return PostTemplate.objects.order_by("code")


def template_by_code(code: str) -> PostTemplate:
    """One role. One query. Raises NotFound."""
    found = PostTemplate.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no post template with the code %s.") % code, field="template")
    return found


def posts_lacking(template: PostTemplate, grant: str, *, now: datetime) -> QuerySet[Post]:
    """The posts of a role held at `now` that could have `grant` and do not, by id. One query."""
    return (
        Post.objects.filter(held_at(now), _lacks(grant), template=template)
        .select_related("user")
        .order_by("id")
    )


def lacking(template: PostTemplate, *, now: datetime) -> tuple[int, dict[str, int]]:
    """How many posts of a role are held at `now`, and how many lack each of its grants. One query.

    Grants that nobody lacks are left out.
    """
    counts = {f"of_{n}": Count("id", filter=_lacks(g)) for n, g in enumerate(template.grants)}
    held = Post.objects.filter(held_at(now), template=template)
    found = held.aggregate(held=Count("id"), **counts)
    missing = {g: found[f"of_{n}"] for n, g in enumerate(template.grants)}
    return found["held"], {grant: count for grant, count in missing.items() if count}


def _lacks(grant: str) -> Q:
    """A post without `grant` whose kind of duty having it would not change (三员分立)."""
    kind = GRANTS[grant].kind if grant in GRANTS else ""
    lacks = ~Q(grants__contains=[grant])
    return lacks if kind == "common" else lacks & Q(kind=kind)


def post_for(post_id: int) -> Post:
    """One post with its person and unit. One query. Raises NotFound."""
    found = Post.objects.select_related("user", "unit").filter(pk=post_id).first()
    if found is None:
        raise NotFound(_("There is no such post."), field="post")
    return found


def posts_of(account: User, *, now: datetime | None = None) -> QuerySet[Post]:
    """The posts of a person, newest first; with `now` only those held then. One query."""
    rows = Post.objects.filter(user=account).select_related("unit", "region", "template")
    return (rows if now is None else rows.filter(held_at(now))).order_by("-valid_from", "-id")


def portrait_of(account: User) -> Portrait | None:
    """The picture that a person lets the boards of their grids show. One query."""
    return Portrait.objects.filter(user=account).first()


def posts_of_unit(unit_id: int, *, now: datetime) -> QuerySet[Post]:
    """The posts held in a unit at `now`, by title. One query."""
    rows = Post.objects.filter(held_at(now), unit_id=unit_id, user__is_active=True)
    return rows.select_related("user").order_by("title", "id")


def holders_of(grant: str, *, unit_ids: Iterable[int], now: datetime) -> QuerySet[Post]:
    """The posts in these units that allow `grant` at `now`, with their people, by id. One query."""
    rows = Post.objects.filter(
        held_at(now), grants__contains=[grant], unit_id__in=set(unit_ids), user__is_active=True
    )
    return rows.select_related("user", "unit").order_by("id")


def posts_over(grant: str, *, region_ids: Iterable[int], now: datetime) -> QuerySet[Post]:
    """The posts whose own region is one of these and that allow `grant` at `now`, with their
    people, by id. One query."""
    rows = Post.objects.filter(
        held_at(now),
        grants__contains=[grant],
        reach="region",
        region_id__in=set(region_ids),
        user__is_active=True,
    )
    return rows.select_related("user", "unit").order_by("id")


class Supervisor(NamedTuple):
    """Who looks over the work in a grid, and in how many grids in all."""

    grid_id: int
    name: str
    held: int


def supervisors_of(grid_ids: Iterable[int], *, now: datetime) -> list[Supervisor]:
    """The supervisors of these grids at `now` (R41), by grid. One query."""
    duties = GridDuty.objects.filter(held_at(now), role="supervisor")
    same = duties.filter(post__user=OuterRef("post__user")).order_by().values("post__user")
    rows = duties.filter(grid_id__in=set(grid_ids)).annotate(
        held=Subquery(same.annotate(n=Count("grid", distinct=True)).values("n"))
    )
    found = rows.order_by("grid_id", "id").values_list("grid_id", "post__user__name", "held")
    return [Supervisor(*row) for row in found]


def workers_of(grid_ids: Iterable[int], *, now: datetime) -> QuerySet[GridDuty]:
    """Who looks after these grids at `now`, primary workers first, with their people. One query."""
    rows = GridDuty.objects.filter(held_at(now), grid_id__in=set(grid_ids))
    rows = rows.exclude(role="supervisor")
    people = ("post__user__portrait", "post__unit")
    return rows.select_related(*people).order_by("grid_id", "role", "id")


def grids_without_worker(*, now: datetime) -> QuerySet[Grid]:
    """Grids of the responsibility layer that nobody is primary worker of at `now`, by code (R41).

    One query.
    """
    primary = GridDuty.objects.filter(
        held_at(now),
        Q(post__valid_to__isnull=True) | Q(post__valid_to__gt=now),
        grid_id=OuterRef("pk"),
        role="primary",
    )
    today = timezone.localdate(now)
    return Grid.objects.filter(
        ~Exists(primary),
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        layer="responsibility",
        valid_from__lte=today,
    ).order_by("code")
