"""Every change to accounts, units, posts and tokens."""

from linli.staff.services.grants import keep_grants

__all__ = ["keep_grants"]
