"""Messages over a real mail server and a provider of text messages; words and hours of the city."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone, translation
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st

from linli.audit.models import AccessLog
from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery
from linli.kernel.errors import BadInput, NotFound
from linli.notices import queries, rules, services
from linli.notices.models import Message
from linli.notices.rules import Hours, Texts
from tests.factories import make_user
from tests.outside import Site, answer, served

KIND = rules.MessageKind(
    "tests.letter",
    subject=lazystr("Your report %(number)s"),
    body=lazystr("100%% sure? Follow it at %(link)s"),
    short=lazystr("Report %(number)s: %(link)s"),
)
URGENT = rules.MessageKind(
    "tests.urgent", lazystr("Now"), lazystr("Now: %(link)s"), lazystr("Now: %(link)s"), urgent=True
)
PARAMS = {"number": "20261122-000001-4", "link": "https://city.example/r/1/s3cr3t/"}
PHONE = "13812345678"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_message_kinds", {})
    rules.register_messages(KIND, URGENT)


def write(**more: Any) -> Message:
    values: dict[str, Any] = {
        "channel": "email", "address": "resident@example.cn", "kind": KIND.code, "params": PARAMS,
        "language": "en", "now": timezone.now(),
    }  # fmt: skip
    return services.write_message(**values | more)


def send(after: timedelta = timedelta()) -> None:
    outbox.send_due(clock=lambda: timezone.now() + after)


# -- e-mail ---------------------------------------------------------------------------------------
class Mailbox:
    """What a mail server does with what it is given."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.says: dict[str, str] = {}

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:  # the name is the library's
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if "DATA" in self.says:
            return self.says["DATA"]
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server on this machine, over which letters go."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "城市 <office@city.example>"
    yield box
    server.stop()


@pytest.mark.django_db
def test_a_letter_reaches_the_mail_server_with_its_words(mailbox: Mailbox) -> None:
    message = write()
    send()
    message.refresh_from_db()
    assert message.state == "sent"
    (letter,) = mailbox.got
    assert letter.rcpt_tos == ["resident@example.cn"]
    text = letter.content.decode()
    assert "Subject: Your report 20261122-000001-4" in text
    assert PARAMS["link"] in text
    assert "100% sure?" in text
    assert f"<{Delivery.objects.get().uid.hex}@city.example>" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "says", "state", "again"),
    [
        ("RCPT", "550 no such person", "failed", False),
        ("RCPT", "450 greylisted", "queued", True),
        ("DATA", "451 try later", "queued", True),
        ("DATA", "554 spam", "queued", True),
    ],
)
def test_what_the_mail_server_says_decides_whether_it_is_tried_again(
    mailbox: Mailbox, step: str, says: str, state: str, again: bool
) -> None:
    mailbox.says[step] = says
    message = write()
    send()
    message.refresh_from_db()
    assert message.state == state
    assert says[:3] in message.last_error or step == "RCPT"
    assert "resident" not in message.last_error
    mailbox.says.clear()
    send(timedelta(hours=1))
    assert len(mailbox.got) == int(again)


@pytest.mark.django_db
def test_a_mail_server_that_is_away_loses_nothing(mailbox: Mailbox, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    messages = [write() for _number in range(8)]
    send()
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    settings.EMAIL_PORT = port
    send(timedelta(hours=1))
    assert Message.objects.filter(state="sent").count() == len(messages) == len(mailbox.got)


# -- text messages --------------------------------------------------------------------------------
@pytest.fixture
def provider(settings: Any) -> Iterator[type[Site]]:
    """A provider of text messages with an HTTP interface, as the settings describe it."""
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    settings.SMS_CARRIER = ""
    with served() as (origin, kind):
        settings.SMS = {
            "url": f"{origin}/send?to={{phone}}",
            "body": '{"mobile": "{phone}", "text": "{words}"}',
            "headers": "X-Key: k; X-Sign: {signature}; X-Id: {id}; X-At: {seconds}",
            "accepted": '"code":\\s*0', "rejected": '"code":\\s*(21|22)',
            "sign": "{phone}{seconds}", "sign_by": "hmac-sha256/hex", "secret": "s3cret",
        }  # fmt: skip
        kind.handle_it = answer(200, b'{"code": 0}')
        yield kind


def text(**more: Any) -> Message:
    message = write(channel="sms", address=PHONE, **more)
    send()
    message.refresh_from_db()
    return message


@pytest.mark.django_db
def test_a_text_message_reaches_a_provider_described_by_settings(provider: type[Site]) -> None:
    message = text(params={**PARAMS, "number": '1"\\\n{phone}'})
    assert message.state == "sent"
    ((method, path, headers, body),) = provider.seen
    assert (method, path) == ("POST", f"/send?to={PHONE}")
    assert json.loads(body) == {
        "mobile": PHONE, "text": f'Report 1"\\ {{phone}}: {PARAMS["link"]}',
    }  # fmt: skip
    signed = f"{PHONE}{headers['X-At']}".encode()
    assert headers["X-Sign"] == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert (headers["X-Key"], headers["X-Id"]) == ("k", Delivery.objects.get().uid.hex)
    assert headers["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_a_provider_that_wants_a_form_gets_one(provider: type[Site], settings: Any) -> None:
    settings.SMS = settings.SMS | {"body": "mobile={phone}&content={words}&sign={signature}"}
    assert text().state == "sent"
    (_method, _path, headers, body) = provider.seen[0]
    form = parse_qs(body.decode(), strict_parsing=True)
    assert form["content"] == [f"Report {PARAMS['number']}: {PARAMS['link']}"]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, b'{"code": 22, "mobile": "13812345678"}', "failed"),
        (200, b'{"code": 99}', "queued"),
        (503, b"busy", "queued"),
        (200, b"\xff\xfe", "queued"),
    ],
)
def test_what_the_provider_says_decides_whether_it_is_tried_again(
    provider: type[Site], status: int, body: bytes, state: str
) -> None:
    provider.handle_it = answer(status, body)
    message = text()
    assert message.state == state
    assert PHONE not in message.last_error
    provider.handle_it = answer(200, b'{"code": 0}')
    send(timedelta(hours=1))
    message.refresh_from_db()
    assert message.state == ("sent" if state == "queued" else "failed")
    assert len({seen[2]["X-Id"] for seen in provider.seen}) == 1, "a repetition bears the same id"


