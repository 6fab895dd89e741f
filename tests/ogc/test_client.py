"""A real client: GDAL's driver for OGC API Features reads the live server.

It reads in a process of its own: within this one it would hold the interpreter's lock while it
waits for an answer that this process has to give.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.cases.city import City, make_city
from tests.maps.conftest import strewn
from tests.ogc.conftest import seen_by, token_of

__all__ = ["strewn"]
READ = """
import json, sys
import pyogrio
source, layer, box = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
meta, fids, shapes, values = pyogrio.raw.read(source, layer=layer, bbox=box and tuple(box))
fields = {name: [str(one) for one in column] for name, column in zip(meta["fields"], values)}
layers = [name for name, kind in pyogrio.list_layers(source)]
count = pyogrio.read_info(source, layer=layer)["features"]
drawn = sum(shape is not None for shape in shapes)
json.dump({"layers": layers, "fields": fields, "drawn": drawn, "crs": meta["crs"],
           "count": count}, sys.stdout)
"""


@pytest.fixture
def city(transactional_db: None) -> City:
    return make_city()


def read(live_server: LiveServer, layer: str, *, token: str = "", box: Any = None) -> Any:
    """What GDAL finds at the live server: its layers, and one of them read in pages of 7."""
    told = {"OAPIF_PAGE_SIZE": "7", "NO_PROXY": "*"}
    if token:
        told |= {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token}
    done = subprocess.run(
        [sys.executable, "-c", READ, f"OAPIF:{live_server.url}/ogc/", layer, json.dumps(box)],
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gdal_lists_and_reads_the_ground(city: City, live_server: LiveServer) -> None:
    found = read(live_server, "regions")
    assert set(found["layers"]) == {"regions", "grids", "cells"}
    assert (found["count"], found["drawn"]) == (7, 7)
    assert "84" in found["crs"] or "4326" in found["crs"]
    here = city.districts[0].grids[0]
    boxed = read(live_server, "grids", box=(121.001, 31.001, 121.002, 31.002))
    assert boxed["fields"]["code"] == [here.code]


def test_gdal_reads_cases_page_after_page(strewn: City, live_server: LiveServer) -> None:
    token = token_of(strewn.districts[1].posts["street_chief"])
    found = read(live_server, "cases", token=token)
    own = seen_by(strewn.districts[1].user("street_chief"))
    assert set(found["fields"]["number"]) == own
    assert found["count"] == len(own) > 7
    assert 0 < found["drawn"] < len(own)
