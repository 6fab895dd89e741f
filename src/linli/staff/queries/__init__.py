"""Every read of accounts, units, posts, duties, tokens and sessions."""

from linli.staff.queries.accounts import (
    account_for,
    accounts_for,
    has_second_factor,
    locked_until,
    name_of,
    names_of,
    sessions_of,
    system_actor,
    used_passwords,
)
from linli.staff.queries.posts import (
    grids_without_worker,
    holders_of,
    post_for,
    posts_of,
    posts_of_unit,
    template_by_code,
    templates,
    workers_of,
)
from linli.staff.queries.tokens import TokenActor, person_for_token, tokens_for
from linli.staff.queries.units import (
    centre_for_region,
    centres,
    unit_by_code,
    unit_for,
    unit_tree,
    units,
)

__all__ = [
    "TokenActor",
    "account_for",
    "accounts_for",
    "centre_for_region",
    "centres",
    "grids_without_worker",
    "has_second_factor",
    "holders_of",
    "locked_until",
    "name_of",
    "names_of",
    "person_for_token",
    "post_for",
    "posts_of",
    "posts_of_unit",
    "sessions_of",
    "system_actor",
    "template_by_code",
    "templates",
    "tokens_for",
    "unit_by_code",
    "unit_for",
    "unit_tree",
    "units",
    "used_passwords",
    "workers_of",
]
