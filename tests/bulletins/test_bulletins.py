"""From a closed period to a published bulletin, and what the public sees of it."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pikepdf
import pytest
from django.test import Client

from linli.bulletins.models import Bulletin, Made
from linli.bulletins.services import making, templates, writing
from linli.evaluation.models import Freeze
from linli.evaluation.services import freezing
from linli.files import services as files
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, Stale
from linli.staff.models import User
from linli.territory.models import RegionVersion
from tests.bulletins.test_templates import changed
from tests.cases.city import SINCE, City, make_city, square
from tests.conftest import NOW
from tests.evaluation.test_figures import live
from tests.factories import make_post, make_region

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=60)
ALL = ("cases.see", "evaluation.see", "evaluation.freeze", "bulletins.write",
       "bulletins.templates", "bulletins.review", "bulletins.sign")  # fmt: skip


def person(city: City, *grants: str, region: Any = None) -> User:
    post = make_post(*grants, unit=city.centre, region=region or city.region, title="通报员")
    return User.objects.get(pk=post.user_id)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def writer(city: City) -> User:
    return person(city, *ALL)


@pytest.fixture
def leader(city: City) -> User:
    return person(city, "bulletins.review", "bulletins.sign")


@pytest.fixture
def freeze(city: City, writer: User) -> Freeze:
    live(city, "close")
    live(city, "dispatch", start=20, place=1)
    made = freezing.freeze(actor=writer, now=LATER, span="month", day=date(2026, 3, 10))
    freezing.make(freeze_id=made.pk)
    made.refresh_from_db()
    return made


def worded(writer: User, freeze: Freeze, **words: str) -> Bulletin:
    made = writing.begin_monthly(actor=writer, freeze_id=freeze.pk, title="三月通报", now=LATER)
    sections = {
        "opening": "总体平稳。\n稳中向好。",
        "findings": "",
        "demands": "加快处置。",
    } | words
    return writing.edit(
        actor=writer, bulletin_id=made.pk, revision=1, title="三月通报", sections=sections,
        cases=[], now=LATER,
    )  # fmt: skip


def signed(writer: User, leader: User, freeze: Freeze) -> Bulletin:
    found = worded(writer, freeze)
    for actor, deed in ((writer, "submit"), (leader, "review"), (leader, "sign")):
        found = writing.move(actor=actor, bulletin_id=found.pk, deed=deed, now=LATER)
    return found


def published(writer: User, leader: User, freeze: Freeze) -> Bulletin:
    found = signed(writer, leader, freeze)
    making.make(made_id=found.made.get().pk, now=LATER)
    return writing.move(actor=writer, bulletin_id=found.pk, deed="publish", now=LATER)


def test_a_bulletin_takes_the_frozen_figures_and_never_follows_later_ones(
    city: City, writer: User, freeze: Freeze
) -> None:
    live(city, "close", start=40)  # what comes after the period was closed
    found = worded(writer, freeze)
    names = {one["name"]: one["value"] for one in found.content["totals"]}
    assert names["上报数"] == "2"
    assert found.content["totals"][0]["before"] == "—"
    (best, other) = found.content["ranking"]
    assert (best["place"], best["on_time"], best["note"]) == ("1", "100.00 %", "少")
    assert other["unit"] != best["unit"]
    assert "第 1 版" in found.content["basis"]


def test_a_bulletin_goes_through_other_hands_to_its_number_and_files(
    writer: User, leader: User, freeze: Freeze
) -> None:
    found = signed(writer, leader, freeze)
    assert found.label == "〔2026〕1号"
    with pytest.raises(Refused, match="Word"):
        writing.move(actor=writer, bulletin_id=found.pk, deed="publish", now=LATER)
    making.make(made_id=found.made.get().pk, now=LATER)
    made = found.made.get()
    assert (made.state, made.trouble) == ("made", "")
    with zipfile.ZipFile(io.BytesIO(files.content_of(made.word_key))) as word:
        text = word.read("word/document.xml").decode()
        assert sum(one.startswith("word/media/") for one in word.namelist()) == 2
    assert "〔2026〕1号" in text
    assert "稳中向好。" in text
    assert "{{" not in text
    with pikepdf.open(io.BytesIO(files.content_of(made.pdf_key))) as pdf:
        assert len(pdf.pages) >= 2
        assert pdf.docinfo["/Title"] == "三月通报"
    making.make(made_id=made.pk, now=LATER)  # twice is once
    assert found.made.get().word_key == made.word_key
    found = writing.move(actor=writer, bulletin_id=found.pk, deed="publish", now=LATER)
    assert found.state == "published"
    assert [one.deed for one in found.deeds.all()] == [
        "begin", "edit", "submit", "review", "sign", "publish",
    ]  # fmt: skip


def test_nobody_reviews_or_signs_their_own_text(writer: User, freeze: Freeze) -> None:
    found = worded(writer, freeze)
    writing.move(actor=writer, bulletin_id=found.pk, deed="submit", now=LATER)
    with pytest.raises(NotYours):
        writing.move(actor=writer, bulletin_id=found.pk, deed="review", now=LATER)


@pytest.mark.parametrize("deed", ["review", "sign", "publish", "withdraw"])
def test_no_step_is_skipped(writer: User, leader: User, freeze: Freeze, deed: str) -> None:
    found = worded(writer, freeze)
    actor = writer if deed == "publish" else leader
    with pytest.raises(Refused):
        writing.move(actor=actor, bulletin_id=found.pk, deed=deed, words="因", now=LATER)


def test_numbers_of_persons_and_empty_sections_do_not_go_for_review(
    writer: User, freeze: Freeze
) -> None:
    found = worded(writer, freeze, findings="来电 13812345678 多次反映")
    with pytest.raises(Refused) as refusal:
        writing.move(actor=writer, bulletin_id=found.pk, deed="submit", now=LATER)
    assert refusal.value.code == "personal"
    assert "13812345678" not in str(refusal.value)
    found = worded(writer, freeze, demands="")
    with pytest.raises(Refused) as refusal:
        writing.move(actor=writer, bulletin_id=found.pk, deed="submit", now=LATER)
    assert refusal.value.code == "empty"


def test_who_edits_an_old_text_or_a_sent_one_is_told(writer: User, freeze: Freeze) -> None:
    found = worded(writer, freeze)
    given: dict[str, Any] = {
        "actor": writer, "bulletin_id": found.pk, "title": "x", "sections": {}, "cases": [],
        "now": LATER,
    }  # fmt: skip
    with pytest.raises(Stale):
        writing.edit(**given, revision=1)
    with pytest.raises(BadInput, match="20990101"):
        writing.edit(**{**given, "cases": ["20990101-1"]}, revision=2)
    writing.move(actor=writer, bulletin_id=found.pk, deed="submit", now=LATER)
    with pytest.raises(Refused):
        writing.edit(**given, revision=2)


def test_a_part_of_the_city_makes_no_bulletin_of_the_city(city: City, freeze: Freeze) -> None:
    some = person(city, *ALL, region=city.districts[0].region)
    with pytest.raises(NotYours):
        writing.begin_monthly(actor=some, freeze_id=freeze.pk, title="x", now=LATER)


def test_a_special_report_tells_of_cases_without_persons_or_addresses(
    city: City, writer: User
) -> None:
    case = live(city, "close", description="居民王某某反映垃圾")
    beside = make_region("street", parent=city.districts[0].region)
    RegionVersion.objects.create(region=beside, outline=square(120.9, 31.0), during=(SINCE, None))
    made = writing.begin_special(
        actor=writer, subject="垃圾", title="专报", cases=[case.number, case.number], now=LATER
    )
    (line,) = made.content["cases"]
    assert line["number"] == case.number
    assert set(line) == {
        "place", "number", "case_class", "where", "unit", "reported_on", "closed_on", "stage",
    }  # fmt: skip
    assert "王" not in str(made.content)
    assert made.content["classes"][0]["count"] == "1"
    assert [count for _lon, _lat, count in made.content["map"]["points"]] == [1]
    shown = {kind: {a["name"] for a in made.content["map"][kind]} for kind in ("areas", "around")}
    assert shown == {"areas": {city.districts[0].street.name}, "around": {beside.name}}
    asked = making.make_files(actor=writer, bulletin_id=made.pk, now=LATER)
    making.make(made_id=asked.pk, now=LATER)
    asked.refresh_from_db()
    assert (asked.state, asked.trouble) == ("made", "")
    with zipfile.ZipFile(io.BytesIO(files.content_of(asked.word_key))) as word:
        pictures = [name for name in word.namelist() if name.startswith("word/media/")]
    assert len(pictures) == 3  # by class, by place, and the map


def test_the_public_sees_the_ranking_of_published_bulletins_only(
    client: Client, writer: User, leader: User, freeze: Freeze
) -> None:
    found = published(writer, leader, freeze)
    assert 'href="/ranking/"' in client.get("/").content.decode()
    page = client.get("/ranking/").content.decode()
    assert found.content["ranking"][0]["unit"] in page
    assert found.content["formulas"].partition(" = ")[0] in page
    assert writer.name not in page or not writer.name
    assert client.get(f"/ranking/{found.pk}/").status_code == 200
    assert client.get(f"/bulletins/{found.pk}/").status_code == 302
    writing.move(actor=leader, bulletin_id=found.pk, deed="withdraw", words="更正", now=LATER)
    assert client.get(f"/ranking/{found.pk}/").status_code == 404
    assert found.content["ranking"][0]["unit"] not in client.get("/ranking/").content.decode()


def test_a_reader_sees_what_is_published_and_takes_its_files(
    client: Client, city: City, writer: User, leader: User, freeze: Freeze
) -> None:
    draft = worded(writer, freeze)
    found = published(writer, leader, freeze)
    client.force_login(person(city, "bulletins.see"))
    assert client.get(f"/bulletins/{draft.pk}/").status_code == 404
    assert client.get(f"/bulletins/{found.pk}/").status_code == 200
    made = Made.objects.get(bulletin=found)
    answer = client.get(f"/bulletins/{found.pk}/files/{made.pk}.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert "attachment" in answer["Content-Disposition"]


def test_the_pages_of_a_writer(client: Client, writer: User, freeze: Freeze) -> None:
    client.force_login(writer)
    answer = client.post("/bulletins/monthly/", {"freeze_id": freeze.pk, "title": "三月"})
    assert answer.status_code == 302
    pk = Bulletin.objects.get().pk
    text = {"revision": 1, "title": "三月", "opening": "幸福路12号", "demands": "乙", "cases": ""}
    assert client.post(f"/bulletins/{pk}/text/", text).status_code == 302
    page = client.get(f"/bulletins/{pk}/")
    assert "12号" in page.content.decode()
    assert page.context["findings"][0].kind == "home"
    assert client.post(f"/bulletins/{pk}/", {"deed": "sign"}).status_code == 403  # one's own
    assert client.post(f"/bulletins/{pk}/", {"deed": "no"}).status_code == 422
    assert client.post(f"/bulletins/{pk}/text/", text).status_code == 422  # an old revision
    assert client.get("/bulletins/templates/first/monthly.docx").content.startswith(b"PK")
    assert client.get("/bulletins/templates/first/other.docx").status_code == 404


def test_an_offices_template_is_used_from_its_version_on_and_can_be_retired(
    client: Client, writer: User, freeze: Freeze
) -> None:
    client.force_login(writer)
    file = io.BytesIO(changed(("<w:body>", "<w:body><w:p><w:r><w:t>内部资料</w:t></w:r></w:p>")))
    file.name = "通报.docx"
    given = {"kind": "monthly", "name": "通报", "note": "", "file": file}
    assert client.post("/bulletins/templates/", given).status_code == 302
    found = worded(writer, freeze)
    asked = making.make_files(actor=writer, bulletin_id=found.pk, now=LATER)
    making.make(made_id=asked.pk, now=LATER)
    asked.refresh_from_db()
    assert asked.template is not None
    with zipfile.ZipFile(io.BytesIO(files.content_of(asked.word_key))) as word:
        assert "内部资料" in word.read("word/document.xml").decode()
    templates.retire_template(actor=writer, template_id=asked.template_id, now=LATER)
    assert client.get("/bulletins/templates/").context["in_use"] == [None, None]
    bad = io.BytesIO(changed(("{{标题}}", "{{题目}}")))
    bad.name = "x.docx"
    answer = client.post("/bulletins/templates/", given | {"file": bad})
    assert answer.status_code == 422
    assert "题目" in answer.content.decode()


def test_a_bulletin_of_others_is_as_one_that_is_not_there(city: City) -> None:
    with pytest.raises(NotFound):
        writing.move(actor=person(city, "bulletins.write"), bulletin_id=99, deed="submit", now=NOW)
