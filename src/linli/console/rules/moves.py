"""Pieces and the grids they are given to, as people and the map write them: 12:3, 14:3."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

_MOVE = re.compile(r"^(\w{1,20}):(\+?\w{1,20})$")
MOST = 2_000


def moves_of(text: str) -> dict[str, str]:
    """What goes where; written twice, the last one counts. Raises BadInput."""
    found: dict[str, str] = {}
    for part in re.split(r"[\s,,、;;]+", text.strip()):
        if not part:
            continue
        move = _MOVE.match(part.replace("\uff1a", ":"))
        if move is None:
            raise BadInput(
                _("“%s” is no change: write piece:grid, such as 12:3.") % part[:30], field="moves"
            )
        found[move.group(1)] = move.group(2)
    if not found:
        raise BadInput(_("Nothing is changed yet: click pieces on the map."), field="moves")
    if len(found) > MOST:
        raise BadInput(_("At most %d changes at a time.") % MOST, field="moves")
    return found


def numbered(moves: dict[str, str]) -> dict[int, int]:
    """The same with numbers, grids counted from 0. Raises BadInput."""
    try:
        return {int(piece): int(grid) - 1 for piece, grid in moves.items()}
    except ValueError:
        raise BadInput(_("Pieces and grids of a plan are numbers."), field="moves") from None
