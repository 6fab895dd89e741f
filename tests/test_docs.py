"""The docs are under test: what exists is described, what is described exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from linli.cases import rules
from linli.cases.rules.diagram import page

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


REGISTRIES = (("pypi", "org"), ("npmjs", "(org|com)"), ("deb[.]debian", "org"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_link_is_dead(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_package_is_in_the_architecture() -> None:
    text = read("docs/architecture.md")
    packages = {
        app.name.split(".")[1] for app in apps.get_app_configs() if app.name.startswith("linli.")
    }
    missing = sorted(name for name in packages if f"`{name}`" not in text)
    assert not missing, f"add a row to docs/architecture.md for {missing}"


def test_the_life_of_a_case_is_drawn_from_the_table_of_moves() -> None:
    text = read("docs/life-of-a-case.md")
    assert page(text) == text, "run bin/linli manage draw_life"


def test_every_move_and_stage_is_in_the_life_of_a_case() -> None:
    text = read("docs/life-of-a-case.md")
    for name in [*rules.MOVES, *rules.Stage.values]:
        assert f"`{name}`" in text


def test_every_grant_has_a_chinese_name() -> None:
    from django.utils.translation import override

    from linli.staff.rules import GRANTS

    with override("zh-hans"):
        english = sorted(code for code, grant in GRANTS.items() if str(grant.label).isascii())
    assert not english, f"translate the labels of {english}"


def test_every_job_is_in_the_operators_guide() -> None:
    from linli.kernel.jobs import app

    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate's
    text = read("docs/howto/operate.md")
    ours = {name for name in app.tasks if not name.startswith(("procrastinate", "builtin"))}
    missing = sorted(name for name in ours if f"`{name}`" not in text)
    assert not missing, f"add to the table of jobs in docs/howto/operate.md: {missing}"


def test_every_setting_from_the_environment_is_in_the_operators_guide() -> None:
    sources = [ROOT / "src/linli/config/settings.py", *(ROOT / "bin/_ops").glob("*.py")]
    names = {n for p in sources for n in re.findall(r"\"(LINLI_[A-Z0-9_]+)\"", p.read_text())}
    text = read("docs/howto/operate.md")
    missing = sorted(name for name in names if name not in text)
    assert not missing, f"describe in docs/howto/operate.md: {missing}"


def test_the_demo_accounts_are_in_the_readme() -> None:
    from linli.demo.services.people import PASSWORD, ROLES

    for name in ("README.md", "README.zh-CN.md"):
        text = read(name)
        assert PASSWORD in text
        missing = sorted(r.username for r in ROLES if f"`{r.username}`" not in text)
        assert not missing, f"{name} misses {missing}"


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine and no host of a registry in any text or lock file."""
    hosts = "|".join(f"{name}[.]{end}" for name, end in REGISTRIES)
    words = re.compile(rf"/work/|/root/|/tmp/team|index-url|find-links|\"resolved\"|{hosts}")
    for path in [*DOCS, *ROOT.glob("*.lock"), ROOT / "package-lock.json", ROOT / "pyproject.toml"]:
        found = words.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found and found.group(0)}"
