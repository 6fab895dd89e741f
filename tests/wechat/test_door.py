"""What the door lets in: WeChat alone, each message once, and quickly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.cases.models import Case
from linli.wechat.models import Account, Fan, InMessage
from tests.conftest import NOW
from tests.wechat.conftest import PATH, Clock
from tests.wechat.server import KEY, OPENID, OTHER_KEY, WeChat, message, sealed, sha1_of

pytestmark = pytest.mark.django_db


def test_the_handshake_is_answered_to_whoever_knows_the_token(
    wechat: WeChat, client: Client, account: Account
) -> None:
    query = wechat.query(NOW, echostr="5837397520665436492")
    answer = client.get(PATH, query)
    assert (answer.status_code, answer.content) == (200, b"5837397520665436492")
    assert answer.headers["Content-Type"].startswith("text/plain")
    account.refresh_from_db()
    assert account.reached_at == NOW
    for wrong in (
        {"signature": sha1_of("other", query["timestamp"], query["nonce"])},
        {"signature": ""},
        {"timestamp": str(int(query["timestamp"]) + 1)},
        {"nonce": "1"},
        {"nonce": "<script>"},
        {"timestamp": "now"},
    ):
        assert client.get(PATH, query | wrong).status_code == 403
    assert client.get(PATH, query | {"echostr": "<script>"}).status_code == 400
    assert client.get("/wechat/nobody/", query).status_code == 404
    Account.objects.update(active=False)
    assert client.get(PATH, query).status_code == 404


@pytest.mark.parametrize("safe", [True, False])
def test_a_message_is_answered_in_the_mode_of_the_account(
    wechat: WeChat, account: Account, safe: bool
) -> None:
    Account.objects.update(mode="safe" if safe else "plain")
    wechat.safe = safe
    assert "在哪里" in wechat.says("路灯坏了三天了")
    assert "紧急" in wechat.says("帮助")


def test_forged_messages_are_refused_and_leave_no_trace(
    wechat: WeChat, client: Client, account: Account
) -> None:
    content = message(Content="路灯坏了")
    query = wechat.query(NOW, encrypt_type="aes")
    stamp, nonce = query["timestamp"], query["nonce"]
    text = sealed(content)

    def sent(signature: str, text: str) -> int:
        body = f"<xml><Encrypt><![CDATA[{text}]]></Encrypt></xml>"
        return int(wechat.post(body, query | {"msg_signature": signature}).status_code)

    other = sealed(content, app_id="wx0000000000000000")
    assert sent(sha1_of("guess", stamp, nonce, text), text) == 403
    assert sent("", text) == 403
    assert sent(query["signature"], text) == 403  # that of the address alone
    assert sent(query["signature"], "") == 403  # it does sign “nothing”
    assert sent(sha1_of("spamtest", stamp, nonce, other), other) == 403
    odd = sealed(content, key=OTHER_KEY)
    assert sent(sha1_of("spamtest", stamp, nonce, odd), odd) == 403
    assert wechat.post(content, query).status_code == 403  # plain, where sealed is agreed
    mine = message(Content="x").replace("gh_10f6c3c3ac5a", "gh_another")
    assert wechat.hand_over(mine).status_code == 403
    for minutes in (-6, 6):
        late = NOW + timedelta(minutes=minutes)
        assert wechat.hand_over(content, at=late).status_code == 403
    assert not InMessage.objects.exists()
    assert not Fan.objects.exists()


@pytest.mark.parametrize("safe", [True, False])
def test_a_signature_serves_for_one_message(wechat: WeChat, account: Account, safe: bool) -> None:
    Account.objects.update(mode="safe" if safe else "plain")
    wechat.safe = safe
    first = message(Content="路灯坏了三天了")
    said = wechat.tell(first, nonce="77")
    assert wechat.hand_over(message(Content="另一件事"), nonce="77").status_code == 403
    assert wechat.tell(first, nonce="77") == said  # WeChat repeats what was not answered in time
    assert InMessage.objects.count() == 1


def test_the_same_message_again_has_the_same_answer_and_does_nothing(
    wechat: WeChat, account: Account
) -> None:
    wechat.says("路灯坏了三天了")
    content = message("location", Location_X=31.003, Location_Y=121.0072, Scale=16, Label="人民路")
    said = wechat.tell(content)
    before = Fan.objects.values().get()
    assert {wechat.tell(content) for _n in range(2)} == {said}
    assert Fan.objects.values().get() == before
    event = message("event", Event="subscribe", EventKey="")
    assert wechat.tell(event) == wechat.tell(event) != ""
    assert InMessage.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>', 400),
        (b"<xml><Encrypt>" + b"A" * 70_000 + b"</Encrypt></xml>", 413),
        ("<xml>路灯</xml>".encode("utf-16"), 400),
        (b"\0", 400),
        (b"", 400),
    ],
)
def test_what_is_no_message_is_refused_in_one_sentence(
    wechat: WeChat, body: bytes, status: int
) -> None:
    answer = wechat.post(body, wechat.query(NOW))
    assert answer.status_code == status
    assert answer.content.decode().startswith("body")


def test_a_key_that_was_replaced_opens_for_an_hour(
    wechat: WeChat, account: Account, clock: Clock
) -> None:
    Account.objects.update(aes_key=OTHER_KEY, old_aes_key=KEY, old_until=NOW + timedelta(hours=1))
    for key in (KEY, OTHER_KEY):
        answer = wechat.hand_over(message(Content="帮助"), key=key)
        assert "紧急" in wechat.read(answer, key=key)
    clock.now += timedelta(hours=2)
    assert wechat.hand_over(message(Content="帮助"), at=clock.now).status_code == 403


def test_the_request_writes_the_message_and_leaves_the_rest_to_a_job(
    wechat: WeChat, account: Account
) -> None:
    wechat.says("路灯坏了三天了")
    wechat.tell(message("location", Location_X=31.003, Location_Y=121.0072, Label="人民路"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        wechat.says("1")
    assert len(asked) <= 14, [one["sql"][:90] for one in asked]
    assert not any("cases_" in one["sql"] for one in asked)
    assert not Case.objects.exists()


def test_who_writes_is_sealed_at_rest(wechat: WeChat, account: Account) -> None:
    wechat.says("路灯坏了，我叫王小明")
    with connection.cursor() as cursor:
        for table in ("wechat_fan", "wechat_inmessage", "wechat_account"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            for (row,) in cursor.fetchall():
                for word in (OPENID, OPENID.encode().hex(), "王小明", "spamtest", KEY):
                    assert word not in row


def test_a_flood_is_stopped_and_the_person_told(wechat: WeChat, account: Account) -> None:
    said = [wechat.says("帮助") for _n in range(32)]
    assert "太快" in said[-1] or "一分钟" in said[-1]
    assert InMessage.objects.count() == 30
    other = wechat.tell(message(Content="帮助", sender="oAnother"))
    assert "紧急" in other
