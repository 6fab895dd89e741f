"""A message to a resident is sent once, kept when it cannot be, and read by nobody on the way."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy

from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.jobs import app
from linli.notices import queries, rules, services, tasks
from linli.notices.models import Message
from linli.notices.services import carriers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KIND = rules.MessageKind(
    "cases.received",
    subject=lazystr("Your report %(number)s"),
    body=lazystr("Follow it at %(link)s"),
    short=lazystr("Report %(number)s:\n%(link)s"),
)
PARAMS = {"number": "2026-17", "link": "https://city.example/f/2026-17/s3cr3t"}


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_message_kinds", {})
    rules.register_messages(KIND)


def write(**more: Any) -> Message:
    given: dict[str, Any] = {
        "channel": "email",
        "address": "resident@example.cn",
        "kind": "cases.received",
        "params": PARAMS,
        "language": "en",
        "now": NOW,
    }
    return services.write_message(**{**given, **more})


def deliveries_of(message: Message) -> list[Delivery]:
    """What the outbox has of it."""
    return list(Delivery.objects.filter(payload={"message": message.pk}))


def send(message: Message, after: timedelta = timedelta()) -> bool:
    """Let the outbox try; True if it will try again."""
    outbox.send_due(clock=lambda: NOW + after)
    message.refresh_from_db()
    return message.state == "queued"


class Failing(EmailBackend):
    """A mail server in trouble."""

    error: Exception = OSError(111, "Connection refused by mail.example to resident@example.cn")

    def send_messages(self, messages: Any) -> int:
        raise self.error


@pytest.fixture
def failing(settings: Any) -> Iterator[type[Failing]]:
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    kept = Failing.error
    yield Failing
    Failing.error = kept


@pytest.mark.django_db
def test_a_message_is_queued_with_the_change_and_sent_once() -> None:
    message = write()
    (delivery,) = deliveries_of(message)
    assert (delivery.kind, delivery.target) == ("notices.message", "notices:email")
    assert delivery.payload == {"message": message.pk}  # neither address nor words
    assert not mail.outbox
    assert send(message) is False
    assert send(message) is False
    (letter,) = mail.outbox
    assert letter.to == ["resident@example.cn"]
    assert letter.subject == "Your report 2026-17"
    assert letter.body.endswith("s3cr3t")
    assert (message.state, message.sent_at, message.attempts) == ("sent", NOW, 1)


@pytest.mark.django_db
def test_a_message_is_taken_back_with_the_change() -> None:
    with transaction.atomic():
        message = write()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not deliveries_of(message)


@pytest.mark.django_db
def test_the_database_does_not_show_who_reported_what() -> None:
    write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM notices_message m")
        (row,) = cursor.fetchone()
    for personal in ("resident", "example.cn", "2026-17", "s3cr3t"):
        assert personal not in row
        assert personal.encode().hex() not in row


@pytest.mark.django_db
def test_a_message_speaks_the_residents_language() -> None:
    rules.register_messages(
        rules.MessageKind(
            "cases.received", gettext_lazy("Failed"), gettext_lazy("Queued"), lazystr("")
        )
    )
    send(write(language="zh-hans"))
    send(write(language="en"))
    chinese, english = mail.outbox
    assert (english.subject, english.body) == ("Failed", "Queued")
    assert (chinese.subject, chinese.body) == ("失败", "待发送")


@pytest.mark.django_db
def test_a_subject_stays_one_line_whatever_fills_it() -> None:
    send(write(params={**PARAMS, "number": "1\r\nBcc: everyone@example.cn"}))
    (letter,) = mail.outbox
    assert "\n" not in letter.subject
    assert letter.recipients() == ["resident@example.cn"]


@pytest.mark.django_db
def test_trouble_on_the_way_is_tried_again_and_at_last_shown(failing: type[Failing]) -> None:
    message = write()
    for attempt in range(1, rules.MOST_TRIES):
        assert send(message, attempt * DAY) is True
        assert (message.state, message.attempts) == ("queued", attempt)
    assert send(message, rules.MOST_TRIES * DAY) is False
    assert message.state == "failed"
    assert message.last_error == "ConnectionRefusedError 111"  # without the address
    assert [m.pk for m in queries.messages(state="failed").rows] == [message.pk]
    assert not queries.messages(state="sent").rows


@pytest.mark.django_db
def test_a_message_that_an_earlier_version_has_queued_is_sent_once(failing: type[Failing]) -> None:
    message = Message.objects.create(
        channel="email", address="a@example.cn", kind=KIND.code, language="en", created_at=NOW,
        sealed_params=json.dumps(PARAMS),
    )  # fmt: skip
    tasks.send_message(message_id=message.pk)
    tasks.send_message(message_id=message.pk)
    (delivery,) = deliveries_of(message)
    assert delivery.state == "waiting"


@pytest.mark.django_db
def test_an_address_that_is_refused_for_good_fails_at_once(failing: type[Failing]) -> None:
    failing.error = smtplib.SMTPRecipientsRefused({"resident@example.cn": (550, b"unknown")})
    message = write()
    assert send(message) is False
    assert message.state == "failed"
    assert "resident" not in message.last_error


@pytest.mark.django_db
def test_a_failed_message_can_be_sent_again(failing: type[Failing], settings: Any) -> None:
    failing.error = smtplib.SMTPRecipientsRefused({})
    message = write()
    send(message)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    services.retry_message(message_id=message.pk, now=NOW)
    assert len(deliveries_of(message)) == 2
    send(message)
    assert (message.state, message.last_error) == ("sent", "")
    with pytest.raises(Refused):
        services.retry_message(message_id=message.pk, now=NOW)
    with pytest.raises(NotFound):
        services.retry_message(message_id=message.pk + 1, now=NOW)


@pytest.mark.django_db
def test_a_text_message_without_a_carrier_is_held_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    message = write(channel="sms", address="138 1234 5678")
    assert send(message) is False
    assert message.state == "held"
    assert "LINLI_SMS_URL" in message.last_error
    assert message.masked_address == "138****5678"
    assert "5678" not in caplog.text
    assert "s3cr3t" not in caplog.text


class Carrier:
    carried: list[tuple[str, str]] = []
    error: Exception | None = None

    def send(self, phone: str, words: str) -> None:
        if Carrier.error:
            raise Carrier.error
        Carrier.carried.append((phone, words))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state"),
    [(None, "sent"), (carriers.Rejected("blacklisted"), "failed"), (TimeoutError(), "queued")],
)
def test_a_carrier_of_the_citys_own_is_used(
    settings: Any, error: Exception | None, state: str
) -> None:
    settings.SMS_CARRIER = f"{__name__}.Carrier"
    Carrier.carried, Carrier.error = [], error
    message = write(channel="sms", address="13812345678")
    assert send(message) is (state == "queued")
    assert message.state == state
    if state == "sent":
        assert Carrier.carried == [("13812345678", f"Report 2026-17: {PARAMS['link']}")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b\nBcc: c@d.cn"),
        ("email", ""),
        ("sms", "12345"),
        ("sms", "0571-88888888"),
        ("sms", "１３８１２３４５６７８"),
        ("sms", "x" * 1_000_000),
    ],
)
def test_an_address_that_cannot_be_reached_is_refused(channel: str, address: str) -> None:
    with pytest.raises(BadInput) as refusal:
        write(channel=channel, address=address)
    assert refusal.value.field == "address"
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_words_with_a_gap_are_a_bug_at_once() -> None:
    with pytest.raises(KeyError):
        write(params={"number": "1"})
    with pytest.raises(KeyError):
        write(kind="cases.unheard")


@pytest.mark.django_db
def test_sent_and_held_messages_are_forgotten_after_ninety_days_and_queued_ones_stay() -> None:
    sent = write()
    send(sent)
    held, waiting = write(), write()
    Message.objects.filter(pk=held.pk).update(state="held")
    assert services.prune(now=NOW + timedelta(days=90)) == 0
    assert services.prune(now=NOW + timedelta(days=91)) == 2
    assert Message.objects.get() == waiting


def test_the_jobs_are_known_and_repeat() -> None:
    app.perform_import_paths()
    assert {"notices.send_message", "notices.prune", "files.prune"} <= set(app.tasks)
    repeated = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"notices.prune", "files.prune"} <= repeated
