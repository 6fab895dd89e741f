"""npm packages from the lock and the bundles that Vite builds from web/."""

import re
from collections.abc import Iterator
from pathlib import Path

from _ops.environment import node_environment
from _ops.places import BUILT, ROOT, setup_log
from _ops.say import quietly, step
from _ops.stamps import digest, is_stamped, write_stamp

MODULES = ROOT / "node_modules"
MODULES_DONE = MODULES / ".linli.done"
BUILT_DONE = BUILT.with_name("web.done")
PACKAGES = [ROOT / "package.json", ROOT / "package-lock.json"]
LINES = [ROOT / "vite.config.ts", ROOT / "tsconfig.json"]


def _sources() -> Iterator[Path]:
    """What the bundles are made from: web/, and the pages whose words vite.config.ts reads."""
    yield from (path for path in (ROOT / "web").rglob("*") if path.is_file())
    for folder in re.findall(r'"(src/linli/[\w/]+)"', (ROOT / "vite.config.ts").read_text()):
        for ending in ("html", "py"):
            yield from (ROOT / folder).rglob(f"*.{ending}")


def _build_key() -> str:
    sources = sorted(_sources())
    names = "\n".join(str(path.relative_to(ROOT)) for path in sources)
    return digest([*PACKAGES, *LINES, *sources], names)


def modules_are_current() -> bool:
    """Whether node_modules is what package-lock.json names."""
    return is_stamped(MODULES_DONE, digest(PACKAGES))


def is_built() -> bool:
    """Whether build/web is made from the sources as they are."""
    return (BUILT / ".vite" / "manifest.json").exists() and is_stamped(BUILT_DONE, _build_key())


def ensure_modules() -> None:
    """`npm ci`, without running any package's own scripts."""
    if modules_are_current():
        return
    environment = node_environment()
    with step("Installing the npm packages"):
        quietly(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            doing="npm ci",
            log=setup_log(),
            environment=environment,
            folder=ROOT,
            remedy="Check that the npm registry can be reached.",
        )
        write_stamp(MODULES_DONE, digest(PACKAGES))


def ensure_built() -> None:
    """The islands and the style sheet in build/web, with compressed twins."""
    if is_built():
        return
    ensure_modules()
    key = _build_key()
    with step("Building the islands and the style sheet"):
        quietly(
            ["npm", "run", "--silent", "build"],
            doing="Building the front end",
            log=setup_log(),
            environment=node_environment(),
            folder=ROOT,
        )
        write_stamp(BUILT_DONE, key)
