"""People, units, posts and tokens."""

from linli.staff.models.people import PasswordRecord, User
from linli.staff.models.posts import GridDuty, KnownGrant, Post, PostTemplate
from linli.staff.models.seats import seats_of, unit_tree
from linli.staff.models.tokens import ApiToken
from linli.staff.models.units import StaffState, Unit

__all__ = [
    "ApiToken",
    "GridDuty",
    "KnownGrant",
    "PasswordRecord",
    "Post",
    "PostTemplate",
    "StaffState",
    "Unit",
    "User",
    "seats_of",
    "unit_tree",
]
