"""Makes each zh_Hant catalogue from its zh_Hans twin. Runs in the virtual environment (opencc).

Characters are converted, words are not (OpenCC's s2tw): its word lists would turn 程序
(a procedure) into 程式 (a program). What is left wrong stands in zh_hant_overrides.json.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def converted(lines: Iterable[str], convert: Callable[[str], str]) -> Iterator[str]:
    """The lines of a .po file with every translation, and nothing else, converted."""
    in_translation = False
    for line in lines:
        if line.startswith("msgstr"):
            in_translation = True
        elif not line.startswith('"'):
            in_translation = False
        if in_translation and '"' in line:
            keyword, quote, text = line.partition('"')
            yield keyword + quote + convert(text.replace("Language: zh_Hans", "Language: zh_Hant"))
        else:
            yield line


def main(overrides: Path, catalogues: list[Path]) -> None:
    """Write the twin of each catalogue."""
    import opencc

    to_taiwan = opencc.OpenCC("s2tw").convert
    right = json.loads(overrides.read_text(encoding="utf-8"))

    def convert(text: str) -> str:
        text = to_taiwan(text)
        for wrong, word in right.items():
            text = text.replace(wrong, word)
        return text

    for path in catalogues:
        twin = Path(str(path).replace("/zh_Hans/", "/zh_Hant/"))
        twin.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        twin.write_text("".join(converted(lines, convert)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
