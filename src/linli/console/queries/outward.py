"""The outbox as administrators see it: whoever looks after webhooks alone sees those alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from linli.console.rules import areas
from linli.deliveries import queries as outbox
from linli.deliveries.models import Delivery
from linli.deliveries.rules import KINDS
from linli.kernel.errors import NotFound
from linli.kernel.web import Page
from linli.staff.models import Post, User
from linli.staff.models.seats import held_at
from linli.staff.policy import require_any
from linli.webhooks.rules import EVENT, TARGET


def is_webhook(target: str) -> bool:
    """Whether a target is a receiver of webhooks."""
    return target.startswith(TARGET)


def kind_for(user: User) -> str:
    """The one kind that the person may see; empty for all. Raises NotYours."""
    require_any(user, (areas.DELIVERIES, areas.WEBHOOKS))
    return "" if user.has_grant(areas.DELIVERIES) else EVENT


def page_for(user: User, *, state: str, kind: str, target: str, cursor: str | None) -> Page:
    """Deliveries, newest first. One query. Raises NotYours."""
    return outbox.deliveries(state=state, kind=kind_for(user) or kind, target=target, cursor=cursor)


def targets_for(user: User) -> list[outbox.TargetRow]:
    """Targets that wait, fail or were given up, by name. Three queries. Raises NotYours."""
    only = kind_for(user)
    rows = [row for row in outbox.targets() if not only or is_webhook(row.key)]
    open_rows = [row for row in rows if row.waiting or row.dead or row.failing_since]
    return sorted(open_rows, key=lambda row: row.label)


def delivery_for(user: User, delivery_id: int) -> Delivery:
    """One delivery. One query. Raises NotYours, NotFound."""
    only = kind_for(user)
    found = outbox.delivery(delivery_id)
    if only and found.kind != only:
        raise NotFound(_("There is no such delivery. It may have been forgotten meanwhile."))
    return found


def ids_for(user: User, *, state: str, kind: str, target: str) -> list[int]:
    """What a button for all of a list is about. One query. Raises NotYours."""
    return outbox.ids_of(state=state, kind=kind_for(user) or kind, target=target)


def allowed(user: User, ids: Collection[int]) -> list[int]:
    """Those of the ids that the person may steer. At most one query. Raises NotYours."""
    only = kind_for(user)
    if not only:
        return list(ids)
    return list(Delivery.objects.filter(pk__in=ids, kind=only).values_list("pk", flat=True))


def may_repeat(one: Delivery) -> bool:
    """Whether one that has arrived may be sent again by hand."""
    kind = KINDS.get(one.kind)
    return kind is not None and kind.again


def require_target(user: User, target: str) -> None:
    """Raises NotYours, NotFound for a target that is not the person's to steer."""
    if kind_for(user) and not is_webhook(target):
        raise NotFound(_("There is no such receiver."))


def posts_for_webhooks(*, now: datetime) -> list[tuple[int, str]]:
    """Posts that see cases, as a choice: those that another system acts by first. One query."""
    posts = Post.objects.filter(held_at(now), grants__contains=["cases.see"], user__is_active=True)
    rows = posts.select_related("user", "unit").order_by("title", "user__name")[:500]
    return [(post.pk, f"{post.label} · {post.user.name} · {post.unit.label}") for post in rows]
