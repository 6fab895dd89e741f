"""Who is meant: people with the post by which they are, each once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.announcements.policy import Ground
from linli.announcements.rules import DUTY_GRANTS, Audience
from linli.staff.models import GridDuty, Post
from linli.staff.models.posts import DutyRole
from linli.staff.models.seats import held_at
from linli.staff.policy import unit_tree
from linli.territory.queries.tree import tree


class Meant(NamedTuple):
    """Whom an announcement is for, as its author chose."""

    audience: str
    units: Sequence[int] = ()
    regions: Sequence[int] = ()
    roles: Sequence[int] = ()


class Person(NamedTuple):
    """Somebody who is told: by which post, in which unit, and on duty in which grids."""

    user_id: int
    name: str
    unit_id: int
    unit: str
    post: str
    duty: str = ""


def people_meant(meant: Meant, ground: Ground, *, now: datetime) -> list[Person]:
    """Everybody with a post held at `now` that `meant` names within `ground`, by unit and name;
    who has several posts counts with the oldest. One query, two for those on duty."""
    posts = Post.objects.filter(
        held_at(now), _within(meant, ground, now), user__is_active=True, user__is_system=False
    )
    if meant.roles:
        posts = posts.filter(template_id__in=meant.roles)
    found = posts.select_related("user", "unit").order_by("unit__path", "user__name", "id")
    grids = _grids(meant, now) if meant.audience == Audience.DUTY else {}
    people: dict[int, Person] = {}
    for post in found:
        duty = grids.get(post.pk, "")
        if post.user_id not in people or (duty and not people[post.user_id].duty):
            people[post.user_id] = Person(
                post.user_id, post.user.name, post.unit_id, post.unit.label, post.label, duty
            )
    return list(people.values())


def _within(meant: Meant, ground: Ground, now: datetime) -> Q:
    """The posts of an audience, never beyond the ground of its author."""
    own = Q(unit_id__in=ground.unit_ids)
    if meant.audience == Audience.EVERYONE:
        return own
    if meant.audience == Audience.UNITS:
        units = unit_tree()
        chosen = {one for unit in meant.units if unit in units.nodes for one in units.below(unit)}
        return own & Q(unit_id__in=chosen)
    areas = _under(meant.regions)
    if meant.audience == Audience.DUTY:
        return own & (Q(Exists(_duties(areas, now).filter(post=OuterRef("pk")))) | _chiefs(meant))
    return own & (
        Q(reach="region", region_id__in=areas)
        | Q(unit__region_id__in=areas)
        | Q(Exists(_duties(areas, now).filter(post=OuterRef("pk"))))
    )


def _under(regions: Collection[int]) -> set[int]:
    divisions = tree()
    return {one for region in regions for one in divisions.regions_under(region)}


def _duties(areas: Collection[int], now: datetime) -> QuerySet[GridDuty]:
    return GridDuty.objects.filter(held_at(now), grid__community_id__in=areas)


def _chiefs(meant: Meant) -> Q:
    """Those who watch over the nearest centre of each region."""
    divisions, units = tree(), unit_tree()
    centres = set()
    for region in meant.regions:
        above = divisions.ancestors_of(region)
        centre = next((units.centres_of_regions.get(one) for one in above
                       if one in units.centres_of_regions), None)  # fmt: skip
        if centre is not None:
            centres |= set(units.units_of_centres.get(centre, ()))
    return Q(unit_id__in=centres, grants__overlap=sorted(DUTY_GRANTS))


def _grids(meant: Meant, now: datetime) -> dict[int, str]:
    """The grids of duty of each post, by name, with the part one has in it. One query."""
    rows = (
        _duties(_under(meant.regions), now)
        .values("post_id", "role")
        .annotate(names=ArrayAgg("grid__name", order_by="grid__code"))
        .order_by("post_id", "role")
    )
    roles = dict(DutyRole.choices)
    found: dict[int, list[str]] = {}
    for row in rows:
        names, more = row["names"][:3], len(row["names"]) - 3
        words = "、".join(names) + (f" +{more}" if more > 0 else "")
        found.setdefault(row["post_id"], []).append(f"{roles[row['role']]} · {words}")
    return {post: "; ".join(words) for post, words in found.items()}


def approvers_of(unit_id: int, *, but: int, grant: str, now: datetime) -> list[int]:
    """Who may approve what a unit says: holders of the grant in it or above. One query."""
    above = [node.id for node in unit_tree().upwards(unit_id)]
    posts = Post.objects.filter(
        held_at(now), unit_id__in=above, grants__contains=[grant], user__is_active=True
    )
    return sorted(set(posts.exclude(user_id=but).values_list("user_id", flat=True)))
