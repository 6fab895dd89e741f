"""Translations: zh_Hans is written by hand, zh_Hant is made from it, both are compiled."""

import json
import re
import subprocess
from pathlib import Path

from _ops.places import PYTHON, ROOT, SOURCE, setup_log
from _ops.say import Trouble, quietly, say, step
from _ops.stamps import digest, is_stamped, write_stamp

OVERRIDES = SOURCE / "linli" / "config" / "zh_hant_overrides.json"
DONE = ROOT / "build" / "messages.done"
CONVERTER = Path(__file__).with_name("to_traditional.py")


def written() -> list[Path]:
    """The catalogues people write: one per package and language, zh_Hant left out."""
    found = (SOURCE / "linli").glob("*/locale/*/LC_MESSAGES/*.po")
    return sorted(path for path in found if "/zh_Hant/" not in str(path))


def _key() -> str:
    sources = written()
    names = "\n".join(str(path.relative_to(ROOT)) for path in sources)
    return digest([*sources, OVERRIDES, CONVERTER], names)


def are_current() -> bool:
    """Whether every catalogue is converted and compiled as it is written now."""
    there = all(path.with_suffix(".mo").exists() for path in written())
    return there and is_stamped(DONE, _key())


def ensure_compiled() -> None:
    """Make zh_Hant from zh_Hans and compile every catalogue."""
    if are_current():
        return
    key, sources = _key(), written()
    with step("Compiling the translations"):
        simplified = [path for path in sources if "/zh_Hans/" in str(path)]
        quietly(
            [PYTHON, CONVERTER, OVERRIDES, *simplified],
            doing="Making the traditional Chinese translation",
            log=setup_log(),
        )
        made = [traditional_twin(path) for path in simplified]
        for path in [*sources, *made]:
            quietly(
                ["msgfmt", "--check-format", "-o", path.with_suffix(".mo"), path],
                doing=f"Compiling {path.relative_to(ROOT)}",
                log=setup_log(),
                remedy="The line numbers above say where the translation is wrong.",
            )
        write_stamp(DONE, key)


def traditional_twin(path: Path) -> Path:
    """Where the zh_Hant catalogue made from this zh_Hans one goes."""
    return Path(str(path).replace("/zh_Hans/", "/zh_Hant/"))


def gaps() -> list[str]:
    """One sentence for each catalogue with untranslated or unsure (fuzzy) texts."""
    found = []
    for path in written():
        said = subprocess.run(
            ["msgfmt", "--statistics", "-o", "/dev/null", path],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"},
        ).stderr
        if re.search(r"fuzzy|untranslated", said) or "translated" not in said:
            found.append(f"{path.relative_to(ROOT)}: {said.strip()}")
    return found


def messages(arguments: list[str]) -> int:
    """`bin/linli messages [--check | --collect]`."""
    if unknown := set(arguments) - {"--check", "--collect"}:
        raise Trouble(
            f"bin/linli messages does not know {' '.join(sorted(unknown))}.",
            "It knows --collect (find new texts in the code) and --check (name the gaps).",
        )
    if "--collect" in arguments:
        for package in sorted({path.parents[3] for path in written()}):
            quietly(
                [
                    *(PYTHON.with_name("django-admin"), "makemessages", "-l", "zh_Hans"),
                    *("--no-location", "--no-wrap"),
                ],
                doing=f"Collecting the texts of {package.name}",
                log=setup_log(),
                folder=package,
            )
    ensure_compiled()
    for gap in (found := gaps()):
        say(gap)
    if not found:
        count = len(written())
        say(f"{count} catalogues, all complete.")
    return 1 if found and "--check" in arguments else 0


def overrides() -> dict[str, str]:
    """Traditional words that the conversion gets wrong, each with the right one."""
    loaded: dict[str, str] = json.loads(OVERRIDES.read_text())
    return loaded
