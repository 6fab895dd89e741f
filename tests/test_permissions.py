"""Who may open what: every address × every post of the demo × own and other district.

Nothing here lists pages: the URL table does, and a page that carries no mark fails by name.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from linli.cases import policy
from linli.cases.rules import MOVES
from linli.demo.services.people import ROLES
from linli.staff.services import issue_token
from tests.doors import Door, doors, names
from tests.town import HERE_WORDS, PHONE, REPORTER, SEES, THERE_WORDS, Town, standing_town
from tests.watching import WHOLE, watched

pytestmark = pytest.mark.django_db
PEOPLE = tuple(role.username for role in ROLES)
PAGES = [door for door in doors() if not door.is_api]
API = [door for door in doors() if door.is_api and not door.name.endswith("None")]
METHODS = ("GET", "POST", "DELETE")
ABOUT_CASES = {"number", "case_id"}


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Town]:
    with standing_town(django_db_blocker, tmp_path_factory.mktemp("town")) as standing:
        yield standing


def ask(town: Town, role: str, method: str, path: str, **headers: str) -> Any:
    """A request with an empty body; the answer with all of its content read."""
    client = town.browser(role)
    if method == "POST":
        kind = (
            "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        )
        answer = client.post(
            path, "{}" if "json" in kind else "", content_type=kind, headers=headers
        )
    else:
        answer = client.generic(method, path, headers=headers)
    answer.text_of = text_of(answer)
    return answer


def text_of(answer: Any) -> str:
    """All words of an answer, whatever it is: a page, JSON, a tile, a sheet."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    text = content.decode("utf-8", "replace")
    if "json" in answer.headers.get("Content-Type", "") and content:
        text += json.dumps(json.loads(content), ensure_ascii=False)
    return text


def is_turned_away(answer: Any) -> bool:
    """Sent to sign in, or told that one has to."""
    if answer.status_code == 302:
        return "/account/login/" in answer.url
    return answer.status_code in (401, 403, 415)  # 415: the kind of the body is looked at first


# -- every view is marked --------------------------------------------------------------------------
def test_every_view_says_who_may_open_it() -> None:
    bare = [f"{door.name} ({door.route})" for door in doors() if door.access is None]
    assert not bare, (
        f'Nobody has said who may open {", ".join(bare)}. Put @staff_page("package.grant") or '
        "@public_page (linli.staff.web) under the method decorator of the view."
    )


def test_every_grant_that_a_view_asks_for_exists() -> None:
    from linli.staff.rules import GRANTS

    unknown = {
        f"{door.name}: {grant}"
        for door in doors()
        for grant in (door.access.grants if door.access else ())
        if grant not in GRANTS
    }
    assert not unknown, f"No package has registered these grants: {unknown}"


@pytest.mark.parametrize("door", [d for d in doors() if d.holes], ids=lambda d: d.name)
def test_every_address_can_be_filled_in(town: Town, door: Door) -> None:
    assert door.path(town)


#: Where a platform signs every request (401 without).
SIGNED_DOORS = frozenset({"workorders:door"})


def asks_a_key(door: Door, method: str) -> bool:
    """Open311: everybody reads, a report needs a key (403, as the standard has it). WeChat signs
    everything."""
    signed = door.name in ("wechat:receive", "sensors:readings")
    return signed or (method == "POST" and door.name in ("open311:requests", "open311:updates"))


# -- strangers -------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", doors(), ids=names(doors()))
def test_strangers_get_public_pages_only(town: Town, door: Door) -> None:
    path, access = door.path(town), door.access
    answers = [(m, ask(town, "", m, path)) for m in METHODS]
    answers = [(m, a) for m, a in answers if a.status_code != 405]
    assert answers, f"{door.name} takes none of {METHODS}"
    for method, answer in answers:
        assert answer.status_code < 500 or door.name == "readyz", (method, answer.text_of[:500])
        if access and access.who == "staff":
            assert is_turned_away(answer), (method, answer.status_code)
        elif door.name in SIGNED_DOORS:
            assert answer.status_code == 401, method
        elif not (door.name in ("account_logout", "mfa_authenticate") or asks_a_key(door, method)):
            assert not is_turned_away(answer) or "csrf" in answer.text_of.lower(), method
        if "secret" not in door.holes:  # whoever has the secret reads their own words
            for words in (HERE_WORDS, THERE_WORDS, REPORTER, PHONE):
                assert words not in answer.text_of, f"{method} {path} shows {words}"


