"""What every public door is sent: a whole good request of it, and what its attackers make of that.

A door that takes POST without a person being signed in and has no row here fails
`test_public_doors`. A row is a function of the town, so that it can make keys and signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from linli.catalogue.models import CaseClass
from tests.files.makers import photo
from tests.open311.conftest import app_key
from tests.town import Town
from tests.wechat import server as wechat_server

FORM = "application/x-www-form-urlencoded"
HUGE = 13_000_000


@dataclass(frozen=True)
class Sent:
    """A request as bytes."""

    path: str
    body: bytes
    kind: str = FORM
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One door. `attack` is a name for what is sent, and what the answer has to name: a field, or
    words of the sentence. `good` is refused by nobody. `again` is what `good` sent twice means."""

    good: Sent
    attacks: Mapping[str, tuple[Sent, str]]
    again: str = ""


def form(path: str, values: Mapping[str, Any], encoding: str = "utf-8", **headers: str) -> Sent:
    """A form in some encoding."""
    text = urlencode(values, doseq=True, encoding=encoding, errors="surrogatepass")
    return Sent(path, text.encode(), FORM, headers)


Values = dict[str, Any]
#: Of every form with words and a place: what is put into it, and what the answer has to speak of.
WORDS: dict[str, Callable[[Values, str], Values]] = {
    "NUL in the words": lambda v, words: v | {words: "a\0b"},
    "nothing": lambda v, words: {},
    "words without end": lambda v, words: v | {words: "长" * 5_000},
}
PLACES: dict[str, tuple[str, str]] = {
    "a place that is not a number": ("NaN", "31"),
    "a place beyond the world": ("1e308", "-1e308"),
    "a place of forty digits": ("9" * 40, "31"),
    "a place far from here": ("-179.9", "-89.9"),
}


def forms(
    path: str, values: Values, *, words: str, said: str, place: tuple[str, str] | None = None,
    where: str = "", **headers: str,
) -> dict[str, tuple[Sent, str]]:  # fmt: skip
    """The attacks on a form. `said` is what the answer calls `words`, `where` what the place."""
    found = {
        name: (form(path, change(values, words), **headers), said) for name, change in WORDS.items()
    }
    for name, (lon, lat) in PLACES.items() if place else ():
        assert place is not None
        found[name] = (form(path, values | {place[0]: lon, place[1]: lat}, **headers), where)
    good = form(path, values, **headers)
    return found | {
        "another kind of content": (replace(good, kind="text/plain"), said),
        "10 MB": (form(path, values | {words: "a" * HUGE}, **headers), ""),
        "5,000 fields": (replace(good, body=good.body + b"&x=1" * 5_000), ""),
        "no form at all": (replace(good, body=b"\x00\xff\xfe%%%zz&=&=="), said),
    }


# -- the doors -----------------------------------------------------------------------------------
def report(town: Town) -> Row:
    """The residents' form."""
    place = town.home.place()
    values = {
        "submission_key": "a-key-of-this-form", "lon": place.lon, "lat": place.lat,
        "description": "三号楼旁垃圾成堆", "case_class": "E0102", "similar_seen": "1",
    }  # fmt: skip
    attacks = forms(
        "/report/",
        values,
        words="description",
        said="words|kind|characters|text",
        place=("lon", "lat"),
        where="position|place|where|area",
    )
    bad: dict[str, tuple[Values, str]] = {
        "a forged list of similar reports": ({"join": "1:forged"}, "similar reports"),
        "a photo of somebody else's": ({"photos": town.photo("worker")}, "photo"),
        "a class that is none": ({"case_class": "../../E"}, "class"),
        "a component that is none": ({"component": "9" * 20}, "component"),
        "a key of 5,000 letters": ({"submission_key": "k" * 5_000}, ""),
        "a telephone number of markup": ({"phone": "<script>"}, "telephone"),
        "an address of nobody": ({"email": "a b@c"}, "e-mail"),
        "what only a program fills in": ({"website": "http://a.example"}, "empty"),
    }
    for name, (change, said) in bad.items():
        attacks[name] = (form("/report/", values | change), said)
    attacks["words in GBK"] = (form("/report/", values, "gbk"), "did not arrive as text")
    return Row(form("/report/", values), attacks, again="one report")


