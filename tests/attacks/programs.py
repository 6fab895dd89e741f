"""Attacks on the doors of other people's programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.geos import Point
from django.utils import timezone

from linli.catalogue.models import CaseClass
from linli.kernel.signatures import signature
from linli.staff.models import User
from tests.attacks.sent import FORM, HUGE, Row, Sent, Values, form, forms
from tests.factories import make_post
from tests.open311.conftest import app_key
from tests.town import Town
from tests.wechat import server as wechat_server

BOUNCE_SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
#: Bodies that are no message in JSON, whoever sends them.
NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"order":',
    "words in GBK": '{"order": "工单"}'.encode("gbk"),
    "UTF-16": '{"order": "工单"}'.encode("utf-16"),
    "a list": b"[1, 2]",
    "a word": b'"x"',
    "a hundred thousand brackets": b"[" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "a number of 5,000 digits": b'{"order": ' + b"9" * 5_000 + b"}",
    "not a number": b'{"order": NaN}',
    "NUL": b'{"order": "a\x00b"}',
    "10 MB": b'{"order": "' + b"a" * HUGE + b'"}',
}
NO_XML: dict[str, bytes] = {
    "an entity of a file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a billion laughs": b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;&c;</a>',
    "a document type elsewhere": b'<!DOCTYPE a SYSTEM "http://169.254.169.254/a.dtd"><a/>',
    "elements without end": b"<a>" * 50_000,
    "no XML": b"<a><b></a>",
}


def open311(town: Town) -> Row:
    """A request in JSON; XML answers are the same by the tests of the package."""
    CaseClass.objects.update(public=True)
    place, path = town.home.place(), "/open311/v2/requests.json"
    values: Values = {
        "api_key": app_key(town.city), "service_code": "E0102", "description": "垃圾成堆",
        "lat": place.lat, "long": place.lon,
    }  # fmt: skip
    attacks = forms(
        path,
        values,
        words="description",
        said="description|service_code|api_key|form|text|UTF-8",
        place=("long", "lat"),
        where="long|lat|area|place",
    )
    urls = (
        "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:5432/", "file:///etc/passwd",
        "http://[::1]/a.jpg", "http://user:secret@example.org/a.jpg", "gopher://example.org/",
        "http://[::ffff:10.0.0.1]/", "//example.org/a.jpg",
    )  # fmt: skip
    for url in urls:
        attacks[f"media_url {url}"] = (form(path, values | {"media_url": url}), "media_url")
    for name, change, said in (
        ("no key", {"api_key": ""}, "api_key"),
        ("a forged key", {"api_key": "linli_" + "a" * 40}, "api_key"),
        ("a class that is none", {"service_code": "E9999"}, "service_code"),
        ("a jurisdiction that is none", {"jurisdiction_id": "x"}, "jurisdiction_id"),
        ("a telephone number of markup", {"phone": "<script>"}, "phone"),
        ("an address of nobody", {"email": "a b@c"}, "email"),
    ):
        attacks[name] = (form(path, values | change), said)
    attacks["words in GBK"] = (form(path, values, "gbk"), "UTF-8")
    attacks["a short Idempotency-Key"] = (
        form(path, values, **{"Idempotency-Key": "a"}), "Idempotency-Key",
    )  # fmt: skip
    attacks["a form in another encoding"] = (
        replace(form(path, values), kind=f"{FORM}; charset=utf-16"), "UTF-8",
    )  # fmt: skip
    attacks["XML with entities"] = (
        Sent(path, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "text/xml"),
        "form",
    )
    return Row(form(path, values), attacks, again="one report")


def open311_update(town: Town) -> Row:
    """An update of a request that was sent by the same key."""
    CaseClass.objects.update(public=True)
    place, path = town.home.place(), "/open311/v2/servicerequestupdates.json"
    key = app_key(town.city)
    sent = form(
        "/open311/v2/requests.json",
        {"api_key": key, "service_code": "E0102", "description": "桥下积水", "lat": place.lat,
         "long": place.lon},
    )  # fmt: skip
    answer = town.browser().post(sent.path, sent.body, content_type=FORM)
    values: Values = {
        "api_key": key, "service_request_id": answer.json()[0]["service_request_id"],
        "update_id": "u-1", "updated_datetime": "2026-11-20T10:00:00+08:00", "status": "OPEN",
        "description": "还在",
    }  # fmt: skip
    attacks = forms(
        path, values, words="description", said="description|service_request_id|api_key|form|text",
    )  # fmt: skip
    for name, change, said in (
        ("a forged key", {"api_key": "linli_" + "a" * 40}, "api_key"),
        ("another's request", {"service_request_id": town.case("there").number}, "request"),
        ("a number that is none", {"service_request_id": "9" * 40}, "request"),
        ("a state that is none", {"status": "<b>"}, "status"),
        ("a day that is none", {"updated_datetime": "2026-02-30T25:00:00"}, "updated_datetime"),
        ("media inside", {"media_url": "http://169.254.169.254/"}, "media_url"),
    ):
        attacks[name] = (form(path, values | change), said)
    return Row(form(path, values), attacks, again="one report")


def wechat(town: Town) -> Row:
    """A message that WeChat has sealed and signed."""
    from linli.wechat.models import Account

    here, now = wechat_server, timezone.now()
    secrets = {"token": here.TOKEN, "aes_key": here.KEY, "app_id": here.APP_ID, "app_secret": "x"}
    values = {"name": "attacks", "region": town.home.region, "mode": "safe", **secrets}
    Account.objects.get_or_create(code="attacks", defaults=values)
    asked = here.WeChat(town.browser(), "/wechat/attacks/").query(now)

    def of(text: str, **more: str) -> Sent:
        query = asked | more
        parts = (here.TOKEN, query["timestamp"], query["nonce"], text)
        signed = {"msg_signature": here.sha1_of(*parts)} | query | more
        body = f"<xml><Encrypt><![CDATA[{text}]]></Encrypt></xml>"
        return Sent(f"/wechat/attacks/?{urlencode(signed)}", body.encode(), "text/xml")

    sound = here.message(Content="路灯坏了三天了", at=now)
    good = of(here.sealed(sound))
    bad = {
        "a message in GBK": ("<xml/>" + "路灯".encode("gbk").decode("latin-1"), "body"),
        "entities inside": ('<!DOCTYPE a [<!ENTITY b "c">]><xml><a>&b;</a></xml>', "body"),
        "no sender": (sound.replace("FromUserName", "Nobody"), "FromUserName"),
        "a moment that is none": (sound.replace("<CreateTime>", "<CreateTime>-"), "CreateTime"),
        "a place beyond the world": (
            here.message("location", Location_X="1e308", Location_Y="NaN"), "Location",
        ),
    }  # fmt: skip
    attacks = {name: (of(here.sealed(text)), said) for name, (text, said) in bad.items()}
    other = of(here.sealed(sound, app_id="wx0"))
    attacks |= {
        "nothing": (replace(good, body=b""), "body"),
        "too much": (replace(good, body=b"<xml>" + b" " * 70_000 + b"</xml>"), "body"),
        "XML with entities": (
            replace(good, body=b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>'),
            "body",
        ),
        "forged": (of(here.sealed(sound), msg_signature="0" * 40), "msg_signature"),
        "changed on the way": (replace(good, body=other.body), "msg_signature"),
        "sealed for another": (other, "Encrypt"),
        "not sealed": (replace(good, body=sound.encode()), "msg_signature"),
        "of yesterday": (of(here.sealed(sound), timestamp="1409735669"), "timestamp"),
        "a NUL in the nonce": (of(here.sealed(sound), nonce="a\0"), "nonce|address|NUL"),
    }
    return Row(good, attacks, again="one message")


def workorders(town: Town) -> Row:
    """A work order of a hotline platform. What cannot be read in a well-formed one is kept for a
    person to mend, so only what is no order is refused."""
    from tests.workorders.conftest import ADDRESS, make_platform, message, signed

    admin = User.objects.get(pk=make_post("workorders.settings", unit=town.city.centre).user_id)
    platform = make_platform(town.city, admin)

    def sent(body: bytes, kind: str = "application/json", **more: Any) -> Sent:
        return Sent(ADDRESS, body, kind, signed(platform, body, **more))

    body = json.dumps(message(town.city), ensure_ascii=False).encode()
    good = sent(body, nonce="nonce-0001")
    attacks = {name: (sent(text), "body") for name, text in NO_JSON.items()}
    for name, text in NO_XML.items():
        attacks[f"XML: {name}"] = (sent(text, "application/xml"), "body")
    attacks |= {
        "another kind of content": (sent(body, FORM), "Content-Type"),
        "no signature": (replace(good, headers={}), "X-Key-Id"),
        "a forged signature": (replace(good, headers={**good.headers, "X-Signature": "0" * 64}),
                               "X-Signature"),
        "another body under the signature": (replace(good, body=body + b" "), "X-Signature"),
        "an unknown key": (replace(good, headers={**good.headers, "X-Key-Id": "wo0"}), "X-Key-Id"),
        "an hour old": (sent(body, at=timezone.now() - timedelta(hours=1)), "X-Timestamp"),
        "a moment that is none": (
            replace(good, headers={**good.headers, "X-Timestamp": "٣" * 10}), "X-Timestamp"
        ),
        "a nonce of markup": (sent(body, nonce="<script>alert(1)</script>"), "X-Nonce"),
        "a header key that is none": (replace(good, headers={"X-Api-Key": "a" * 64}), "X-Api-Key"),
    }  # fmt: skip
    return Row(good, attacks, again="a replay is refused")


def sensors(town: Town) -> Row:
    """Readings of a gateway."""
    from linli.sensors.models import Device, DeviceKind, DeviceState, Sender

    secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
    now, place = timezone.now(), town.home.place()
    kind = DeviceKind.objects.create(
        name="水位计", name_en="Gauge", unit_of_measure="mm", lowest=-100, highest=5000,
        interval_s=60, class_code="E0102",
    )  # fmt: skip
    sender = Sender.objects.create(code="gw-1", name="网关", secret=secret, issued_at=now)
    device = Device.objects.create(
        code="W-001", name="W", kind=kind, sender=sender, active_since=now - timedelta(days=1),
        place=Point(place.lon, place.lat, srid=4326),
    )  # fmt: skip
    DeviceState.objects.create(device=device)
    key = {"Authorization": f"Bearer gw-1:{secret}"}

    def sent(body: bytes, kind: str = "application/json", **headers: str) -> Sent:
        return Sent("/sensors/v1/readings", body, kind, headers or key)

    def reading(**changed: Any) -> bytes:
        said = {"device": "W-001", "value": 1, "at": now.isoformat()} | changed
        return json.dumps({"readings": [said]}).encode()

    attacks = {
        name: (sent(text), "JSON|readings|body|larger|value|device")
        for name, text in NO_JSON.items()
    }
    for name, changed, named in (
        ("a value that is words", {"value": "<b>"}, "value"),
        ("a value beyond all", {"value": 1e308}, "value|plausible"),
        ("a moment that is none", {"at": "2026-02-30T25:00:00Z"}, "at:"),
        ("a moment in ten years", {"at": "2036-01-01T00:00:00Z"}, "clock"),
        ("a device of markup", {"device": "<script>"}, "device"),
        ("a device that is none", {"device": "W-404"}, "W-404"),
    ):
        attacks[name] = (sent(reading(**changed)), named)
    attacks["a wrong secret"] = (sent(reading(), Authorization="Bearer gw-1:wrong"), "unknown|key")
    attacks["no key"] = (sent(reading(), Accept="*/*"), "key|sign|header|Authorization")
    attacks["2,000 readings"] = (
        sent(json.dumps({"readings": [{"device": "W-001", "value": 1}] * 2_000}).encode()),
        "readings",
    )
    return Row(sent(reading()), attacks, again="known readings")


def bounces(town: Town) -> Row:
    """What a provider tells of messages that came back: signed, about our own numbers alone."""
    now, path = timezone.now(), "/messages/bounces"
    good = b'[{"id": "00000000-0000-4000-8000-000000000000", "reason": "550 unknown"}]'

    def sent(body: bytes, *, at: datetime = now, changed: Mapping[str, str] = {}) -> Sent:
        signed = {
            "webhook-id": "m1", "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(BOUNCE_SECRET, message_id="m1", at=at, body=body),
        }  # fmt: skip
        return Sent(path, body, "application/json", {**signed, **changed})

    odd = {name: text for name, text in NO_JSON.items() if name != "a list"}
    attacks = {name: (sent(text), "body|id") for name, text in odd.items()}
    attacks |= {
        "a list of numbers": (sent(b"[1, 2]"), "object"),
        "a number that is none": (sent(b'{"id": "<script>"}'), "id"),
        "two hundred": (sent(b"[" + b'{"id": "1"},' * 200 + b'{"id": "1"}]'), "100"),
        "a forged signature": (sent(good, changed={"webhook-signature": "v1,AAAA"}), "signature"),
        "another body under the signature": (replace(sent(good), body=good + b" "), "signature"),
        "an hour old": (sent(good, at=now - timedelta(hours=1)), "clock"),
        "a moment that is none": (sent(good, changed={"webhook-timestamp": "9" * 40}), "seconds"),
        "no signature": (Sent(path, good, "application/json"), "webhook-id"),
    }
    return Row(sent(good), attacks, again="nothing more is kept")
