"""Real clients from PyPI against the running program: they are as they were published.

`georeport` (2025) reads; `three` (2013) reads and reports. `three` is of the time of Python 2 and
has no wheel: it is built from its source (requirements-source.lock).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from linli.cases.models import Case
from tests.cases.city import City
from tests.files.makers import photo
from tests.open311.conftest import app_key, ask, moved, open_city, serve

# Both run in a process of their own: within this one they would wait for an answer that this
# process has to give, and what they import would be measured by our warnings.
GEOREPORT = """
import json, sys
from georeport import GeoReport
address, form, jurisdiction, number = sys.argv[1:]
city = GeoReport(address, jurisdiction=jurisdiction or None, output_format=form)
json.dump({
    "services": city.get_service_list(),
    "definition": city.get_service_definition("E0102"),
    "requests": city.get_service_requests(status="open", start_date=None),
    "named": city.get_service_requests(service_request_id=number),
    "one": city.get_service_request(number),
}, sys.stdout)
"""
THREE = """
import itertools, json, sys
itertools.ifilter = filter  # the name it had when the client was written
sys.modules["simplejson"] = json  # what became of it
from three import Three
address, key, jurisdiction, picture, report = sys.argv[1:]
city = Three(address, api_key=key, jurisdiction=jurisdiction or None)
found = {"discovery": city.discovery(), "services": city.services(), "definition": None}
found["definition"] = city.services("E0102")
made = city.post(media=open(picture, "rb"), **json.loads(report))
found |= {"made": made, "status": city.post_response.status_code}
if made and made[0].get("service_request_id"):
    found["one"] = city.request(made[0]["service_request_id"])
if made and made[0].get("token"):
    found["token"] = city.token(made[0]["token"])
found["requests"] = city.requests(count=1, status="open")
found["between"] = city.requests(between=["01-01-2026", "02-01-2026"])
found["wrong"] = city.post("E9999", address="x")
json.dump(found, sys.stdout)
"""


@pytest.fixture
def city(transactional_db: None) -> City:
    return open_city()


def run(program: str, *given: str) -> Any:
    """What the program prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program, *given],
        env=os.environ | {"NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_everything(city: City, live_server: LiveServer, form: str) -> None:
    ask()
    number = filed_by_hand(city)
    found = run(GEOREPORT, f"{live_server.url}/open311/v2", form, "", number)
    services = found["services"]
    assert [row["service_code"] for row in services] == ["E0102", "E0401"]
    assert found["definition"]["service_code"] == "E0102"
    rows = [found["requests"], found["named"], found["one"]]
    for row in rows:
        one = row[0] if isinstance(row, list) else row  # its XML unwraps a list of one
        assert (one["service_request_id"], one["status"]) == (number, "open")


def test_georeport_names_its_jurisdiction(city: City, live_server: LiveServer) -> None:
    ask()
    number = filed_by_hand(city)
    serve(city, 0, 1)
    with pytest.raises(AssertionError, match="400"):
        run(GEOREPORT, f"{live_server.url}/open311/v2", "json", "", number)
    with pytest.raises(AssertionError, match="404"):
        run(GEOREPORT, f"{live_server.url}/open311/v2", "json", "nowhere", number)


@pytest.mark.parametrize("answering", ["realtime", "batch"])
def test_three_reports_with_a_picture_and_finds_it_again(
    city: City, live_server: LiveServer, tmp_path: Path, answering: str
) -> None:
    ask()
    serve(city, 0, 1, answering=answering)
    before = filed_by_hand(city)
    place = city.districts[0].place()
    picture = tmp_path / "p.jpg"
    picture.write_bytes(photo())
    report = {"service_code": "E0102", "lat": place.lat, "long": place.lon, "name": "Wei Li",
              "phone": "13800001111", "description": "垃圾成堆",
              "attribute[HOWMANY]": 3}  # fmt: skip
    found = run(
        THREE, f"{live_server.url}/open311/v2", app_key(city), "d0", str(picture),
        json.dumps(report),
    )  # fmt: skip
    case = Case.objects.get(description__startswith="垃圾成堆")
    assert (case.file_count, case.district) == (1, city.districts[0].region)
    (made,) = found["made"]
    if answering == "realtime":
        assert made["service_request_id"] == case.number
        assert found["one"][0]["status"] == "open"
    else:
        assert found["token"][0]["service_request_id"] is None
    assert found["discovery"]["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert found["services"][0]["metadata"] is True
    assert found["definition"]["attributes"][0]["code"] == "HOWMANY"
    assert [row["service_request_id"] for row in found["requests"]] == [before]
    assert found["between"] == []
    assert found["wrong"][0]["code"] == 404


def filed_by_hand(city: City) -> str:
    from django.utils import timezone

    from linli.cases import services as cases

    made = cases.report(
        description="别人说的", place=city.districts[0].place(), channel="portal",
        case_class="E0102", now=timezone.now(),
    )  # fmt: skip
    return moved(city, made.case.number, "file").number
