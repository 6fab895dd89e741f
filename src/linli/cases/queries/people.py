"""Which centre, which people: what the cases ask of the tree of units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel import rows
from linli.kernel.errors import Refused
from linli.staff.models import Post, unit_tree
from linli.staff.models.seats import held_at


def centre_for(region_ids: Sequence[int]) -> int:
    """The centre of the first region (deepest first) that has one, else the command centre."""
    centres = unit_tree().centres_of_regions
    for region_id in region_ids:
        if region_id in centres:
            return centres[region_id]
    return command_centre()


def command_centre() -> int:
    """The topmost centre. Raises Refused where no centre has been set up."""
    tree = unit_tree()
    for node in sorted(tree.nodes.values(), key=lambda n: n.id):
        if node.kind == "centre" and tree.parent_centre_of(node.id) is None:
            return node.id
    raise Refused(
        _("No centre has been set up yet. An administrator has to add one under Units."),
        code="no_centre",
    )


def region_of(unit_id: int) -> int | None:
    """The region of a unit."""
    return unit_tree().nodes[unit_id].region_id


def parent_centre(centre_id: int) -> int | None:
    """The centre one tier up."""
    return unit_tree().parent_centre_of(centre_id)


def child_centres(centre_id: int) -> list[int]:
    """The centres one tier down."""
    tree = unit_tree()
    return [
        n.id
        for n in tree.nodes.values()
        if n.kind == "centre" and tree.parent_centre_of(n.id) == centre_id
    ]


def sibling_centres(centre_id: int) -> list[int]:
    """The other centres under the same centre."""
    above = parent_centre(centre_id)
    return [] if above is None else [c for c in child_centres(above) if c != centre_id]


def posts_with_grant(
    grant: str, *, centre_id: int | None = None, unit_id: int | None = None
) -> list[Post]:
    """Posts in force that carry `grant`, of a centre, or of a unit and those below. One query."""
    units = _units(centre_id, unit_id)
    posts = Post.objects.filter(
        held_at(timezone.now())
        & Q(unit_id__in=list(units), grants__contains=[grant], user__is_active=True)
    )
    return list(posts.select_related("user", "unit").order_by("id"))


def _units(centre_id: int | None, unit_id: int | None) -> Collection[int]:
    """The units of a centre, or a unit and those below, or all."""
    tree = unit_tree()
    if centre_id is not None:
        return tree.units_of_centres.get(centre_id, ())
    return tree.nodes if unit_id is None else tree.below(unit_id)


def users_with_grant(
    grant: str, *, centre_id: int | None = None, unit_id: int | None = None
) -> list[int]:
    """The users of `posts_with_grant`, each once. One query."""
    found = rows.ask(
        """
        SELECT DISTINCT p.user_id FROM staff_post p JOIN staff_user u ON u.id = p.user_id
        WHERE p.unit_id = ANY(%s::bigint[]) AND p.grants @> ARRAY[%s::varchar] AND u.is_active
            AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)
        ORDER BY p.user_id""",
        [rows.array(_units(centre_id, unit_id)), grant, (now := timezone.now()), now],
    )
    return [user_id for (user_id,) in found]


def users_of_posts(post_ids: Sequence[int]) -> list[int]:
    """Who holds these posts. One query."""
    found = rows.ask(
        "SELECT user_id FROM staff_post WHERE id = ANY(%s::bigint[])", [rows.array(post_ids)]
    )
    return [user_id for (user_id,) in found]


class OnDuty(NamedTuple):
    """A post that may be sent to a grid, and who holds it."""

    post_id: int
    user_id: int


def on_duty(grid_id: int, grant: str) -> list[OnDuty]:
    """`workers_of_grid` by ids. One query."""
    found = rows.ask(
        """
        WITH given AS (SELECT %s::bigint AS grid_id, %s::varchar AS grant, %s::timestamptz AS now)
        SELECT p.id, p.user_id FROM given JOIN staff_gridduty d ON d.grid_id = given.grid_id
            JOIN staff_post p ON p.id = d.post_id
        WHERE d.valid_from <= now AND (d.valid_to IS NULL OR d.valid_to > now)
            AND p.valid_from <= now AND (p.valid_to IS NULL OR p.valid_to > now)
            AND p.grants @> ARRAY[given.grant] AND d.role <> 'supervisor'
        ORDER BY d.role, p.id""",
        [grid_id, grant, timezone.now()],
    )
    return list(dict.fromkeys(OnDuty(*row) for row in found))


def workers_of_grid(grid_id: int, grant: str) -> list[Post]:
    """Posts on duty in a grid that carry `grant`, the primary first. One query."""
    now = timezone.now()
    works = Q(duties__role__in=("primary", "substitute"))  # who supervises is not sent
    duty = (
        works
        & Q(duties__grid_id=grid_id, duties__valid_from__lte=now)
        & (Q(duties__valid_to__isnull=True) | Q(duties__valid_to__gt=now))
    )
    posts = Post.objects.filter(held_at(now) & duty & Q(grants__contains=[grant]))
    return list(posts.select_related("user", "unit").order_by("duties__role", "id").distinct())
