"""Cases that may be the same problem: found, ranked and explained, never beyond what one sees."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image, ImageDraw, ImageEnhance

from linli.cases import queries, services
from linli.cases.queries.similar import cases_with_pictures, joined
from linli.cases.rules.inputs import Place
from linli.cases.rules.likeness import SAME_PICTURE_BITS, differing
from linli.files import queries as uploads
from linli.files import services as files
from linli.files.models import Upload
from linli.files.rules.fingerprints import fingerprint_of
from linli.kernel.errors import Refused
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.desk.lives import make_report

pytestmark = pytest.mark.django_db
HOLE = "幸福路口人行道上的井盖缺失"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    settings.MEDIA_ROOT = tmp_path
    return make_city()


def scene(seed: int) -> Image.Image:
    """A picture of its own for each seed."""
    picture = Image.new("RGB", (320, 240), (200, 210, 220))
    draw = ImageDraw.Draw(picture)
    for n in range(7):
        x, y = (seed * 53 + n * 71) % 280, (seed * 37 + n * 47) % 200
        shade = (seed * 29 + n * 83) % 230
        box = (x, y, x + 40 + n * 9, y + 30 + n * 7)
        draw.rectangle(box, fill=(shade, 255 - shade, shade // 2))
    return picture


def upload(user: User, picture: Image.Image, quality: int = 85) -> str:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    kept = files.store(
        content=ContentFile(content.getvalue()), name="p.jpg", owner=user, holder=None, now=NOW
    )
    return str(kept.pk)


def moved(city: City, metres: float) -> Place:
    place = city.districts[0].place()
    return Place(place.lon, place.lat + metres / 111_000)


def asked(city: City, **facts: Any) -> queries.Asked:
    place = city.districts[0].place()
    return queries.Asked(**{"at": NOW, "lon": place.lon, "lat": place.lat, **facts})


def chief(city: City) -> User:
    return city.districts[0].user("street_chief")


def test_the_same_words_near_by_come_before_a_nearer_stranger(city: City) -> None:
    same = make_report(city, description=HOLE, place=moved(city, 20)).case
    make_report(city, description="广场舞音乐声音太大扰民", place=moved(city, 1))
    found = queries.similar_cases(chief(city), asked(city, words="路口井盖缺失有人差点掉下去"))
    assert found[0].case.pk == same.pk
    assert "20 m away" in found[0].reasons
    assert any("井盖缺失" in reason for reason in found[0].reasons)
    chances = [one.likeness.chance for one in found]
    assert chances == sorted(chances, reverse=True)


def test_it_asks_as_often_for_many_candidates_as_for_one(city: City) -> None:
    counts = []
    queries.similar_cases(chief(city), asked(city))  # what the process keeps is read
    for _round in range(2):
        case = make_report(city, case_class="E0102").case
        make_report(city, case_class="E0102")
        with CaptureQueriesContext(connection) as seen:
            found = queries.similar_cases(chief(city), asked(city, class_id=case.case_class_id))
        counts.append((len(found), len(seen)))
    assert [many for many, _asked in counts] == [2, 4]
    assert counts[0][1] == counts[1][1]


def test_another_class_and_old_cases_are_less_likely_or_out(city: City) -> None:
    make_report(city, case_class="E0102", now=NOW - timedelta(hours=30))
    assert queries.similar_cases(chief(city), asked(city)) == []  # older than the city looks back
    case = make_report(city, case_class="E0102").case
    kind = case.case_class_id
    assert kind is not None
    (same,) = queries.similar_cases(chief(city), asked(city, class_id=kind))
    (plain,) = queries.similar_cases(chief(city), asked(city))
    assert same.likeness.chance > plain.likeness.chance
    assert "same class" in same.reasons


def test_the_same_photo_is_found_far_away_and_days_later_after_another_compression(
    city: City,
) -> None:
    operator = city.districts[0].user("worker")
    first = make_report(
        city, actor=operator, channel="worker", contact=None,
        place=moved(city, 5), uploads=[upload(operator, scene(3))], now=NOW - timedelta(days=6),
    ).case  # fmt: skip
    make_report(
        city, actor=operator, channel="worker", contact=None,
        uploads=[upload(operator, scene(8))], now=NOW - timedelta(days=6),
    )  # fmt: skip
    paler = ImageEnhance.Brightness(scene(3).resize((200, 150))).enhance(1.1)
    again = upload(operator, paler, quality=40)
    prints = uploads.fingerprints_of([again], owner=operator, holder=None)
    assert uploads.fingerprints_of([again], owner=chief(city), holder=None) == ()
    far = queries.Asked(at=NOW, lon=1.0, lat=1.0, pictures=prints)
    (found,) = queries.similar_cases(chief(city), far)
    assert found.case.pk == first.pk
    assert found.reasons[0] == "same photo"
    stranger = city.districts[1].user("street_chief")
    assert queries.similar_cases(stranger, far) == []
    assert cases_with_pictures(prints) == [first.pk]


def test_the_index_of_fingerprints_serves_the_question(city: City) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    with CaptureQueriesContext(connection) as seen:
        cases_with_pictures([12345])
    with connection.cursor() as cursor:
        asked = seen.captured_queries[0]["sql"].replace("$1", "'{12345}'").replace("$2", "'{57}'")
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "case_picture" in plan


def test_a_wall_has_no_fingerprint_and_a_photo_has_one_in_every_size() -> None:
    assert fingerprint_of(Image.new("RGB", (300, 200), (90, 120, 80))) is None
    one, other = fingerprint_of(scene(4)), fingerprint_of(scene(4).resize((90, 68)))
    stranger = fingerprint_of(scene(5))
    assert one is not None
    assert other is not None
    assert stranger is not None
    assert differing(one, other) <= SAME_PICTURE_BITS < differing(one, stranger)


def test_a_fingerprint_waits_with_the_upload(city: City) -> None:
    kept = upload(chief(city), scene(1))
    assert Upload.objects.get(pk=kept).fingerprint == pytest.approx(fingerprint_of(scene(1)), rel=1)


def test_without_a_place_the_address_finds_it(city: City) -> None:
    case = make_report(city, address="幸福路12号", description=HOLE).case
    blind = queries.Asked(at=NOW, address="幸福路12号", words="井盖缺失")
    assert [one.case.pk for one in queries.similar_cases(chief(city), blind)] == [case.pk]
    assert queries.similar_cases(chief(city), queries.Asked(at=NOW, words=HOLE)) == []


def test_nobody_is_shown_what_is_not_theirs(city: City) -> None:
    make_report(city, description=HOLE)
    stranger = city.districts[1].user("street_chief")
    assert queries.similar_cases(stranger, asked(city, words=HOLE)) == []


def test_a_case_is_not_its_own_duplicate(city: City) -> None:
    case = make_report(city, description=HOLE).case
    assert queries.similar_to_case(chief(city), case) == []
    other = make_report(city, description=HOLE).case
    assert [one.case.pk for one in queries.similar_to_case(chief(city), case)] == [other.pk]


def test_the_cost_does_not_grow_with_the_candidates(city: City) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.similar_cases(chief(city), asked(city, words=HOLE, pictures=(7,)))
        return len(seen)

    make_report(city, description=HOLE)
    cost()
    once = cost()
    for _i in range(5):
        make_report(city, description=HOLE)
    assert cost() == once


def test_the_public_hears_nothing_of_words_nor_of_true_places(city: City) -> None:
    make_report(city, description=HOLE, place=moved(city, 3))
    place = city.districts[0].place()
    (shown,) = queries.public_similar(lon=place.lon, lat=place.lat, at=NOW)
    assert shown.distance_m is not None
    assert shown.distance_m % 10 == 0
    assert not hasattr(shown, "description")
    assert not AnonymousUser().is_authenticated


def test_pairs_of_letters_are_told_as_words() -> None:
    assert joined(["井盖", "盖缺", "缺失"]) == ["井盖缺失"]
    assert joined([]) == []


def test_every_voice_behind_a_case_is_counted_also_over_several_merges(city: City) -> None:
    operator = city.districts[0].user("street_operator")
    first, second, third = (make_report(city, description=HOLE).case for _n in range(3))
    services.add_report(case_id=third.pk, description=HOLE, now=NOW, channel="portal")

    def merge(one: Any, into: Any) -> None:
        services.merge(case_id=one.pk, actor=operator, now=NOW, into=into.number, opinion="同一处")

    merge(third, second)
    merge(second, first)
    first.refresh_from_db()
    merged = list(queries.merged_into(operator, first))
    assert (first.report_count, queries.voices_of(first, merged)) == (1, 4)
    with pytest.raises(Refused, match="merge into an open one"):
        merge(first, second)
    services.unmerge(case_id=second.pk, actor=operator, now=NOW, opinion="不是同一处")
    assert queries.voices_of(first, list(queries.merged_into(operator, first))) == 1


def test_services_know_a_report_that_joined(city: City) -> None:
    case = make_report(city, description=HOLE).case
    services.add_report(case_id=case.pk, description=HOLE, now=NOW, channel="portal")
    case.refresh_from_db()
    assert case.report_count == 2
