"""Bad input at every door: never a crash, always a sentence, and nothing written.

The doors come from the URL table. What a view reads is found by watching it read; each of those
names then gets every nasty value.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from linli.cases.rules import MOVES
from tests.doors import Door, doors, names
from tests.files.makers import png_of_huge_dimensions
from tests.town import Town, standing_town
from tests.watching import watched

pytestmark = pytest.mark.django_db
#: What people, programs and attackers put into a field.
NASTY: dict[str, str] = {
    "NUL": "a\0b",
    "marks no screen shows": "\x01\x1b[31m\x7f\u0085\u202egnp.exe\u200f\u2066",
    "a lone surrogate": "\ud800",
    "SQL, a pattern, markup": "%_\\%(x)s{0}{{ 7*7 }}'; DROP TABLE cases_case; --\"><script>",
    "not a number": "NaN",
    "a huge number": "9" * 40,
    "a foreign digit": "٣²½",
    "a day that is none": "2026-02-30",
    "far from here": "-179.99999",
    "5,000 letters": "长" * 5_000,
}
#: Good values, so that what comes after a field is reached too.
GOOD = {
    "lon": "121.0025", "lat": "31.005", "description": "垃圾堆在路边", "case_class": "E0102",
    "address": "测试路 8 号", "opinion": "理由充分", "words": "理由充分", "name": "名字",
    "purpose": "callback", "rating": "3", "channel": "phone", "q": "垃圾", "class": "E0102",
    "theme": "light", "lang": "en", "language": "en", "similar_seen": "1",
}  # fmt: skip
#: Filters are read by iterating over what is given, so they are offered to every list.
OFFERED = (
    "queue", "stage", "class", "region", "grid", "unit", "channel", "urgency", "handling", "light",
    "since", "until", "suspended", "q", "mine", "cursor", "page_size", "sort", "columns", "page",
)  # fmt: skip
NEVER = {"csrfmiddlewaretoken", "next", "password", "oldpassword", "password1", "password2"}
DOORS = [d for d in doors() if not d.name.endswith("None") and d.name != "account_logout"]
PAGES = [d for d in DOORS if not d.is_api]


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Town]:
    with standing_town(django_db_blocker, tmp_path_factory.mktemp("town")) as standing:
        for client in map(standing.browser, ("", *standing.users)):
            client.raise_request_exception = True
        yield standing


def visitor(town: Town, door: Door) -> str:
    """The role of somebody who may open the door: a stranger, a duty chief, an administrator."""
    access = door.access
    if access is None or access.who == "public":
        return ""
    wanted = ("street", "operator", "worker", "unit", "streetleader", "sysadmin", "secadmin")
    return next(r for r in (*wanted, *town.users) if town.holds(r, access.grants))


_COUNTED = (
    "cases_case", "cases_caseevent", "cases_report", "files_upload", "staff_post", "staff_user",
    "staff_unit", "catalogue_caseclass", "catalogue_filingcondition", "territory_grid",
    "territory_regionversion", "notices_notice",
)  # fmt: skip


def written() -> tuple[int, ...]:
    """How many rows the tables hold. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {t})" for t in _COUNTED))
        return tuple(cursor.fetchone())


def send(town: Town, role: str, method: str, path: str, values: dict[str, str]) -> Any:
    """The values as a query or a form, in the bytes a careless client would send."""
    from urllib.parse import quote

    text = "&".join(
        f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in values.items()
    )
    return ask(town, role, method, path, text)


def ask(
    town: Town, role: str, method: str, path: str, text: str | bytes = "", **headers: str
) -> Any:
    """One request, read to its end; an exception undoes what the request did and goes on."""
    client, kind = town.browser(role), "application/x-www-form-urlencoded"
    with transaction.atomic():
        if method == "GET":
            answer = client.generic("GET", path, QUERY_STRING=text, headers=headers)
        else:
            answer = client.post(path, text, content_type=kind, headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer


def fault(answer: Any) -> str:
    """What is wrong with an answer, or nothing: a crash, or a refusal without a sentence."""
    if answer.status_code >= 500 and "/readyz" not in answer.request["PATH_INFO"]:
        return f"{answer.status_code}"
    if answer.status_code in (400, 404, 409, 413, 422) and not answer.streaming:
        kind = answer.headers.get("Content-Type", "")
        if "json" in kind:
            said = json.loads(answer.content)  # GeoReport answers with a list of errors
            words = said[0]["description"] if isinstance(said, list) else said.get("title")
            if not (words or said.get("message")):  # platforms of work orders read a message
                return "a refusal in JSON without a sentence"
        elif not _WORDS.search(_TAGS.sub(" ", answer.content.decode())):
            return f"{answer.status_code} without a sentence: {answer.content[:200]!r}"
    return ""


_TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]*>", re.S)
_WORDS = re.compile(r"\w+ \w+ \w+|[\u4e00-\u9fff，]{5,}")