@pytest.mark.parametrize("door", [d for d in doors() if "secret" in d.holes], ids=lambda d: d.name)
def test_a_wrong_secret_and_the_secret_of_another_report_open_nothing(
    town: Town, door: Door
) -> None:
    secret = town.filed["there"].secret
    for wrong in (secret, secret[::-1], "x"):
        path = door.path(town, "here", secret=wrong)
        found = {ask(town, "", m, path).status_code for m in METHODS} - {405}
        assert found == {404}, (path, found)


def test_a_secret_opens_no_file_of_another_case(town: Town) -> None:
    for door in doors():
        if {"secret", "case_id"} <= set(door.holes):
            path = door.path(town, "here", case_id=town.case("there").pk)
            assert ask(town, "", "GET", path).status_code == 404, path


# -- staff on pages --------------------------------------------------------------------------------
def those_who_try(town: Town, door: Door) -> list[str]:
    """Every post that may open a page, and one of each role that may not: posts of a role hold the
    same grants. A public page knows no posts: one of each kind of duty looks at it."""
    access, one = door.access, {}
    for role in PEOPLE:
        post = town.posts[role]
        if access is not None and access.who == "public":
            one.setdefault(post.kind, role)
        elif access is None or town.holds(role, access.grants):
            one[role] = role
        else:
            one.setdefault(str(post.template_id), role)
    return list(one.values())


def test_of_each_role_that_may_not_open_a_page_one_tries(town: Town) -> None:
    (door,) = (d for d in PAGES if d.name == "console:templates")
    tried = {town.posts[role].template_id for role in those_who_try(town, door)}
    assert tried == {post.template_id for post in town.posts.values()}
    for post in town.posts.values():
        assert post.template is not None
        assert post.grants == post.template.grants, "what makes one of a role enough"


@pytest.mark.parametrize("door", PAGES, ids=names(PAGES))
def test_pages_open_to_the_posts_that_hold_the_grant(town: Town, door: Door) -> None:
    access = door.access
    assert access is not None
    about = ("here", "there") if ABOUT_CASES & set(door.holes) else ("here",)
    paths = {case: door.path(town, case) for case in about}
    methods = [m for m in METHODS if ask(town, "", m, paths["here"]).status_code != 405]
    for role in those_who_try(town, door):
        for case, path in paths.items():
            for method in methods:
                answer = ask(town, role, method, path)
                status, where = answer.status_code, f"{role}: {method} {path}"
                assert status < 500 or door.name == "readyz", f"{where}: {answer.text_of[:800]}"
                if not town.holds(role, access.grants):
                    assert status == 403, f"{where} was {status}, should be refused"
                elif access.who == "staff" and about != ("here",) and not town.sees(role, case):
                    assert status == 404, f"{where} was {status}: a foreign case looks absent"
                elif method == "GET" and not asks_a_key(door, method):
                    assert status != 403, f"{where} is refused, though the post holds the grant"
                if access.who == "staff":
                    no_foreign_case(town, role, answer.text_of, where)


def no_foreign_case(town: Town, role: str, text: str, where: str) -> None:
    """Neither words nor number of a case the post may not see; nobody's telephone anywhere."""
    for case, words in (("here", HERE_WORDS), ("there", THERE_WORDS)):
        if not town.sees(role, case):
            assert words not in text, f"{where} shows a case of another district"
            number = numbers(town)[case]
            assert number not in text or number in where, f"{where} tells a foreign case number"
    assert PHONE not in text, f"{where} shows a telephone number unasked"


