"""Lists, one case, badges, search and nearness over HTTP: python -m bench.reads (after bench.load)

Each kind of request is varied over a few hundred addresses. Rates are taken with eight
connections, latencies that design §6 wants alone with two.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from bench import _database, _program
from bench._figures import Figure, table
from bench._program import Request, Requests, bearer

API = "/api/v1"
SEARCHES = ("井盖松动", "路灯不亮", "噪声扰民", "消火栓", "路灯", "共享单车乱停", "老人走路不方便")


class Read(NamedTuple):
    """A kind of read: what design §6 wants of it, and where it is asked."""

    work: str
    requests: list[Request]
    connections: int = 8
    at_least: float = 0.0
    p95_ms: float = 0.0
    note: str = ""


def reads(*, rows: int) -> list[Read]:
    """Everything that is measured, at addresses drawn from the loaded city."""
    large = rows > 3_000_000
    heads = {name: bearer(_token(name)) for name in ("dutychief01", "streetdutychief", "citychief")}
    cookies = {name: _cookie(name) for name in ("dutychief01", "streetdutychief")}
    queries = [urlencode(one) for one in _queries(200)]
    chief, desk = heads["dutychief01"], cookies["dutychief01"]
    numbers, addresses, points = _samples()

    def gets(paths: list[str], head: str) -> list[Request]:
        return [Request("GET", path, head) for path in paths]

    lists = [f"{API}/cases?{query}" for query in queries]
    pages = [f"/desk/cases/?{query}" for query in queries]
    list_p95 = 70 if large else 60
    found = [
        Read("staff list as API: 50 rows by stage, class, region, period", gets(lists, chief),
             at_least=0 if large else 350, p95_ms=list_p95),
        Read("staff list as page", gets(pages, desk), at_least=0 if large else 100,
             p95_ms=list_p95),
        Read("staff list as API, nobody else calling", gets(lists, chief), 1),
        Read("staff list as page, nobody else looking", gets(pages, desk), 1),
        Read("newest 50 without a filter, a district's chief",
             gets([f"{API}/cases"], chief), 2),
        Read("newest 50 without a filter, a street's chief",
             gets([f"{API}/cases"], heads["streetdutychief"]), 2),
        Read("one case as API, with its clocks and moves",
             gets([f"{API}/cases/{n}" for n in numbers], chief), at_least=250),
        Read("the story of a case as API",
             gets([f"{API}/cases/{n}/events" for n in numbers], chief), at_least=250),
        Read("one case with its story, as page",
             gets([f"/desk/cases/{n}/" for n in numbers], desk)),
    ]  # fmt: skip
    found += [
        Read(f"count badges ({name})", gets([f"{API}/badges"], head), 2, p95_ms=30)
        for name, head in heads.items()
    ]
    words = [f"{API}/cases?q={quote(one)}" for one in SEARCHES]
    found += [
        Read("search by case number", gets([f"{API}/cases?q={n}" for n in numbers], chief), 2,
             p95_ms=150),
        Read("search by address",
             gets([f"{API}/cases?q={quote(one)}" for one in addresses], chief), 2, p95_ms=150),
        Read("search by Chinese words (a district's chief)", gets(words, chief), 2, p95_ms=150),
        Read("search by Chinese words (a street's chief)", gets(words, heads["streetdutychief"]),
             2, p95_ms=150),
        Read("search by Chinese words (the city's chief)", gets(words, heads["citychief"]), 2,
             p95_ms=150),
        Read("cases near a point", gets([f"{API}/similar?lon={x}&lat={y}" for x, y in points],
             chief), 2, p95_ms=40),
    ]  # fmt: skip
    return found


def _token(username: str) -> str:
    from django.utils import timezone

    from bench import _city
    from linli.staff.models import Post
    from linli.staff.services import issue_token

    post = Post.objects.get(user=_city.user(username))
    return issue_token(
        actor=post.user, post=post, name="bench", grants=post.grants, now=timezone.now()
    ).secret


def _cookie(username: str) -> str:
    """The header line of a session, as signing in makes one."""
    from django.conf import settings
    from django.test import Client

    from bench import _city

    client = Client()
    client.force_login(
        _city.user(username), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    name = settings.SESSION_COOKIE_NAME
    return f"Cookie: {name}={client.cookies[name].value}\r\n"


def _queries(count: int) -> list[dict[str, str]]:
    from django.utils import timezone

    from linli.cases.models import Case
    from linli.territory.models import Region

    streets = list(
        Region.objects.filter(tier="street", code__startswith="420101").values_list(
            "code", flat=True
        )
    )
    rows = Case.objects.order_by("-id").exclude(case_class=None)[:2000]
    codes = sorted(set(rows.values_list("case_class__code", flat=True)))
    pick, today = random.Random(11), timezone.localdate()
    made = []
    for _ in range(count):
        until = today - timedelta(days=pick.randrange(0, 90))
        since = until - timedelta(days=pick.choice([30, 90, 365]))
        made.append(
            {
                "stage": pick.choices(["evaluated", "closed", "handling"], [6, 2, 2])[0],
                "class": pick.choice([pick.choice(codes), pick.choice(codes)[:3], "C", "E"]),
                "region": pick.choice(["420101", pick.choice(streets)]),
                "since": str(since),
                "until": str(until),
            }
        )
    return made


def _samples() -> tuple[list[str], list[str], list[tuple[float, float]]]:
    """Numbers of cases with a story, addresses and points of a district."""
    from linli.cases.models import Case

    own = Case.objects.filter(district__code="420101000000")
    told = list(own.filter(event_count=9).order_by("-id")[:300])
    some = list(own.order_by("-id")[:5000:17])
    random.Random(3).shuffle(some)
    return (
        [case.number for case in told],
        [case.address for case in some if case.address],
        [(case.place.x, case.place.y) for case in some if case.place],
    )


def statements(request: Request) -> int:
    """How many statements one request makes, the second time."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    headers = dict(line.split(": ", 1) for line in request.head.splitlines())
    client = Client(headers=headers, SERVER_NAME="localhost")
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer: Any = client.get(request.path)
    if answer.status_code != 200:
        raise RuntimeError(f"{request.path}: {answer.status_code}")
    return len(captured)


