"""Talking to another Open311 server."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode

from linli.kernel import outbound
from linli.open311.models import Destination
from linli.open311.rules import client
from linli.open311.rules.client import Heard, Unreadable
from linli.open311.rules.moments import written

FORM = "json"
AT_ONCE = 50  # numbers asked for in one request
TIMEOUT_S = 20
MOST_BYTES = 4 * 2**20


class Receipt(NamedTuple):
    """What a report was answered with: a number, or a token for one."""

    remote_id: str
    token: str


def post(destination: Destination, fields: dict[str, str], *, once: str) -> outbound.Answer:
    """Send a report. `once` is our own number: whoever knows `Idempotency-Key` doubles nothing.

    Raises OSError where nobody answers.
    """
    form = {"jurisdiction_id": destination.jurisdiction_id, "api_key": destination.api_key}
    body = urlencode({name: value for name, value in {**form, **fields}.items() if value})
    return outbound.fetch(
        "POST",
        f"{_root(destination)}/requests.{FORM}",
        body=body.encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Idempotency-Key": once,
        },
        timeout_s=TIMEOUT_S,
        most_bytes=MOST_BYTES,
    )


def receipt_of(body: bytes) -> Receipt:
    """Raises Unreadable for an answer without number and token."""
    for row in client.rows_of(body, "service_requests"):
        receipt = Receipt(
            client.text_of(row, "service_request_id", 100), client.text_of(row, "token", 100)
        )
        if receipt.remote_id or receipt.token:
            return receipt
    raise Unreadable("neither number nor token")


def find_by_mark(
    destination: Destination, *, mark: str, service_code: str, since: datetime, now: datetime
) -> str:
    """The number of a request whose words hold `mark`; "" if there is none. Raises OSError,
    Unreadable."""
    rows = _get(
        destination,
        "requests",
        {
            "service_code": service_code,
            "start_date": written(since - timedelta(hours=1)) or "",
            "end_date": written(now + timedelta(hours=1)) or "",
        },
    )
    return next((one.remote_id for one in rows if mark in one.description and one.remote_id), "")


def ask(destination: Destination, remote_ids: Iterable[str]) -> list[Heard]:
    """How these requests stand there. Raises OSError, Unreadable."""
    return _get(destination, "requests", {"service_request_id": ",".join(remote_ids)})


def number_of(destination: Destination, token: str) -> str:
    """The number a token stands for, "" while there is none. Raises OSError, Unreadable."""
    rows = _get(destination, f"tokens/{quote(token, safe='')}", {})
    return rows[0].remote_id if rows else ""


def count_services(destination: Destination) -> int:
    """How many services are offered there. Raises OSError, Unreadable."""
    return len(_rows(destination, "services", "services", {}))


def _get(destination: Destination, resource: str, query: dict[str, str]) -> list[Heard]:
    return [client.heard(row) for row in _rows(destination, resource, "service_requests", query)]


def _rows(
    destination: Destination, resource: str, root: str, query: dict[str, str]
) -> list[client.Row]:
    asked = {"jurisdiction_id": destination.jurisdiction_id, **query}
    text = urlencode({name: value for name, value in asked.items() if value})
    headers = {"Accept": "application/json, text/xml"}
    if destination.api_key:
        headers["Authorization"] = f"Bearer {destination.api_key}"
    answer = outbound.fetch(
        "GET",
        f"{_root(destination)}/{resource}.{FORM}{'?' if text else ''}{text}",
        headers=headers,
        timeout_s=TIMEOUT_S,
        most_bytes=MOST_BYTES,
        redirects=2,
    )
    if answer.status == 404 and root == "service_requests":
        return []
    if answer.status != 200:
        raise outbound.Unreachable(f"{answer.status} {client.said_in(answer.body)}".strip())
    return client.rows_of(answer.body, root)


def _root(destination: Destination) -> str:
    return destination.endpoint.rstrip("/")
