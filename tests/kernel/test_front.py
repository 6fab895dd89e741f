"""The shell: icons, the content security policy, the style guide, the bundles, the navigation."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from linli.kernel import navigation
from linli.kernel.bundle import bundle, icon_names
from linli.kernel.forms import DayField, DayInput
from linli.kernel.templatetags import linli as tags

SOURCE = Path(__file__).resolve().parents[2] / "src" / "linli"
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

FORBIDDEN = {
    "an inline script (move it to web/islands)": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a style element (move it to web/style)": re.compile(r"<style\b", re.I),
    "a style attribute (use a class)": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.I),
    "an event attribute (use an island)": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.I),
    "hx-on (use an island)": re.compile(r"\bhx-on[:\w-]*\s*=", re.I),
    "script in hx-vals or hx-headers": re.compile(r"hx-(?:vals|headers)=['\"]js:", re.I),
}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(SOURCE)) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_template_obeys_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found, f"{path} holds {', '.join(found)}."


@pytest.mark.parametrize(
    "bad",
    ["<script>x</script>", '<p style="a">', '<a href="#" onclick="x">', '<b hx-on:click="x">'],
)
def test_what_the_policy_forbids_is_found(bad: str) -> None:
    assert any(pattern.search(bad) for pattern in FORBIDDEN.values())


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_every_icon_in_a_template_is_in_the_sprite(path: Path) -> None:
    used = set(re.findall(r"""\{%\s*icon ["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    assert used <= (icon_names() or set()), "Add it to web/icons.txt and run “npm run build”."


def test_an_unknown_icon_is_a_fault() -> None:
    with pytest.raises(LookupError, match=r"web/icons\.txt"):
        tags.icon_svg("no-such-icon")


def test_every_entry_of_the_navigation_leads_somewhere_and_has_an_icon() -> None:
    for item in navigation.registered():
        assert reverse(item.url_name)
        assert item.icon in (icon_names() or set()), item.icon


@pytest.mark.parametrize("entry", ["portal", "phone", "desk"])
def test_a_bundle_names_hashed_files(entry: str) -> None:
    built = bundle(entry)
    assert re.fullmatch(rf"/static/assets/{entry}-[\w-]{{8}}\.js", built.script)
    assert built.styles
    assert 'rel="stylesheet"' in tags.vite(entry)


class Somebody:
    """A person with exactly the grants named."""

    is_authenticated = True

    def __init__(self, *grants: str) -> None:
        self.grants = grants

    def has_grant(self, code: str) -> bool:
        return code in self.grants


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        navigation.NavItem(label="Kit", url_name="kit", icon="puzzle", grants=("a", "b"), order=2),
        navigation.NavItem(label="Areas", url_name="areas", icon="map", badge_key="n", order=1),
    ]
    monkeypatch.setattr(navigation, "_items", items)
    monkeypatch.setattr(navigation, "_badge_providers", [lambda user: {"n": 7}])


@pytest.mark.usefixtures("register")
def test_a_person_sees_only_the_areas_their_grants_open() -> None:
    def labels(*grants: str) -> list[object]:
        shown = navigation.Navigation(Somebody(*grants), "/kit/")
        return [entry.label for section in shown.sections for entry in section.entries]

    assert labels() == ["Areas"]
    assert sorted(map(str, labels("b"))) == ["Areas", "Kit"]
    assert navigation.Navigation(None, "/kit/").sections == []


@pytest.mark.usefixtures("register")
def test_the_open_area_is_marked_and_counts_are_shown() -> None:
    shown = navigation.Navigation(Somebody("a"), "/kit/colours")
    entries = {str(e.label): e for section in shown.sections for e in section.entries}
    assert entries["Kit"].current
    assert not entries["Areas"].current
    assert entries["Areas"].count == 7


@pytest.mark.parametrize("base", ["desk", "public", "phone", "wall"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_kit_shows_every_partial(
    client: Client, settings: Any, base: str, language: str
) -> None:
    settings.DEBUG = True
    page = client.get("/kit/", {"base": base}, headers={"accept-language": language})
    text = page.content.decode()
    assert page.status_code == 200
    assert "{%" not in text
    assert "{{" not in text
    assert 'class="case-steps"' in text
    assert text.count("data-island=") > 10


def test_the_kit_is_for_staff(client: Client) -> None:
    page = client.get("/kit/")
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("account_login"))


def test_every_partial_is_on_the_page_that_documents_the_kit() -> None:
    contract = (SOURCE.parents[1] / "docs" / "howto" / "add-a-page.md").read_text(encoding="utf-8")
    inner = {"messages", "language", "areas", "me", "field", "fields", "said"}
    partials = {path.stem for path in (SOURCE / "kernel/templates/kit").glob("*.html")} - inner
    assert partials == {p for p in partials if f"`kit/{p}.html`" in contract}


def test_a_page_that_is_not_there_says_what_to_do_next(client: Client) -> None:
    page = client.get("/no/such/page", headers={"accept-language": "en"})
    assert page.status_code == 404
    assert "search for the case by its number" in page.content.decode()


def test_a_refusal_during_an_htmx_request_is_a_fragment(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.htmx = True  # type: ignore[attr-defined]  # django-htmx sets it
    from django.shortcuts import render

    page = render(request, "errors/refused.html", {"refusal": "No."}).content.decode()
    assert "data-refusal" in page
    assert "<html" not in page


def test_durations_are_said_in_two_units() -> None:
    with translation.override("en"):
        assert tags.duration(timedelta(hours=2, minutes=5)) == "2 h 5 min"
        assert tags.duration(timedelta(days=2, hours=5, minutes=9)) == "2 d 5 h"
        assert tags.duration(timedelta(0)) == "0 min"
        assert tags.duration(-timedelta(minutes=3)) == "−3 min"
        assert tags.duration(None) == "–"
    with translation.override("zh-hans"):
        assert tags.duration(timedelta(hours=2, minutes=5)) == "2 小时 5 分"


@pytest.mark.parametrize(
    ("left", "warned", "light"),
    [
        (timedelta(hours=5), False, "green"),
        (timedelta(hours=1), True, "yellow"),
        (-timedelta(minutes=1), True, "red"),
    ],
)
def test_a_clock_without_a_given_light_finds_its_own(
    left: timedelta, warned: bool, light: str
) -> None:
    warn_at = NOW - timedelta(minutes=1) if warned else NOW + timedelta(hours=1)
    clock = tags.countdown(NOW + left, warn_at=warn_at, now=NOW)
    assert f"light-{light}" in clock
    assert (NOW + left).isoformat() in clock


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13812341234", "138****1234"), ("12345", "***45"), ("", ""), ("05351234567", "053****4567")],
)
def test_a_phone_number_is_masked(number: str, masked: str) -> None:
    assert tags.mask_phone(number) == masked


def test_what_people_typed_is_escaped_in_the_kit() -> None:
    evil = "<script>alert(1)</script>"
    for partial in ("empty", "note", "story"):
        context = Context(
            {"title": evil, "text": evil, "entries": [{"title": evil, "text": evil, "at": NOW}]}
        )
        page = Template(f'{{% include "kit/{partial}.html" %}}').render(context)
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_what_lies_below_an_entry_that_stands_alone_is_not_that_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inbox = navigation.NavItem(label="Inbox", url_name="desk:inbox", icon="inbox", alone=True)
    cases = navigation.NavItem(label="All", url_name="desk:cases", icon="list-details")
    monkeypatch.setattr(navigation, "_items", [inbox, cases])

    def current(path: str) -> list[str]:
        shown = navigation.Navigation(Somebody(), path).sections
        return [str(entry.label) for entry in shown[0].entries if entry.current]

    assert current("/desk/") == ["Inbox"]
    assert current("/desk/notices") == current("/desk/search") == []
    assert current("/desk/cases/2026-1") == ["All"]


@pytest.mark.parametrize(
    "typed", ["2026-11-30", "2026/11/30", "2026.11.30", "20261130", "2026年11月30日"]
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert DayField().clean(typed).isoformat() == "2026-11-30"


def test_what_is_no_day_is_answered_by_an_example() -> None:
    with pytest.raises(ValidationError, match="2026-11-30"), translation.override("en"):
        DayField().clean("30th of November")


def test_a_day_is_shown_the_same_in_every_language() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            drawn = DayInput(until="until").render("since", "2026-11-30")
        assert 'type="text"' in drawn  # a browser's own field follows the browser's language
        assert 'value="2026-11-30"' in drawn
        assert 'data-until="until"' in drawn