def _of_the_reporter(town: Town, case: str, verb: str) -> str:
    filed = town.filed[case]
    return f"/r/{filed.case.number}/{filed.secret}/{verb}"


def add(town: Town) -> Row:
    """More words of the person who reported."""
    path = _of_the_reporter(town, "here", "add")
    values = {"words": "今天更多了", "submission_key": "this-addition"}
    attacks = forms(path, values, words="words", said="words|characters|text")
    attacks["words in GBK"] = (form(path, values, "gbk"), "did not arrive as text")
    number, secret = town.filed["here"].case.number, "a" * 20
    attacks["a forged secret"] = (form(f"/r/{number}/{secret}/add", values), "number|secret|report")
    return Row(form(path, values), attacks, again="one report")


def rate(town: Town) -> Row:
    """The verdict on a closed case."""
    path = _of_the_reporter(town, "done", "rate")
    values = {"rating": "3", "words": "很快"}
    attacks = forms(path, values, words="words", said="words|characters|text|satisfied")
    attacks["a grade of none"] = (form(path, values | {"rating": "9" * 40}), "satisfied")
    return Row(form(path, values), attacks)


def dispute(town: Town) -> Row:
    """It is not solved."""
    path = _of_the_reporter(town, "done", "dispute")
    values = {"words": "垃圾还在"}
    return Row(form(path, values), forms(path, values, words="words", said="words|char|text"))


def find(town: Town) -> Row:
    """Number and secret."""
    filed = town.filed["here"]
    values = {"number": filed.case.number, "secret": filed.secret}
    attacks = forms("/follow/", values, words="secret", said="secret|number|text|Secret")
    wrong = form("/follow/", values | {"secret": "a" * 20})
    attacks["a forged secret"] = (wrong, "number|secret")
    return Row(form("/follow/", values), attacks)


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


def upload(town: Town) -> Row:
    """A file of a stranger's."""
    mark = "----boundary"

    def of(name: str, content: bytes, field: str = "file") -> Sent:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        body = head.encode() + b"\r\n" + content + f"\r\n--{mark}--\r\n".encode()
        return Sent("/files/upload", body, f"multipart/form-data; boundary={mark}")

    good = of("p.jpg", photo())
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><svg>&b;</svg>'
    return Row(
        good,
        {
            "nothing": (Sent("/files/upload", b"", good.kind), "file"),
            "no file": (of("p.jpg", photo(), field="other"), "file"),
            "an empty file": (of("p.jpg", b""), "file"),
            "a program": (of("p.jpg", b"\x7fELF" + bytes(4_000)), "file"),
            "a picture with scripts": (of("p.svg", svg), "file"),
            "XML with entities": (of("p.svg", bomb), "file"),
            "half a photo": (of("p.jpg", photo()[:200]), "file"),
            "cut off": (replace(good, body=good.body[:300]), "file"),
            "another kind of content": (replace(good, kind=FORM), "file"),
            "a boundary that is none": (replace(good, kind="multipart/form-data"), "file"),
            "a NUL in its name": (of("p\0.exe", b"MZ" + bytes(100)), "file"),
        },
    )


#: By the name of the address.
ROWS: dict[str, Callable[[Town], Row]] = {
    "portal:report": report,
    "portal:add": add,
    "portal:rate": rate,
    "portal:dispute": dispute,
    "portal:find": find,
    "open311:requests": open311,
    "open311:updates": open311_update,
    "files:upload": upload,
    "wechat:receive": wechat,
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
    "files:discard": "removes an upload of one's own (tests/files)",
}
