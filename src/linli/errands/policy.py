"""Whose errands a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from linli.errands.rules import KINDS

if TYPE_CHECKING:
    from linli.errands.models import Errand
    from linli.staff.models import User


def shared_kinds(user: User) -> list[str]:
    """The kinds of which the person sees everybody's: those that administrators share."""
    return [code for code, kind in KINDS.items() if kind.shared and user.has_grant(kind.grant)]


def visible_to(user: User) -> Q:
    """One's own errands, and those of the kinds one administers."""
    return Q(owner_id=user.pk) | Q(kind__in=shared_kinds(user))


def may_fetch(user: User, errand: Errand) -> bool:
    """Whether the person may still have the files: the grant of the kind is asked again."""
    kind = KINDS.get(errand.kind)
    return kind is not None and user.has_grant(kind.grant)


def may_steer(user: User, errand: Errand) -> bool:
    """Whether the person may cancel it or have it tried again: whoever asked for it."""
    return errand.owner_id == user.pk