_numbers: dict[int, dict[str, str]] = {}


def numbers(town: Town) -> dict[str, str]:
    """Case numbers by name, asked once."""
    if id(town) not in _numbers:
        _numbers[id(town)] = {name: town.case(name).number for name in town.filed}
    return _numbers[id(town)]


FILTERS = (
    "", "?stage=open", f"?q={THERE_WORDS}", "?class=E01", "?queue=to_accept", "?light=red",
    "?region={district}", "?unit={unit}",
)  # fmt: skip
FILTER_NAMES = {query[1:].split("=")[0] for query in FILTERS if query} | {"cursor"}
FILTERING = ("street", "unit", "worker", "leader", "water")  # who asks with them


@pytest.mark.parametrize(
    "door",
    [d for d in doors() if set(d.holes) <= {"z", "x", "y", "layer", "kind", "form"}],
    ids=lambda d: d.name + " " + d.route,
)
def test_no_filter_brings_a_foreign_case_to_light(town: Town, door: Door) -> None:
    """Lists, exports, search, tiles, badges: asked with the filters of the list, also those that
    name the other district; a page that reads none of them is asked once. First as the city, which
    may see the case: where it never shows, there is nothing to hide."""
    access = door.access
    if access is None or access.who == "public":
        pytest.skip("public pages are looked at as a stranger")
    there, number = town.city.districts[1], numbers(town)["there"]
    queries = [f.format(district=there.region.code, unit=there.department.pk) for f in FILTERS]
    queries += [f"?q={number}", f"?cursor={_cursor()}"]
    paths = [door.path(town, "there") + query for query in queries]
    able = [role for role in FILTERING if town.holds(role, access.grants)]
    if not able:
        return
    if not reads_a_filter(town, able[0], paths[0]):
        paths = paths[:1]
    if "kind" in door.holes:
        paths += [door.path(town, "there", kind="xlsx")]
    if town.holds("cityleader", access.grants) and not any(
        number in _sought(ask(town, "cityleader", "GET", path), path) for path in paths
    ):
        return
    for role in able:
        for path in paths:
            answer = ask(town, role, "GET", path)
            assert answer.status_code < 500, f"{role} {path}: {answer.text_of[:600]}"
            no_foreign_case(town, role, _sought(answer, path), f"{role} {path}")


def reads_a_filter(town: Town, role: str, path: str) -> bool:
    """Whether the page asks for one of the names in FILTERS, or goes through all it is given."""
    with watched() as read:
        ask(town, role, "GET", path)
    return not read.isdisjoint(FILTER_NAMES | {WHOLE})


def _sought(answer: Any, path: str) -> str:
    """What an answer says, without the words of the question that it repeats."""
    leads = answer.url if answer.status_code == 302 and "next=" not in answer.url else ""
    said = str(answer.text_of) + leads
    return said.replace(THERE_WORDS, "") if THERE_WORDS in path else said


def _cursor() -> str:
    from linli.kernel.web import cursor_text

    return cursor_text([(timezone.now() + timedelta(days=9)).isoformat(), 2**60])


def test_others_filters_notices_and_uploads_are_absent(town: Town) -> None:
    for door in doors():
        if {"filter_id", "notice_id"} & set(door.holes):
            ask(town, "operator", "POST", door.path(town))
        if "upload_id" in door.holes:
            path = door.path(town)
            for role in ("operator", ""):
                found = {ask(town, role, m, path).status_code for m in METHODS} - {405}
                assert found == {404}, (role, path, found)
    from linli.notices.models import Notice

    chief = town.users["chief"]
    assert chief.saved_filters.count() == 1
    assert not Notice.objects.filter(user=chief, read_at__isnull=False).exists()


# -- the interface ---------------------------------------------------------------------------------
def bearer(town: Town, role: str) -> dict[str, str]:
    """A token for all grants of the role's post."""
    post = town.posts[role]
    issued = issue_token(
        actor=town.users[role], post=post, name="t", grants=post.grants, now=timezone.now()
    )
    return {"Authorization": f"Bearer {issued.secret}"}


