"""Learning from cases, taking into use and back, and what is suggested then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from linli.audit.models import AccessLog
from linli.cases.models import Case
from linli.catalogue.models import CaseClass, Edition
from linli.files import services as files
from linli.files.rules import StorageDown
from linli.files.services import storage
from linli.kernel.errors import BadInput, NotYours
from linli.suggestions import queries, services
from linli.suggestions.models import ModelVersion, SuggestionSettings
from linli.suggestions.queries import kept
from linli.suggestions.rules.training import Example, train
from linli.suggestions.services import learning
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.desk.lives import make_case, make_report
from tests.factories import make_post
from tests.suggestions.test_rules import WORDS

pytestmark = pytest.mark.django_db
CODES = {"lamp": "C0301", "cover": "C0101", "noise": "E0501"}
NIGHT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)  # half past two at night in China


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    settings.MEDIA_ROOT = tmp_path
    kept.forget()
    city = make_city()
    edition = Edition.objects.get()
    for label, code in CODES.items():
        CaseClass.objects.create(
            edition=edition, kind="component" if code[0] == "C" else "event", code=code,
            major_code=code[1:3], minor_code=code[3:], major_name="类", name=WORDS[label][0][:2],
            public=label != "noise",
        )  # fmt: skip
    return city


@pytest.fixture
def manager(city: City) -> Any:
    return make_post("suggestions.manage", unit=city.centre, region=city.region).user


def lore(copies: int = 12, *, wrong: bool = False) -> list[Example]:
    labels = [*CODES.values()]
    return [
        Example(
            f"{text}第{chr(0x4E00 + 97 * n)}处请处理",
            labels[(n + k) % 3] if wrong else CODES[label],
            f"{label}{n}{text}",
        )
        for n in range(copies)
        for k, (label, texts) in enumerate(WORDS.items())
        for text in texts
    ]


def adopt(city: City, *, wrong: bool = False, held: int = 12, **given: Any) -> ModelVersion:
    return services.adopt(
        purpose="class", source="cases", model=train(lore(wrong=wrong)), examples=60,
        held_out=lore(held), now=NOW, actor=None, **given,
    )  # fmt: skip


def closed(city: City, text: str, code: str, number: int) -> None:
    """A closed case with words and class; only what the learner reads of it matters here."""
    case = make_report(city, description=text, contact=None).case
    Case.objects.filter(pk=case.pk).update(
        stage="closed", case_class=CaseClass.objects.get(code=code), check_passed=True,
        checked_by=city.user("operator"), lead_unit=city.districts[0].department,
        reported_at=NOW - timedelta(minutes=number),
    )  # fmt: skip


def test_a_new_city_starts_with_the_words_of_its_catalogue(city: City) -> None:
    services.retrain(now=NOW)
    version = ModelVersion.objects.get()
    assert (version.source, version.state, version.macro_f1) == ("catalogue", "in_force", None)
    services.retrain(now=NOW)
    assert ModelVersion.objects.count() == 1
    SuggestionSettings.objects.create(pk=1, least_percent=1)
    found = queries.class_suggestions("门口的路灯又坏了")
    assert found[0].code == CODES["lamp"]


def test_it_learns_from_closed_cases_by_night_and_once_a_week(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "LEAST_CASES", 20)
    for number, example in enumerate(lore(3)):
        closed(city, example.text, example.label, number)
    services.retrain(now=NIGHT - timedelta(hours=12))
    assert {one.source for one in ModelVersion.objects.all()} == {"catalogue"}
    services.retrain(now=NIGHT)
    version = kept.in_force("class")
    assert version is not None
    assert version.source == "cases"
    assert version.held_out + version.examples == 45
    assert version.macro_f1 is not None
    found = queries.class_suggestions("井盖没了,太危险")
    assert found[0].code == CODES["cover"]
    assert any("井盖" in word for word in found[0].words)
    services.retrain(now=NIGHT + timedelta(days=1))
    assert ModelVersion.objects.filter(purpose="class").count() == 2
    services.retrain(now=NIGHT + timedelta(days=8))
    assert ModelVersion.objects.filter(purpose="class").count() == 3


def test_too_few_cases_are_said(city: City) -> None:
    with pytest.raises(services.TooLittle, match="0, and 200 are needed"):
        services.learn_from_cases(purpose="class", now=NOW)


def test_a_worse_one_is_refused_and_the_present_one_stays(city: City) -> None:
    good = adopt(city)
    bad = adopt(city, wrong=True)
    good.refresh_from_db()
    assert (good.state, bad.state, bad.reason) == ("in_force", "refused", "worse")
    assert bad.compared["number"] == good.number
    assert bad.compared["macro_f1"] > (bad.macro_f1 or 0)
    better = adopt(city)
    good.refresh_from_db()
    assert (good.state, better.state) == ("kept", "in_force")


def test_it_steps_back_when_the_new_one_turns_out_worse(city: City) -> None:
    good = adopt(city)
    bad = adopt(city, wrong=True, held=0)  # nothing to measure with: taken on trust
    assert bad.state == "in_force"
    back = services.step_back_if_worse(purpose="class", held_out=lore(), now=NOW)
    assert back is not None
    assert back.pk == good.pk
    assert kept.in_force("class") == good
    bad.refresh_from_db()
    assert bad.reason == "turned_worse"
    assert services.step_back_if_worse(purpose="class", held_out=lore(), now=NOW) is None


def test_a_person_may_switch_back_and_the_schedule_respects_it(city: City, manager: Any) -> None:
    good = adopt(city)
    bad = adopt(city, wrong=True)
    services.put_in_force(actor=manager, version_id=bad.pk, now=NOW)
    assert kept.in_force("class") == bad
    assert services.step_back_if_worse(purpose="class", held_out=lore(), now=NOW) is None
    with pytest.raises(BadInput, match="in force already"):
        services.put_in_force(actor=manager, version_id=bad.pk, now=NOW)
    with pytest.raises(NotYours):
        services.put_in_force(actor=city.user("operator"), version_id=good.pk, now=NOW)
    entry = AccessLog.objects.latest("id")
    assert (entry.action, entry.detail["number"]) == ("suggestions.put_in_force", bad.number)


def test_a_file_that_was_changed_is_not_used(city: City, manager: Any) -> None:
    version = adopt(city)
    assert queries.class_suggestions("井盖没了,太危险")
    kept.forget()
    path = Path(storage._storage().path(version.key))
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert queries.class_suggestions("井盖没了,太危险") == []
    kept.forget()
    with pytest.raises(kept.Tampered, match="was changed after it was trained"):
        services.put_in_force(actor=manager, version_id=version.pk, now=NOW)


def test_a_storage_that_is_down_for_a_while_changes_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt(city)
    good = adopt(city)
    kept.forget()
    whole = files.content_of

    def down(key: str, **more: Any) -> bytes:
        if key == good.key:
            raise StorageDown("later")
        return whole(key, **more)

    monkeypatch.setattr(files, "content_of", down)
    assert queries.class_suggestions("井盖没了,太危险") == []
    assert services.step_back_if_worse(purpose="class", held_out=lore(), now=NOW) is None
    assert kept.in_force("class") == good
    monkeypatch.setattr(files, "content_of", whole)
    assert queries.class_suggestions("井盖没了,太危险")


def test_old_versions_are_cleared_away_but_not_the_one_in_force(city: City) -> None:
    good = adopt(city)
    for _i in range(12):
        adopt(city, wrong=True)
    assert ModelVersion.objects.count() == 11
    assert ModelVersion.objects.filter(pk=good.pk).exists()


def test_switches_switch_off(city: City, manager: Any) -> None:
    adopt(city)
    text = "井盖没了,太危险"
    assert queries.class_suggestions(text, public=True)
    on = {"classes_on": True, "units_on": True, "portal_on": True, "learning_on": True}
    change = {"actor": manager, "now": NOW, "least_percent": 25}
    services.change_settings(**change, **{**on, "portal_on": False})
    assert queries.class_suggestions(text, public=True) == []
    assert queries.class_suggestions(text)
    services.change_settings(**change, **{**on, "classes_on": False, "learning_on": False})
    assert queries.class_suggestions(text) == []
    assert services.retrain(now=NIGHT) == []
    with pytest.raises(BadInput, match="from 1 to 99"):
        services.change_settings(**{**change, "least_percent": 100}, **on)


def test_residents_are_not_offered_what_is_not_for_them(city: City) -> None:
    adopt(city)
    noise = "夜间施工噪声扰民,太吵了"
    assert queries.class_suggestions(noise)[0].code == CODES["noise"]
    assert queries.class_suggestions(noise, public=True) == []


def test_units_are_suggested_by_words_class_and_street(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "LEAST_CASES", 10)
    home = city.districts[0]
    for number, example in enumerate(lore(2)):
        closed(city, example.text, example.label, number)
    lamps = CaseClass.objects.get(code=CODES["lamp"])
    Case.objects.filter(case_class=lamps).update(lead_unit=home.utility)
    services.learn_from_cases(purpose="unit", now=NOW)
    case = make_case(city, "file")
    Case.objects.filter(pk=case.pk).update(description="路灯不亮了", case_class=lamps)
    case.refresh_from_db()
    assert queries.unit_suggestions(case)[0].unit_id == home.utility.pk
    home.utility.is_active = False
    home.utility.save()
    assert home.utility.pk not in [one.unit_id for one in queries.unit_suggestions(case)]


def test_an_office_brings_labelled_texts(city: City, tmp_path: Path, capsys: Any) -> None:
    sheet = tmp_path / "texts.csv"
    rows = [f"{one.text},{one.label}" for one in lore()]
    sheet.write_text("\n".join(["内容,类别", *rows]), encoding="utf-8")
    call_command("learn", str(sheet), "--text", "内容", "--class", "类别")
    assert "macro-F1" in capsys.readouterr().out
    assert ModelVersion.objects.get().source == "texts"
    with pytest.raises(CommandError, match="no column “text”"):
        call_command("learn", str(sheet))
    sheet.write_text("text,class\n路灯不亮,X9999", encoding="utf-8")
    with pytest.raises(CommandError, match="Line 2: there is no class X9999"):
        call_command("learn", str(sheet))
