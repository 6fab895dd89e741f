"""What a phone fetches on the first visit of a resident (design §6)."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cases.city import City

MOST = 250 * 1000
#: Islands that are loaded when somebody asks for them, not with the page.
ASKED_FOR = {"map"}


def files_of(text: str) -> set[str]:
    """The built files that a page loads by itself: what it names, its islands, their imports."""
    root = Path(settings.BUILT_DIR)
    manifest: dict[str, Any] = json.loads((root / ".vite" / "manifest.json").read_text())
    found = set(re.findall(r"/static/(assets/[\w.-]+)", text))
    islands = {n for names in re.findall(r'data-island="([^"]+)"', text) for n in names.split()}
    todo = [f"islands/{name}.ts" for name in islands - ASKED_FOR]
    todo += [key for key, entry in manifest.items() if entry["file"] in found]
    seen: set[str] = set()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        entry = manifest[key]
        found |= {entry["file"], *entry.get("css", [])}
        todo += entry.get("imports", [])
    return found


@pytest.mark.parametrize("path", ["/", "/report/", "/follow/", "/nearby/", "/grids/", "/help/"])
def test_a_first_visit_is_light(city: City, web: Client, path: str) -> None:
    if not (Path(settings.BUILT_DIR) / ".vite" / "manifest.json").exists():
        pytest.skip("The pages have not been built; run “npm run build”.")
    content = web.get(path).content
    names = files_of(content.decode())
    assert any(name.endswith(".css") for name in names)
    assert any(name.endswith(".js") for name in names)
    sizes = {n: len(gzip.compress((Path(settings.BUILT_DIR) / n).read_bytes())) for n in names}
    total = sum(sizes.values()) + len(gzip.compress(content))
    assert total <= MOST, sizes


def test_the_map_waits_until_it_is_asked_for(city: City, web: Client) -> None:
    text = web.get("/report/").content.decode()
    before_map = text[: text.index('data-island="map"')]
    assert before_map.rindex("<details") > before_map.rfind("</details>")
    assert '<details class="map-more">' in text
