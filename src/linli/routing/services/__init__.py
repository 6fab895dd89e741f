"""Every write of routing: drafts, their publication, their trials, and the nightly look."""

from linli.routing.services.drafting import (
    begin_draft,
    drop_draft,
    move_rule,
    remove_rule,
    save_rule,
)
from linli.routing.services.publishing import publish
from linli.routing.services.trying import keep_trial
from linli.routing.services.watching import check_rules

__all__ = [
    "begin_draft",
    "check_rules",
    "drop_draft",
    "keep_trial",
    "move_rule",
    "publish",
    "remove_rule",
    "save_rule",
]
