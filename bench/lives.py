"""Reports, moves and whole lives of cases over HTTP: python -m bench.lives (after bench.load)

The posts are those of one street and its district; the photos are small (about 10 kB), so what a
life costs here is the program, not the camera. Cases are added: the database grows a little.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from bench import _database, _program
from bench._figures import Figure, Spans, table
from bench._program import Caller, Request, bearer, posted

API = "/api/v1"
CONNECTIONS = 8
TOKENS = 6  # a post: each may write 6,000 times a minute


class Street(NamedTuple):
    """Who works on cases of the first street, by tokens, and where its cases lie."""

    tokens: dict[str, list[str]]
    places: list[tuple[float, float]]
    unit: int
    codes: list[str]
    photo: bytes

    def token(self, who: str) -> str:
        """One of the tokens of a post."""
        return random.choice(self.tokens[who])


PEOPLE = {
    "operator": "streetoperator",
    "chief": "streetdutychief",
    "handler": "handlercg01",
    "worker": "streetworker",
}


def street() -> Street:
    """Read it from the bench's city and issue the tokens."""
    from django.utils import timezone

    from bench import _city
    from linli.catalogue import queries as catalogue
    from linli.staff.models import Post
    from linli.staff.services import issue_token
    from linli.territory.models import GridVersion

    now = timezone.now()
    posts = {who: Post.objects.get(user=_city.user(name)) for who, name in PEOPLE.items()}
    tokens = {
        who: [
            issue_token(
                actor=post.user, post=post, name="bench", grants=post.grants, now=now
            ).secret
            for _ in range(TOKENS)
        ]
        for who, post in posts.items()
    }
    outlines = GridVersion.objects.filter(grid__in=posts["worker"].duties.values("grid"))
    places = []
    for version in outlines:
        west, south, east, north = version.outline.extent
        for _ in range(20):
            x, y = random.uniform(0.05, 0.95), random.uniform(0.05, 0.95)
            places.append((west + (east - west) * x, south + (north - south) * y))
    today = timezone.localdate()
    book = catalogue.current()
    codes = [
        c.code for c in book.classes(on=today, kind="event") if book.conditions_for(c, on=today)
    ]
    return Street(tokens, places, posts["handler"].unit_id, codes, _photo())


def _photo() -> bytes:
    from PIL import Image

    picture = Image.effect_noise((240, 180), 40).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60)
    return out.getvalue()


# -- the requests --------------------------------------------------------------------------------
def report(here: Street) -> Request:
    """A report by the operator."""
    lon, lat = random.choice(here.places)
    body = {
        "description": f"人民路{random.randrange(1, 900)}号,路面有积水,走不过去",
        "address": f"人民路{random.randrange(1, 900)}号",
        "lon": lon,
        "lat": lat,
        "channel": "hotline",
        "case_class": random.choice(here.codes),
    }
    return posted(f"{API}/cases", here.token("operator"), body)


def move(here: Street, number: str, name: str, who: str, **inputs: Any) -> Request:
    """A move by one of the posts."""
    return posted(f"{API}/cases/{number}/moves/{name}", here.token(who), inputs)


def upload(here: Street, token: str) -> Request:
    """A photo."""
    mark = "benchbenchbench"
    body = (
        (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        + here.photo
        + f"\r\n--{mark}--\r\n".encode()
    )
    head = bearer(token) + f"Content-Type: multipart/form-data; boundary={mark}\r\n"
    return Request("POST", f"{API}/files", head, body)


async def life(here: Street, caller: Caller) -> int:
    """Report to evaluation; returns how many requests it took."""
    filed = await caller.json(report(here))
    number = filed["number"]
    await caller.json(move(here, number, "file", "chief", seen=filed["seen"]))
    await caller.json(move(here, number, "dispatch", "chief", unit=here.unit))
    await caller.json(move(here, number, "accept", "handler"))
    token = here.tokens["handler"][0]
    after = (await caller.json(upload(here, token)))["id"]
    done = {"opinion": "已处理完毕", "files": [after]}
    await caller.json(posted(f"{API}/cases/{number}/moves/report_back", token, done))
    await caller.json(move(here, number, "request_check", "chief"))
    token = here.tokens["worker"][0]
    photo = (await caller.json(upload(here, token)))["id"]
    lon, lat = random.choice(here.places)
    seen = {"passed": True, "place": {"lon": lon, "lat": lat}, "files": [photo]}
    await caller.json(posted(f"{API}/cases/{number}/moves/check", token, seen))
    await caller.json(move(here, number, "close", "chief"))
    await caller.json(move(here, number, "evaluate", "operator", rating=3))
    return 11


# -- the measurements ----------------------------------------------------------------------------
async def _each(
    port: int, things: list[Any], act: Callable[[Caller, Any], Any]
) -> tuple[Spans, list[Any]]:
    """`act` on each of `things` over some connections; its answers, in no order."""
    found, waiting, answers = Spans(0), list(things), []
    began = time.perf_counter()

    async def worker() -> None:
        caller = Caller(port)
        while waiting:
            thing, start = waiting.pop(), time.perf_counter()
            try:
                answers.append(await act(caller, thing))
            except RuntimeError as failure:
                found.failures.append(str(failure))
                continue
            found.spans.append(time.perf_counter() - start)
        caller.close()

    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    found.seconds = time.perf_counter() - began
    return found, answers


def measure(port: int, *, cases: int = 2400, lives: int = 240) -> list[Figure]:
    """Reports, then moves on what was reported, then whole lives."""
    here = street()

    async def reported(caller: Caller, _n: int) -> str:
        return str((await caller.json(report(here)))["number"])

    def moved(name: str, who: str, **inputs: Any) -> Callable[[Caller, Any], Any]:
        async def act(caller: Caller, number: str) -> str:
            await caller.json(move(here, number, name, who, **inputs))
            return number

        return act

    asyncio.run(_each(port, list(range(160)), reported))  # warm
    reports, numbers = asyncio.run(_each(port, list(range(cases)), reported))
    moves = Spans(0)
    for name, who, inputs in (
        ("file", "chief", {}),
        ("dispatch", "chief", {"unit": here.unit}),
        ("accept", "handler", {}),
    ):
        found, numbers = asyncio.run(_each(port, numbers, moved(name, who, **inputs)))
        moves.seconds += found.seconds
        moves.spans += found.spans
        moves.failures += found.failures

    async def lived(caller: Caller, _n: int) -> int:
        return await life(here, caller)

    asyncio.run(_each(port, list(range(16)), lived))  # warm
    whole, _requests = asyncio.run(_each(port, list(range(lives)), lived))
    return [
        reports.figure("report a case over HTTP", at_least=200, p95_ms=60),
        moves.figure("one move over HTTP (file, dispatch, accept)", at_least=200, p95_ms=60),
        whole.figure(
            "whole life of a case over HTTP",
            at_least=25,
            note="11 requests a life, two of them uploads of a photo",
        ),
    ]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2400)
    parser.add_argument("--lives", type=int, default=240)
    asked = parser.parse_args()
    _database.use()
    with _program.serving() as (port, _pid):
        print(table(measure(port, cases=asked.cases, lives=asked.lives)))


if __name__ == "__main__":
    main()