# -- quiet hours ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_in_quiet_hours_a_message_waits_for_their_end_unless_it_is_urgent(
    provider: type[Site],
) -> None:
    local = timezone.localtime()
    begins, ends = (local - timedelta(hours=1)).time(), (local + timedelta(hours=2)).time()
    services.set_quiet_hours(
        actor=make_user(), channel="sms", begins=begins, ends=ends, now=timezone.now()
    )
    message = text()
    assert (message.state, message.attempts) == ("queued", 0)
    assert not provider.seen
    wait = Delivery.objects.get().due_at - timezone.now()
    assert timedelta(hours=1, minutes=58) < wait <= timedelta(hours=2)
    assert text(kind=URGENT.code).state == "sent"
    services.set_quiet_hours(
        actor=make_user(), channel="sms", begins=None, ends=None, now=timezone.now()
    )
    send(timedelta(hours=3))
    message.refresh_from_db()
    assert message.state == "sent"
    assert AccessLog.objects.filter(action="notices.quietened").count() == 2


MINUTE = timedelta(minutes=1)
MIDNIGHT = datetime(2026, 3, 9, 16, tzinfo=UTC)  # in the city
minutes = st.integers(0, 24 * 60 - 1)


@given(minutes, minutes, st.integers(0, 3 * 24 * 60))
def test_quiet_hours_end_within_a_day_and_then_it_is_not_quiet(
    begins: int, ends: int, moment: int
) -> None:
    hours = Hours(time(*divmod(begins, 60)), time(*divmod(ends, 60)))
    now = MIDNIGHT + moment * MINUTE
    end = hours.end_after(now)
    whole = 24 * 60
    assert (end is not None) == ((moment - begins) % whole < (ends - begins) % whole)
    if end is not None:
        assert timedelta() < end - now <= timedelta(days=1)
        assert (end - MIDNIGHT) % timedelta(days=1) == ends * MINUTE
        assert hours.end_after(end) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("ends", {"begins": time(22), "ends": None}),
        ("begins", {"begins": None, "ends": time(7)}),
        ("ends", {"begins": time(7), "ends": time(7)}),
        ("channel", {"channel": "pigeon", "begins": time(7), "ends": time(8)}),
    ],
)
def test_half_a_pair_of_hours_is_refused_by_name(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refusal:
        services.set_quiet_hours(
            actor=make_user(), now=timezone.now(), **{"channel": "sms"} | values
        )
    assert refusal.value.field == field


# -- the city's own words -------------------------------------------------------------------------
OWN = Texts("About {number}", "Dear resident, see {link}.", "{number} {link} Thanks")


@pytest.mark.django_db
def test_a_message_is_in_the_citys_own_words_from_then_on(mailbox: Mailbox) -> None:
    actor = make_user()
    before = write()
    services.word_message(actor=actor, kind=KIND.code, language="en", texts=OWN, now=timezone.now())
    write(language="zh-hans")
    send()
    contents = [letter.content.decode() for letter in mailbox.got]
    assert before.pk
    assert sum("Dear resident" in text for text in contents) == 1
    assert queries.own_words() == {(KIND.code, "en")}
    services.word_message(
        actor=actor, kind=KIND.code, language="en", texts=None, now=timezone.now()
    )
    write()
    send()
    assert "100% sure?" in mailbox.got[-1].content.decode()
    history = queries.words_history(KIND.code, "en")
    assert [row.body for row in history] == ["", OWN.body]
    assert queries.own_words() == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("subject", OWN._replace(subject="{name}")),
        ("subject", OWN._replace(subject=" ")),
        ("body", OWN._replace(body="without it")),
        ("body", OWN._replace(body="{link} {")),
        ("short", OWN._replace(short="{number}")),
        ("short", OWN._replace(short="{link}" + "x" * 600)),
    ],
)
def test_words_that_cannot_be_filled_or_lead_nowhere_are_refused(field: str, texts: Texts) -> None:
    with pytest.raises(BadInput) as refusal:
        services.word_message(
            actor=make_user(), kind=KIND.code, language="en", texts=texts, now=timezone.now()
        )
    assert refusal.value.field == field


@pytest.mark.django_db
def test_an_unknown_message_or_language_has_no_words() -> None:
    for kind, language in (("tests.unheard", "en"), (KIND.code, "tlh")):
        with pytest.raises(NotFound):
            services.word_message(
                actor=make_user(), kind=kind, language=language, texts=OWN, now=timezone.now()
            )


def test_the_words_the_program_brings_pass_its_own_check() -> None:
    from linli.cases.apps import LETTERS

    rules.register_messages(*(rules.MessageKind(*words) for words in LETTERS))
    for language in ("zh-hans", "en", "zh-hant"):
        with translation.override(language):
            for kind in rules.message_kinds():
                standard = rules.standard_texts(kind.code)
                rules.check_texts(standard, standard)
                assert "%" not in standard.short


@pytest.mark.parametrize(("letters", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_long_text_message_takes_several(letters: int, parts: int) -> None:
    assert rules.parts_of_sms("邻" * letters) == parts
