"""The pages of sensors: devices, their readings, rules with a try-out, lists read in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from linli.cases.models import Case
from linli.kernel.errors import BadInput
from linli.sensors import policy
from linli.sensors.models import Alarm, Device, DeviceImport, DeviceKind, Sender, SensorRule
from linli.sensors.queries import devices as queries
from linli.sensors.queries.trial import try_rule
from linli.sensors.rules import chart
from linli.sensors.services import managing
from linli.sensors.services.importing import import_devices
from linli.staff import middleware
from linli.staff.models import User
from tests.cases.city import City
from tests.conftest import NOW
from tests.factories import make_post
from tests.sensors.conftest import at, make_device, make_rule, send, told

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def manager(city: City, monkeypatch: pytest.MonkeyPatch) -> User:
    """Who sets devices up; the second factor is tried elsewhere."""
    monkeypatch.setattr(middleware, "_has_second_factor", lambda *_given: True)
    return make_post(policy.GRANT_MANAGE, unit=city.centre, region=city.region).user


@pytest.fixture
def watcher(city: City) -> User:
    """Who sees devices, and the cases of the first district."""
    home = city.districts[0]
    return make_post("cases.see", policy.GRANT_SEE, unit=home.centre, region=home.region).user


def test_the_list_and_the_page_of_a_device_show_its_case_to_whoever_may_see_it(
    city: City, watcher: User, device: Device, rule: SensorRule, django_assert_max_num_queries: Any
) -> None:
    send((0, 100), (1, 180), now=at(1))
    told(at(1))
    number = Case.objects.get().number
    listed = browser(watcher).get("/sensors/?state=alarm").content.decode()
    assert "180 mm" in listed
    assert device.name in listed
    page = browser(watcher)
    page.get("/sensors/")
    with django_assert_max_num_queries(20):
        text = page.get(f"/sensors/devices/{device.pk}/").content.decode()
    assert number in text
    there = city.districts[1]
    other = make_post("cases.see", policy.GRANT_SEE, unit=there.centre, region=there.region).user
    text = browser(other).get(f"/sensors/devices/{device.pk}/").content.decode()
    assert number not in text
    assert "Not yours to see" in text


def test_the_filters_count_what_they_list(city: City, kind: DeviceKind) -> None:
    now = timezone.now()
    make_device(city, kind, "A", active_since=now)
    make_device(city, kind, "B", active_since=now - timedelta(minutes=3))
    make_device(city, kind, "C", active=False)
    counts = queries.counts(now=now)
    silent = queries.device_page(state="silent", cursor=None, now=now).rows
    assert [one.code for one in silent] == ["B"]
    assert [queries.is_silent(one, now=now) for one in Device.objects.order_by("code")] == [
        False, True, False,
    ]  # fmt: skip
    assert (counts.active, counts.alarmed, counts.silent) == (2, 0, 1)


def test_a_rule_is_tried_on_what_is_on_record_and_opens_nothing(
    city: City, kind: DeviceKind, device: Device, watcher: User
) -> None:
    rule = make_rule(kind, state="draft", trip_count=2)
    quiet = make_device(city, kind, "Q")
    send((0, 10), code=quiet.code)
    send((0, 180), (1, 190), (2, 90), (3, 160), (4, 10), (5, 200), (6, 300))
    found = try_rule(rule, days=1, now=at(7))
    assert [(one.device, one.ended is None, one.worst) for one in found.shown] == [
        (device, True, 300.0), (device, False, 190.0),
    ]  # fmt: skip
    assert (found.cases, found.devices, found.judged, found.passing) == (2, 2, 1, 1)
    silent = make_rule(kind, sense="silent", threshold=2, state="draft")
    send((20, 10), now=at(20))
    (gap,) = try_rule(silent, days=1, now=at(21)).shown
    assert (gap.began, gap.ended) == (at(8), at(20))
    assert browser(watcher).get(f"/sensors/rules/{rule.pk}/").status_code == 200
    assert not Alarm.objects.exists()


def test_a_rule_goes_live_and_ends(manager: User, kind: DeviceKind, device: Device) -> None:
    rule = managing.save_rule(
        actor=manager, row=None, now=NOW, name="积水", kind=kind, device=None, sense="above",
        threshold=100, hysteresis=0, trip_count=1, trip_s=0, clear_count=1, clear_s=0,
        hours_from=None, hours_until=None, days=[], class_code="", again_h=0,
    )  # fmt: skip
    send((0, 180))
    assert not Alarm.objects.exists(), "a draft opens nothing"
    managing.steer_rule(actor=manager, row=rule, state="live", now=NOW)
    send((1, 180))
    assert Alarm.objects.filter(over_at=None).count() == 1
    managing.steer_rule(actor=manager, row=rule, state="ended", now=at(2))
    assert Alarm.objects.get().over_at == at(2)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": None}, "kind"), ({"sense": "silent", "threshold": 1}, "threshold"),
        ({"hours_from": NOW.time()}, "hours_until"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_by_the_field(
    manager: User, kind: DeviceKind, changed: dict[str, Any], said: str
) -> None:
    given = {
        "name": "x", "kind": kind, "device": None, "sense": "above", "threshold": 1,
        "hysteresis": 0, "hours_from": None, "hours_until": None, "days": [],
    }  # fmt: skip
    with pytest.raises(BadInput) as refusal:
        managing.save_rule(actor=manager, row=None, now=NOW, **given | changed)
    assert refusal.value.field == said


def test_a_list_is_read_in_and_what_cannot_be_taken_comes_back(
    manager: User, kind: DeviceKind, sender: Sender, device: Device
) -> None:
    text = (
        "编号,名称,类型,经度,纬度,发送方,上报间隔\n"
        "W-001,新名,积水水位计,121.0025,31.005,gw-1,30\n"
        "W-002,二号,Water gauge,121.0025,31.005,,\n"
        "W-002,重复,积水水位计,121.0025,31.005,,\n"
        "W-003,三号,没有,121.0025,31.005,,\n"
        "W-004,四号,积水水位计,10,31,,\n"
        "W-005,五号,积水水位计,,31,,\n"
        "W 6,=SUM(A1),积水水位计,121.0025,31.005,,\n"
    )
    made = import_devices(
        actor=manager, content=text.encode("gb18030"), file_name="清单.csv", now=NOW
    )
    assert (made.added, made.changed, made.refused) == (1, 1, 5)
    device.refresh_from_db()
    assert (device.name, device.interval_s, device.sender) == ("新名", 30, sender)
    lines = made.faults.splitlines()
    for line, said in zip(
        lines[1:], ["第 3 行", "没有设备类型", "服务范围", "lon", "编号：只能"], strict=True
    ):
        assert said in line
    assert "'=SUM(A1)" in lines[5], "no spreadsheet counts it"
    assert send((0, 9), code="W-002").new == 1, "an imported device is heard"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"code,name\n", "kind"), (b"code,name,kind\n", "表头"), (b"\xff\xff\xff", "GB 18030")],
)
def test_what_is_no_list_is_refused(manager: User, content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        import_devices(actor=manager, content=content, file_name="x.csv", now=NOW)
    assert not DeviceImport.objects.exists()


def test_the_setup_pages_take_and_refuse(manager: User, city: City, device: Device) -> None:
    client = browser(manager)
    assert client.get("/sensors/setup/").status_code == 200
    wrong = client.post("/sensors/kinds/add", {"name": "x", "interval_s": 0, "class_code": "?"})
    assert wrong.status_code == 422
    kind = {"name": "噪声计", "unit_of_measure": "dB", "interval_s": 60, "class_code": "E0102"}
    assert client.post("/sensors/kinds/add", kind).status_code == 302
    made = DeviceKind.objects.get(name="噪声计")
    base = {"code": "N-1", "name": "噪声一", "kind": made.pk, "active": "on"}
    assert client.post("/sensors/devices/add", base).status_code == 422, "it stands nowhere"
    assert client.post("/sensors/devices/add", base | {"lon": 10, "lat": 31}).status_code == 422
    stands = base | {"lon": 121.0025, "lat": 31.005}
    assert client.post("/sensors/devices/add", stands).status_code == 302
    assert client.post("/sensors/devices/add", stands).status_code == 422, "the code is taken"
    file = SimpleUploadedFile("x.csv", b"code,name,kind\n")
    assert client.post("/sensors/devices/import", {"file": file}).status_code == 422
    old = device.sender.secret if device.sender else ""
    shown = client.post(f"/sensors/senders/{device.sender_id}/secret").content.decode()
    fresh = Sender.objects.get(pk=device.sender_id).secret
    assert fresh != old
    assert f"gw-1:{fresh}" in shown
    assert fresh not in client.get("/sensors/setup/").content.decode()


# -- the drawing ----------------------------------------------------------------------------------
def test_the_line_is_broken_where_nothing_came() -> None:
    buckets = [chart.Bucket(at(n), 1, 3, 2) for n in (0, 1, 2, 30, 31)]
    drawn = chart.drawn(
        buckets,
        since=at(0),
        until=at(60),
        gap=timedelta(minutes=5),
        lines=[(4, "积水"), (99, "远")],
    )
    assert [len(line.split()) for line in drawn.lines] == [3, 2]
    assert [mark.text for mark in drawn.marks] == ["积水"], "a far threshold would flatten the line"
    assert len(drawn.up) >= 3


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-5, 5), (1e-9, 2e-9), (0, 1e12)])
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    found = chart.ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - 1e-12 <= tick <= high + 1e-12 for tick in found)