@pytest.mark.parametrize("door", PAGES, ids=names(PAGES))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_value_in_any_field_of_any_page_is_too_nasty(
    town: Town, door: Door, method: str
) -> None:
    role, path = visitor(town, door), door.path(town)
    offered = OFFERED if method == "GET" else ()
    with watched() as read:
        first = send(town, role, method, path, {n: GOOD.get(n, "") for n in offered})
    if first.status_code == 405:
        pytest.skip(f"takes no {method}")
    fields = sorted((read | set(offered) if door.name in _LISTS else read) - NEVER)
    base = {name: GOOD[name] for name in fields if name in GOOD} if method == "POST" else {}
    faults, before = [], written()
    for turn, field in enumerate(fields):
        for what, value in chosen(turn, len(fields)):
            try:
                answer = send(town, role, method, path, {**base, field: value})
                said = fault(answer)
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
            else:
                if 400 <= answer.status_code < 500 and (now := written()) != before:
                    said, before = "was refused, but something was written", now
                elif answer.status_code < 400:
                    before = written() if method == "POST" else before
            if said:
                faults.append(f"{field} = {what}: {said[:300]}")
    assert not faults, f"{method} {path} as {role or 'a stranger'}:\n" + "\n".join(faults[:12])


def chosen(turn: int, fields: int) -> list[tuple[str, str]]:
    """All values for a page of few fields; for one of many every third, each time other ones."""
    every = list(NASTY.items())
    return every if fields <= 6 else every[turn % 3 :: 3]


_LISTS = {"desk:cases", "desk:export", "maps:cases", "maps:map", "field:cases", "cockpit:cases"}


@pytest.mark.parametrize("door", [d for d in DOORS if d.holes], ids=lambda d: d.name)
def test_no_address_is_too_nasty(town: Town, door: Door) -> None:
    """Each hole of an address filled with what does not belong there."""
    from urllib.parse import quote

    from django.urls import NoReverseMatch

    role, faults, whole = visitor(town, door), [], door.path(town)
    for hole in door.holes:
        for what, value in (*NASTY.items(), ("minus one", "-1"), ("2^63", str(2**63))):
            try:
                path = door.path(town, **{hole: "HOLE"})
            except NoReverseMatch:  # an int, a uuid, a choice: only a number can be put there
                try:
                    path = door.path(town, **{hole: int(value)})
                except (ValueError, NoReverseMatch):
                    continue
            path = path.replace("HOLE", quote(value.encode("utf-8", "surrogatepass"), safe=""))
            for method in ("GET", "POST"):
                try:
                    said = fault(ask(town, role, method, path))
                except Exception as error:
                    said = f"{type(error).__name__}: {error}"
                if said:
                    faults.append(f"{method} {hole} = {what}: {said[:200]}")
    assert not faults, f"{whole}:\n" + "\n".join(faults[:12])


LONG = {
    "3 MB in one field": b"description=" + b"a" * 3_000_000,
    "600 fields": b"&".join(b"f%d=1" % i for i in range(600)),
    "the same field 400 times": b"&".join(b"q=1&stage=open&files=1" for _ in range(130)),
    "no form at all": b"\x00\xff\xfe%%%zz&=&==",
}


@pytest.mark.parametrize("what", LONG)
def test_no_form_is_too_long(town: Town, what: str) -> None:
    before = written()
    everywhere(town, PAGES, "POST", LONG[what])
    if what.startswith(("3 MB", "600")):
        assert written()[:3] == before[:3], "a form that is too long has opened a case"


