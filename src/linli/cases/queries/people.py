"""Which centre, which people: what the cases ask of the tree of units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import Refused
from linli.staff.models import Post, unit_tree
from linli.staff.models.seats import held_at


def centre_for(region_ids: Sequence[int]) -> int:
    """The centre of the first region (deepest first) that has one, else the command centre."""
    centres = {n.region_id: n.id for n in unit_tree().nodes.values() if n.kind == "centre"}
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
    tree, now = unit_tree(), timezone.now()
    units: Iterable[int] = tree.nodes
    if centre_id is not None:
        units = [u for u in tree.nodes if tree.centre_of(u) == centre_id]
    elif unit_id is not None:
        units = tree.below(unit_id)
    rows = Post.objects.filter(
        held_at(now) & Q(unit_id__in=list(units), grants__contains=[grant], user__is_active=True)
    )
    return list(rows.select_related("user", "unit").order_by("id"))


def users_with_grant(
    grant: str, *, centre_id: int | None = None, unit_id: int | None = None
) -> list[int]:
    """The users of `posts_with_grant`."""
    return [p.user_id for p in posts_with_grant(grant, centre_id=centre_id, unit_id=unit_id)]


def users_of_posts(post_ids: Sequence[int]) -> list[int]:
    """Who holds these posts. One query."""
    return list(Post.objects.filter(pk__in=post_ids).values_list("user_id", flat=True))


def workers_of_grid(grid_id: int, grant: str) -> list[Post]:
    """Posts on duty in a grid that carry `grant`, the primary first. One query."""
    now = timezone.now()
    duty = Q(duties__grid_id=grid_id, duties__valid_from__lte=now) & (
        Q(duties__valid_to__isnull=True) | Q(duties__valid_to__gt=now)
    )
    rows = Post.objects.filter(held_at(now) & duty & Q(grants__contains=[grant]))
    return list(rows.select_related("user", "unit").order_by("duties__role", "id").distinct())
