"""Who may read, write, review and sign bulletins, and change their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.bulletins.models import Bulletin
from linli.bulletins.rules.states import MOVES, moves_from
from linli.cases.policy import visible_to
from linli.kernel.errors import NotYours
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

SEE: Final = "bulletins.see"
WRITE: Final = "bulletins.write"
REVIEW: Final = "bulletins.review"
SIGN: Final = "bulletins.sign"
TEMPLATES: Final = "bulletins.templates"


def readable_by(user: User) -> Q:
    """Who writes, reviews or signs reads all; others what is published."""
    if reads_all(user):
        return Q()
    return Q(state="published") if user.has_grant(SEE) else Q(pk__in=[])


def reads_all(user: User) -> bool:
    """Whether drafts are open to `user` too."""
    return any(user.has_grant(one) for one in (WRITE, REVIEW, SIGN))


def sees_whole_city(user: User) -> bool:
    """Whether no case is hidden from `user`."""
    return visible_to(user) == Q()


def require_whole_city(user: User) -> None:
    """A bulletin of the city is made of all cases. Raises NotYours for who sees a part of them."""
    if not sees_whole_city(user):
        raise NotYours(
            _(
                "Your posts see a part of the city's cases, and a bulletin counts all of them."
                " Let somebody begin it whose post is for the whole city."
            )
        )


def moves_for(user: User, bulletin: Bulletin) -> list[str]:
    """What `user` may do with it now: the buttons of its page."""
    return [
        name
        for name in moves_from(bulletin.state)
        if user.has_grant(MOVES[name].grant)
        and not (MOVES[name].other_hand and bulletin.made_by_id == user.pk)
    ]


def require_move(user: User, bulletin: Bulletin, deed: str) -> None:
    """Raises NotYours: no post for it, or it is one's own text."""
    staff.require(user, MOVES[deed].grant)
    if MOVES[deed].other_hand and bulletin.made_by_id == user.pk:
        raise NotYours(_("You wrote this bulletin; somebody else reviews and signs it."))