def everywhere(
    town: Town, some: list[Door], method: str, text: str | bytes, **headers: str
) -> None:
    """The same request to many doors; none may crash."""
    faults = []
    for door in some:
        try:
            said = fault(ask(town, visitor(town, door), method, door.path(town), text, **headers))
        except Exception as error:
            said = f"{type(error).__name__}: {error}"[:300]
        if said:
            faults.append(f"{door.name}: {said}")
    assert not faults, "\n".join(faults)


QUERIES = {
    "16 kB of emoji": "q=" + "%F0%9F%98%80" * 2_000,
    "the same name again, half an escape, 400 names": "q=1&q=2&q=%ff&%&"
    + "&".join(f"x{i}=1" for i in range(400)),
}
HEADERS: tuple[dict[str, str], ...] = (
    {"Accept-Language": "\xff,;;q=x" * 50, "HX-Request": "true", "HX-Target": "\x01",
     "HX-Current-URL": "http://[::1", "X-Forwarded-For": "a" * 9_000},
    {"Cookie": 'django_language=../../etc; linli_session=\x01; linli_csrf="\\',
     "If-None-Match": '"' * 100, "Range": "bytes=9-1,a-"},
)  # fmt: skip


@pytest.mark.parametrize("what", QUERIES)
def test_no_query_is_too_odd(town: Town, what: str) -> None:
    everywhere(town, DOORS, "GET", QUERIES[what])


@pytest.mark.parametrize("headers", HEADERS, ids=lambda h: next(iter(h)))
def test_no_header_is_too_odd(town: Town, headers: dict[str, str]) -> None:
    everywhere(town, DOORS, "GET", "", **headers)


def reads_a_cursor(town: Town, role: str, door: Door) -> bool:
    with watched() as read:
        ask(town, role, "GET", door.path(town), "cursor=")
    return "cursor" in read


def test_crafted_cursors_are_refused_by_name(town: Town) -> None:
    """A cursor is base64 of JSON, so anybody can write one; every list refuses what it gave not."""
    from linli.kernel.web import cursor_text

    crafted = [
        ["x", 1], [None, None], [1, "x"], [{}, []], ["2026-01-01", 2**70], [True, False], [[1], 2],
        ["2026-01-01T00:00:00+00:00", "a\0"], ["2026-13-01T00:00:00Z", 1], [1e308, 1e308], ["x"],
        [None], [{}], [2**70], ["a\0"], [1, 2, 3],
    ]  # fmt: skip
    faults = []
    for door in DOORS:
        role = visitor(town, door)
        if door.holes or not reads_a_cursor(town, role, door):
            continue
        for values in crafted:
            try:
                said = fault(
                    ask(town, role, "GET", door.path(town), f"cursor={cursor_text(values)}")
                )
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
            if said:
                faults.append(f"{door.name} {values}: {said[:200]}")
                break
    assert not faults, "\n".join(faults)


# -- the interface ---------------------------------------------------------------------------------
VALUES: dict[str, Any] = {
    "null": None, "a number": 5, "a huge number": 10**400, "a list": [[[]]], "an object": {"a": 1},
    "a NUL": "a\0b", "a surrogate": "\ud800", "true": True, "1.5 MB": "a" * 1_500_000,
    "a fraction": 1e308, "markup": "<script>",
}  # fmt: skip
BODIES = {
    "nothing": b"", "no JSON": b"{", "NaN": b'{"lon": NaN}', "a list": b"[]", "a word": b'"x"',
    "not UTF-8": b'{"description": "\xff"}', "deep": b"[" * 100_000, "3 MB": b" " * 3_000_000,
    "twice": b'{"seen": 1, "seen": "x"}', "a long number": b'{"seen": ' + b"9" * 5_000 + b"}",
}  # fmt: skip
WRITES = ["/cases", "/cases/{n}/reports", *(f"/cases/{{n}}/moves/{move}" for move in MOVES)]