def measure(port: int, *, rows: int, seconds: float = 5.0) -> list[Figure]:
    """One row a kind of read."""
    found = []
    for read in reads(rows=rows):
        spans = _program.call(
            port, _cycled(read.requests), seconds=seconds, connections=read.connections
        )
        made = statements(read.requests[0])
        said = f"{made} statements a request; {read.connections} connections"
        figure = spans.figure(
            read.work,
            at_least=read.at_least,
            p95_ms=read.p95_ms,
            note=f"{said}; {read.note}" if read.note else said,
        )
        print(f"  {figure.work}: {figure.measured} {figure.note}", flush=True)
        found.append(figure)
    return found


def _cycled(requests: list[Request]) -> Callable[[], Requests]:
    return lambda: itertools.cycle(random.sample(requests, len(requests)))


# -- plans ---------------------------------------------------------------------------------------
def plans() -> list[tuple[str, str]]:
    """What PostgreSQL does for a list, badges and two searches: (what, the plan's main lines)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from bench import _city
    from linli.cases import queries
    from linli.cases.rules.filters import CaseFilter

    now, user = timezone.now(), _city.user("dutychief01")
    _numbers, addresses, _points = _samples()
    asks: dict[str, Callable[[], Any]] = {
        "the newest 50 of a district's chief": lambda: list(
            queries.newest_cases(user, CaseFilter(), now=now, size=51)
        ),
        "badges of a district's chief": lambda: queries.badges_for(user, now=now),
        "common words": lambda: list(
            queries.newest_cases(user, CaseFilter(words="井盖松动"), now=now, size=51)
        ),
        "an address": lambda: list(
            queries.newest_cases(user, CaseFilter(words=addresses[0]), now=now, size=51)
        ),
    }
    found = []
    for what, ask in asks.items():
        ask()
        with CaptureQueriesContext(connection) as captured:
            ask()
        sql = captured.captured_queries[-1]["sql"]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            lines = [row[0] for row in cursor.fetchall()]
        found.append((what, "\n".join(_main(lines))))
    return found


def _main(lines: list[str]) -> list[str]:
    """The lines that say which way was taken and what it cost, without the columns."""
    kept = re.compile(
        r"Scan|Limit|Append|Nested Loop|Unique|Aggregate|Index Cond|Filter|Time:|Rows Removed"
    )
    chosen = [re.sub(r"cost=\S+ rows=\d+ width=\d+\) \(", "", line) for line in lines]
    chosen = [line[:150] for line in chosen if kept.search(line)]
    return chosen if len(chosen) < 46 else [*chosen[:42], "…", *chosen[-2:]]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    _database.use()
    from linli.cases.models import Case

    rows = Case.objects.count()
    with _program.serving() as (port, _pid):
        print(table(measure(port, rows=rows, seconds=asked.seconds)))
    for what, plan in plans():
        print(f"\n{what}\n{plan}")


if __name__ == "__main__":
    main()
