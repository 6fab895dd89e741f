"""Attacks on the pages of residents, and on the door for files."""

from __future__ import annotations

from dataclasses import replace

from django.core import signing

from linli.analysis.models import Posting, SavedQuery
from linli.analysis.services.stopping import token_of
from tests.attacks.sent import FORM, Row, Sent, Values, form, forms
from tests.files.makers import photo
from tests.town import Town


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


def stop(town: Town) -> Row:
    """The link that ends the letters of an analysis."""
    owner = town.users["cityleader"]
    kept = SavedQuery.objects.create(owner=owner, name="每周立案", text="", made_at=town.now)
    posting = Posting.objects.create(saved=kept, user=owner, rhythm="week")
    path, values = f"/analysis/stop/{token_of(posting)}", {"List-Unsubscribe": "One-Click"}
    mine = form(path, values)
    attacks = {
        "nothing": (form(path, {}), "List-Unsubscribe"),
        "another word": (form(path, {"List-Unsubscribe": "No"}), "List-Unsubscribe"),
        "words in GBK": (form(path, {"List-Unsubscribe": "退订"}, "gbk"), "List-Unsubscribe|text"),
        "a changed link": (replace(mine, path=f"{path}x"), "link"),
        "a link without signature": (replace(mine, path=f"/analysis/stop/{posting.pk}"), "link"),
        "a signature for something else": (
            replace(mine, path=f"/analysis/stop/{signing.dumps(posting.pk, salt='else')}"), "link",
        ),
    }  # fmt: skip
    return Row(mine, attacks, again="nothing more to stop")
