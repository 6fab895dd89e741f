"""People, units, posts and tokens."""

from linli.staff.models.people import PasswordRecord, User
from linli.staff.models.portraits import Portrait
from linli.staff.models.posts import (
    DutyRole,
    GridDuty,
    KnownGrant,
    Post,
    PostKind,
    PostTemplate,
    Reach,
)
from linli.staff.models.profiles import AgeBand, Education, SelfDescription
from linli.staff.models.seats import seats_of, unit_tree
from linli.staff.models.tokens import ApiToken
from linli.staff.models.units import StaffState, Unit, UnitKind

__all__ = [
    "AgeBand",
    "ApiToken",
    "DutyRole",
    "Education",
    "GridDuty",
    "KnownGrant",
    "PasswordRecord",
    "Portrait",
    "Post",
    "PostKind",
    "PostTemplate",
    "Reach",
    "SelfDescription",
    "StaffState",
    "Unit",
    "UnitKind",
    "User",
    "seats_of",
    "unit_tree",
]
