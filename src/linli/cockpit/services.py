"""Setting up a screen for the wall."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cockpit.policy import COOKIE, screen_of
from linli.kernel.errors import Refused


@transaction.atomic
def set_up_screen(*, token: str, now: datetime) -> None:
    """Admit a screen that holds a token of a post with the wall; it is noted who stands behind it.

    Raises Refused for a token that is unknown, ended or for something else.
    """
    user = screen_of({COOKIE: token.strip()}, now)
    if user is None:
        raise Refused(
            _(
                "This token does not open the wall. Ask the security administrator for one with the"
                " permission “Show the wall of the area”; a revoked or ended one opens nothing."
            ),
            field="token",
        )
    record(
        actor=user, action="cockpit.screen", object_type="post",
        object_id=user.seats[0].post_id, now=now,
    )  # fmt: skip
