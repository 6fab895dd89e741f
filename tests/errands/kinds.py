"""A kind of errand that only the tests know, with knobs."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from linli.errands.rules import ErrandKind, MadeFile, Outcome, register_errands
from linli.kernel.errors import Refused
from linli.kernel.progress import counted
from linli.notices.services import tell


def work(actor: Any, asks: Mapping[str, Any], now: datetime) -> Outcome:
    """Count; leave a trace in the database (a notice), then what `asks` says happens."""
    tell(user_ids=[actor.pk], kind="tests.count.done", params={}, url="/trace/", now=now)
    for _one in counted(range(asks.get("count", 10)), says="counting"):
        if begun := os.environ.get("LINLI_TEST_BEGUN"):
            Path(begun).touch()
            time.sleep(0.05)
    if asks.get("refuse"):
        raise Refused("The file has no head.")
    if asks.get("bug"):
        raise ZeroDivisionError
    return Outcome(
        f"{asks.get('count', 10)} counted.",
        result=MadeFile("count.csv", "text/csv; charset=utf-8", io.BytesIO(b"a,b\n1,2\n")),
    )


KIND = ErrandKind(code="tests.count", label="Counting", grant="cases.export", work=work)
SHARED = ErrandKind(
    code="tests.shared", label="Sharing", grant="staff.units", work=work, shared=True
)
STEPS = ErrandKind(
    code="tests.steps", label="Stepping", grant="cases.export", work=work, steps=True
)
register_errands(KIND, SHARED, STEPS)
