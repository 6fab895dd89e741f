"""Structured logs: one line an event, as JSON, without personal data."""

from __future__ import annotations

import json
import logging
import secrets
from datetime import UTC, datetime

_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


# Without letters that are read or heard for one another.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE = "linli_reference"  # the attribute of a request whose answer names one


def new_reference() -> str:
    """A number that the person reads and the log holds: eight signs, easy to read out."""
    return "".join(secrets.choice(_SIGNS) for _place in range(8))


class LineFormatter(logging.Formatter):
    """A record as one line of JSON; what was passed as `extra` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _PLAIN})
        if reference := getattr(getattr(record, "request", None), REFERENCE, None):
            line["reference"] = reference
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
