"""Where the built front end lies: hashed file names from Vite's manifest, and the icons."""

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

ICON_LIST = Path(settings.BASE_DIR) / "web" / "icons.txt"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The URLs of one entry: its module, the modules it needs at once, its style sheets."""

    script: str
    preloads: tuple[str, ...]
    styles: tuple[str, ...]


def bundle(entry: str) -> Bundle:
    """The bundle of `web/<entry>.ts`. Raises ImproperlyConfigured if it was not built."""
    return _bundle(entry, *_manifest_version())


def asset_url(source: str) -> str:
    """The URL of a built file; `source` is its path below web/. Raises ImproperlyConfigured."""
    return _asset_url(source, *_manifest_version())


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str] | None:
    """The icons there are, or None where the source of the front end is not installed."""
    if not ICON_LIST.exists():
        return None
    lines = ICON_LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if (name := line.partition("#")[0].strip()))


def _manifest_version() -> tuple[Path, int]:
    path = _manifest_path(settings.BUILT_DIR)
    try:
        return path, os.stat(path).st_mtime_ns
    except FileNotFoundError:
        message = f"The front end is not built: {path} is missing. Run “npm ci && npm run build”."
        raise ImproperlyConfigured(message) from None


@lru_cache(maxsize=8)
def _manifest_path(built: str | Path) -> Path:
    return Path(built) / ".vite" / "manifest.json"


@lru_cache(maxsize=2)
def _manifest(path: Path, _mtime_ns: int) -> dict[str, dict[str, object]]:
    manifest: dict[str, dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


@lru_cache(maxsize=16)
def _bundle(entry: str, path: Path, mtime_ns: int) -> Bundle:
    manifest = _manifest(path, mtime_ns)
    key = f"{entry}.ts"
    if key not in manifest:
        raise ImproperlyConfigured(f"No entry {key} in {path}. Run “npm run build”.")
    styles: dict[str, None] = {}
    modules: dict[str, None] = {}

    def walk(name: str) -> None:
        chunk = manifest[name]
        for needed in chunk.get("imports", ()):  # type: ignore[attr-defined]  # JSON list
            if needed not in modules:
                modules[needed] = None
                walk(needed)
        styles.update(dict.fromkeys(chunk.get("css", ())))  # type: ignore[call-overload]  # JSON list

    walk(key)
    return Bundle(
        script=static(str(manifest[key]["file"])),
        preloads=tuple(static(str(manifest[name]["file"])) for name in modules),
        styles=tuple(static(name) for name in styles),
    )


@lru_cache(maxsize=32)
def _asset_url(source: str, path: Path, mtime_ns: int) -> str:
    manifest = _manifest(path, mtime_ns)
    if source not in manifest:
        raise ImproperlyConfigured(f"No file {source} in {path}. Run “npm run build”.")
    return static(str(manifest[source]["file"]))
