"""What the portal decides without a database: pictures for classes, stages in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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

RATINGS: tuple[tuple[int, str | Promise, str], ...] = (
    (3, _("Satisfied"), "mood-smile"),
    (2, _("Fairly satisfied"), "mood-neutral"),
    (1, _("Not satisfied"), "mood-sad"),
)
