"""Every door that takes a message from strangers, under everything strangers send.

Each attack is refused with a 4xx sentence that names what is at fault, in the door's own form;
nothing is written, nothing crashes. Doors are found in the URL table (tests/attacks/rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.attacks.programs import BOUNCE_SECRET
from tests.attacks.rows import NO_MESSAGE, ROWS
from tests.attacks.sent import Row, Sent
from tests.doors import Door, doors
from tests.town import Town, standing_town

pytestmark = pytest.mark.django_db
PUBLIC = [d for d in doors() if d.access is not None and d.access.who == "public"]
OURS = sorted({d.name for d in PUBLIC} & set(ROWS))


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Town]:
    with standing_town(django_db_blocker, tmp_path_factory.mktemp("town")) as standing:
        yield standing


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """How often somebody may send is another test."""
    settings.PUBLIC_REPORTS_PER_HOUR = settings.OPEN311_REPORTS_PER_HOUR = 1_000_000
    settings.BOUNCE_SECRET = BOUNCE_SECRET


def post(sent: Sent, client: Client | None = None) -> Any:
    """A stranger's request; an exception is raised, what it wrote is undone."""
    client = client or Client(headers={"accept-language": "en"})
    with transaction.atomic():
        return client.post(sent.path, sent.body, content_type=sent.kind, headers=dict(sent.headers))


_SENTENCE = re.compile(r"\w+:? \w+ \w+|[\u4e00-\u9fff，]{3,}")
#: What may change although a message is refused: counts of limits and of refusals, signatures that
#: are used up, the session of a stranger, the queue's own rows.
_MAY_CHANGE = re.compile(
    r"kernel_hit|django_session|procrastinate_|usersessions|axes_|sensors_refusal|\w+_nonce"
)


def written() -> dict[str, int]:
    """How many rows the tables hold. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall() if not _MAY_CHANGE.match(row[0])]
        cursor.execute("SELECT " + ", ".join(f'(SELECT count(*) FROM "{t}")' for t in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


@pytest.mark.parametrize("name", [d.name for d in PUBLIC if not d.name.endswith("None")])
def test_every_public_door_that_takes_a_message_is_attacked_here(town: Town, name: str) -> None:
    door = next(d for d in PUBLIC if d.name == name)
    if name in ROWS or name in NO_MESSAGE:
        return
    assert takes_no_message(town, door), (
        f"{name} ({door.route}) takes POST from strangers. Give it a row in tests/attacks/rows.py, "
        "or say in NO_MESSAGE why it needs none."
    )


def takes_no_message(town: Town, door: Door) -> bool:
    answer = Client(raise_request_exception=False).post(door.path(town), {})
    return answer.status_code == 405


@pytest.mark.parametrize("name", OURS)
def test_no_attack_on_a_public_door_is_taken_or_crashes_it(town: Town, name: str) -> None:
    with transaction.atomic():
        row: Row = ROWS[name](town)
        faults = [
            f"{attack}: {said}"
            for attack, (sent, named) in row.attacks.items()
            if (said := attacked(sent, named))
        ]
        transaction.set_rollback(True)
    assert not faults, f"{name}:\n" + "\n".join(faults)


def attacked(sent: Sent, named: str) -> str:
    """What is wrong with the answer to an attack, or nothing."""
    before = written()
    try:
        answer = post(sent)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:400]
    if (now := written()) != before:
        grown = [table for table, count in now.items() if count != before.get(table)]
        return f"{answer.status_code}, and something was written: {', '.join(grown)}"
    if not 400 <= answer.status_code < 500:
        return f"was answered with {answer.status_code}: {answer.content[:200]!r}"
    words = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    if not _SENTENCE.search(re.sub(r"<[^>]*>", " ", words)):
        return f"{answer.status_code} without a sentence: {words[:200]!r}"
    if not re.search(named, words):
        return f"{answer.status_code}, but does not name {named}: {words[:300]!r}"
    return ""


@pytest.mark.parametrize("name", OURS)
def test_a_whole_message_is_taken_and_a_replayed_one_is_not_taken_twice(
    town: Town, name: str
) -> None:
    with transaction.atomic():
        row = ROWS[name](town)
        stranger = Client(headers={"accept-language": "en"})
        first = post(row.good, stranger)
        assert first.status_code < 400, first.content.decode()[:500]
        before = written()
        again = post(row.good, stranger)
        if row.again:
            assert again.status_code < 500
            assert written() == before, f"{row.again}: it was kept twice"
        transaction.set_rollback(True)
