"""What every public door is sent: a whole good request of it, and what its attackers make of that.

A door that takes POST without a person being signed in and has no row here fails
`test_public_doors`. A row is a function of the town, so that it can make keys and signatures.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.attacks import pages, programs
from tests.attacks.sent import Row
from tests.town import Town

#: By the name of the address.
ROWS: dict[str, Callable[[Town], Row]] = {
    "portal:report": pages.report,
    "portal:add": pages.add,
    "portal:rate": pages.rate,
    "portal:dispute": pages.dispute,
    "portal:find": pages.find,
    "open311:requests": programs.open311,
    "open311:updates": programs.open311_update,
    "files:upload": pages.upload,
    "workorders:door": programs.workorders,
    "sensors:readings": programs.sensors,
    "wechat:receive": programs.wechat,
    "analysis:stop": pages.stop,
    "notices:bounces": programs.bounces,
}
#: Doors that take POST and keep nothing of a message: why they need no row.
NO_MESSAGE: dict[str, str] = {
    **dict.fromkeys(
        ("healthz", "readyz", "metrics", "areas", "api:root", "api:openapi", "api:docs"),
        "answers every method alike, reads nothing",
    ),
    "portal:suggested": "kinds by words; nothing is kept (test_bad_input)",
    "portal:answer": "the form of `portal:add`, for a case that waits for its reporter",
    "set_language": "Django's own; sets a cookie",
    "account_login": "allauth's; counted by axes (tests/staff)",
    "account_logout": "allauth's; ends a session",
    "account_signup": "allauth's; closed",
    "account_inactive": "allauth's; reads nothing",
    "mfa_authenticate": "allauth's; after a password (tests/staff)",
    "open311:endpoint": "404",
    "cockpit:screen": "a token typed once, bounded by tries; no message (tests/cockpit)",
    "files:discard": "removes an upload of one's own (tests/files)",
}
