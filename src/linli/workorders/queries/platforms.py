"""Platforms: for the page that sets them up, for the door, and for the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff.policy import require
from linli.workorders.models import Platform
from linli.workorders.policy import GRANT_SETTINGS
from linli.workorders.rules.kinds import platform_of

if TYPE_CHECKING:
    from linli.staff.models import User


def platforms_for(user: User) -> QuerySet[Platform]:
    """All of them with how many orders wait for a person and were not confirmed, by name. One
    query. Raises NotYours."""
    require(user, GRANT_SETTINGS)
    return (
        Platform.objects.select_related("centre")
        .annotate(
            held=Count("orders", filter=Q(orders__state="held")),
            untold=Count("orders", filter=Q(orders__told="failed")),
        )
        .order_by("name", "pk")
    )


def platform_for(user: User, platform_id: int) -> Platform:
    """One of them. One query. Raises NotYours, NotFound."""
    found = platforms_for(user).filter(pk=platform_id).first()
    if found is None:
        raise NotFound(_("There is no such platform."))
    return found


def platform_of_key(key_id: str) -> Platform | None:
    """Whose key it is, if it is in use. One query."""
    return Platform.objects.filter(key_id=key_id, active=True).first()


def platform_of_header(digest: bytes) -> Platform | None:
    """Whose header key it is, if it is in use. One query."""
    return Platform.objects.filter(header_key=digest, active=True).first()


def labels(targets: Iterable[str]) -> dict[str, str]:
    """The names of platforms by the outbox's keys (`workorders:3`). One query."""
    ids = {platform_of(key): key for key in targets}
    named = Platform.objects.filter(pk__in=ids).values_list("pk", "name")
    return {ids[pk]: name for pk, name in named}


def names() -> list[tuple[int, str]]:
    """All platforms, by name, for a filter. One query."""
    return list(Platform.objects.order_by("name", "pk").values_list("pk", "name"))
