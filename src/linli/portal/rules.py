"""What the portal decides without a database: pictures for classes, stages in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from linli.cases.rules import Stage

MOST_PHOTOS = 6
MOST_WORDS = 2000
#: What people report most often, with its picture; a class with an icon of its own keeps that.
USUAL: dict[str, str] = {
    "E0102": "trash",
    "E0110": "road",
    "C0118": "bulb",
    "E0505": "car",
    "E0406": "droplet",
    "E0604": "flame",
    "C0402": "tree",
    "E0301": "barrier-block",
}
MOST_TILES = 8
OTHER_ICON = "tag"

#: The stages as a resident would say them.
STAGE_WORDS: dict[str, str | Promise] = {
    Stage.REPORTED: _("Received, waiting to be accepted"),
    Stage.VERIFYING: _("A grid worker is having a look"),
    Stage.FILED: _("Accepted, being assigned"),
    Stage.DISPATCHED: _("Assigned to the unit in charge"),
    Stage.HANDLING: _("Being dealt with"),
    Stage.HANDLED: _("Done, waiting for a check"),
    Stage.CHECKING: _("Being checked on site"),
    Stage.CLOSED: _("Solved"),
    Stage.EVALUATED: _("Solved"),
    Stage.DISMISSED: _("Not accepted"),
    Stage.MERGED: _("Joined with another report"),
    Stage.VOIDED: _("Cancelled"),
}

RATINGS: tuple[tuple[int, str | Promise, str], ...] = (
    (3, _("Satisfied"), "mood-smile"),
    (2, _("Fairly satisfied"), "mood-neutral"),
    (1, _("Not satisfied"), "mood-sad"),
)