@pytest.mark.parametrize("write", WRITES)
def test_no_body_sent_to_the_interface_is_too_nasty(town: Town, write: str) -> None:
    path = "/api/v1" + write.format(n=town.case("new").number)
    client, before, faults = town.browser("street"), written(), []
    fields = {
        "/cases": ("description", "lon", "lat", "case_class", "files", "contact", "crs", "channel"),
        "/cases/{n}/reports": ("description", "contact", "files", "channel"),
    }.get(write) or (*(i.name for i in MOVES[write.rpartition("/")[2]].inputs), "seen")
    bodies = dict(BODIES)
    for field in (*fields, "unheard_of"):
        for what, value in VALUES.items():
            bodies[f"{field} = {what}"] = json.dumps({field: value}).encode()
    for what, body in bodies.items():
        try:
            with transaction.atomic():
                answer = client.post(path, body, content_type="application/json")
        except Exception as error:
            faults.append(f"{what}: {type(error).__name__}: {error}"[:300])
            continue
        if answer.status_code >= 500:
            faults.append(f"{what}: {answer.status_code}")
        elif answer.status_code >= 400:
            said = json.loads(answer.content)
            if not said.get("title"):
                faults.append(f"{what}: {answer.status_code} without a sentence")
            if answer.status_code == 400 and not said.get("field"):
                faults.append(f"{what}: names no field: {said['title']}")
            if (now := written()) != before:
                faults.append(f"{what}: was refused, but something was written")
                before = now
        else:
            before = written()
    assert not faults, f"{path}:\n" + "\n".join(faults[:12])


# -- files -----------------------------------------------------------------------------------------
@cache
def _zip_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b"<a/>")
        bomb.writestr("word/document.xml", bytes(200_000_000))
    return target.getvalue()


FILES = {
    "a zip bomb posing as a photo": ("p.jpg", _zip_bomb),
    "a zip bomb posing as a document": ("p.docx", _zip_bomb),
    "a picture of 60,000 × 60,000 points": (
        "p.png", lambda: png_of_huge_dimensions(60_000, 60_000)
    ),
    "a program": ("p.jpg", lambda: b"\x7fELF" + bytes(4_000)),
    "a page": ("p.jpg", lambda: b"<!doctype html><script>alert(1)</script>"),
    "nothing": ("p.jpg", lambda: b""),
    "half a photo": ("p.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(40)),
    "a name of 5,000 letters and a NUL": ("../" + "长" * 5_000 + "\0.jpg", lambda: b"x"),
    "a packed stream": ("p.png", lambda: b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(10_000_000))),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_no_file_is_too_nasty(town: Town, what: str, tmp_path: Path) -> None:
    from django.conf import settings

    name, make = FILES[what]
    folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    before = (written(), len(list(folder.rglob("*"))))
    for path, role in (
        ("/files/upload", ""),
        ("/files/upload", "worker"),
        ("/api/v1/files", "worker"),
    ):
        answer = town.browser(role).post(path, {"file": SimpleUploadedFile(name, make())})
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        said = json.loads(answer.content)
        assert said["title"], path
        assert said["field"], (path, said["title"])
    assert (written(), len(list(folder.rglob("*")))) == before


# -- the command line ------------------------------------------------------------------------------
SHEETS: dict[str, bytes | None] = {
    "random bytes.csv": bytes(range(256)) * 40,
    "random bytes.xlsx": bytes(range(256)) * 40,
    "a bomb.xlsx": None,
    "another table.csv": b"a,b,c\n1,2,3\n",
    "empty.csv": b"",
    "no geometry.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature"}]}',
    "not finite.geojson": json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "1"},
         "geometry": {"type": "Polygon", "coordinates": [[[float("nan")] * 2] * 4]}}]}
    ).encode(),
    "elsewhere.csv": b"code,name,lon,lat,outline\n1,a,999,-999,POLYGON((0 0))\n",
    "half.csv.gz": b"\x1f\x8b\x08\0\0\0\0\0",
    "deep.geojson": b"[" * 200_000,
    "10 MB of one cell.csv": b"code,name\n1," + b"a" * 10_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_no_import_is_too_nasty(town: Town, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(SHEETS[name] or (b"" if name.startswith("empty") else _zip_bomb()))
    before, out = written(), io.StringIO()
    layers = ("regions", "grids", "cells", "roads", "addresses")
    commands: list[tuple[str, dict[str, Any]]] = [
        ("import_catalogue", {"edition": "X"}),
        *(("import_territory", {"layer": layer}) for layer in layers),
    ]
    for command, asked in commands:
        with suppress(CommandError):  # a sentence for whoever typed it; anything else is a crash
            call_command(command, str(file), stdout=out, stderr=out, **asked)
        assert written() == before, (command, asked, "something was written")