def test_operations_need_a_token_or_a_session(town: Town) -> None:
    for door in API:
        if door.access and door.access.who == "staff":
            for method in ("GET", "POST"):
                for headers in ({}, {"Authorization": "Bearer linli_abc_def"}):
                    answer = ask(town, "", method, door.path(town), **headers)
                    assert answer.status_code in (401, 405, 415), (
                        door.name,
                        method,
                        answer.status_code,
                    )


@pytest.mark.parametrize("door", API, ids=names(API))
def test_operations_show_own_cases_and_hide_foreign_ones(town: Town, door: Door) -> None:
    about = ("here", "there") if "number" in door.holes else ("here",)
    for role in PEOPLE:
        for case in about:
            path = door.path(town, case)
            for method in ("GET", "POST"):
                answer = ask(town, role, method, path)
                status, where = answer.status_code, f"{role}: {method} {path}"
                if status in (405, 415):
                    continue
                assert status < 500, f"{where}: {answer.text_of[:800]}"
                if len(about) == 2 and status != 400:
                    visible = town.sees(role, case)
                    if not visible:
                        assert status == 404, f"{where} was {status}: a foreign case looks absent"
                    elif method == "GET":
                        assert status == 200, f"{where} was {status}: {answer.text_of[:300]}"
                no_foreign_case(town, role, answer.text_of, where)


def body_for(town: Town, role: str, move: str, case: str) -> dict[str, Any]:
    """A whole body for a move: everything the table says it takes."""
    home, place = town.home, town.home.place()
    values: dict[str, Any] = {
        "text": "话", "reason": "理由充分", "bool": True, "unit": home.department.pk,
        "units": [home.utility.pk], "centre": home.centre.pk, "post": town.posts["worker"].pk,
        "class": "E0102", "condition": town.city.condition.pk, "urgency": "normal",
        "handling": "general", "place": {"lon": place.lon, "lat": place.lat}, "rating": 3,
        "date": (timezone.localdate() + timedelta(days=2)).isoformat(),
        "number": numbers(town)["done" if case == "here" else "here"],
        "limit": {"amount": 2, "unit": "work_hour"}, "level": "urge",
    }  # fmt: skip
    found = {}
    for item in MOVES[move].inputs:
        if item.kind == "files":
            found[item.name] = [town.photo(role)]
        else:
            found[item.name] = values[item.kind]
    return found


@pytest.mark.parametrize("move", MOVES)
def test_moves_over_the_interface_are_those_of_the_page(town: Town, move: str) -> None:
    """A whole body succeeds only where `moves_for` offers the move, in either district."""
    from django.db import transaction

    from linli.staff.models import User

    for role in PEOPLE:
        if town.users[role].username in ("sysadmin", "secadmin", "auditadmin"):
            continue
        for case in ("new", "here", "done", "there"):
            found, user = town.case(case), User.objects.get(pk=town.users[role].pk)
            offered = town.sees(role, case) and move in policy.moves_for(user, found)
            point = transaction.savepoint()
            answer = town.browser(role).post(
                f"/api/v1/cases/{found.number}/moves/{move}",
                json.dumps(body_for(town, role, move, case)),
                content_type="application/json",
            )
            status = answer.status_code
            transaction.savepoint_rollback(point)
            where = f"{role}: {move} on {case} was {status}: {answer.content.decode()[:300]}"
            assert status < 500, where
            if '"field": "into"' in answer.content.decode():
                continue  # the case to merge into is one the post does not see
            if not town.sees(role, case):
                assert status == 404, where
            elif not offered:
                assert status in (400, 403, 409, 422), where
            else:
                assert status in (200, 400, 409, 422), where


def test_the_table_of_who_sees_what_is_whole() -> None:
    assert set(SEES) == set(PEOPLE)
