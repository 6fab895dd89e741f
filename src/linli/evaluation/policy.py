"""Who may see figures and who may close a period or write formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linli.evaluation.rules.subjects import DIMENSIONS, Dimension
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

SEE: Final = "evaluation.see"
PEOPLE: Final = "evaluation.people"
FREEZE: Final = "evaluation.freeze"
FORMULAS: Final = "evaluation.formulas"


def dimensions_for(user: User) -> list[Dimension]:
    """The ways a person may tell figures apart: those of people need a grant of their own (P14)."""
    people = user.has_grant(PEOPLE)
    return [one for one in DIMENSIONS.values() if people or not one.of_people]


def require_dimension(user: User, dimension: Dimension) -> None:
    """Raises NotYours where `user` may not see these figures."""
    staff.require(user, PEOPLE if dimension.of_people else SEE)


def require_formulas(user: User) -> None:
    """Raises NotYours unless `user` writes formulas."""
    staff.require(user, FORMULAS)


def require_freeze(user: User) -> None:
    """Raises NotYours unless `user` closes periods."""
    staff.require(user, FREEZE)
