"""Every word on screen exists in Chinese: complete, certain, with its gaps in place."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

CATALOGUES = sorted(Path(__file__).resolve().parents[1].glob("src/linli/*/locale/zh_Hans/**/*.po"))
ENTRY = re.compile(
    r'msgid ((?:".*"\n)+)(?:msgid_plural (?:".*"\n)+)?msgstr(?:\[0\])? ((?:".*"\n?)+)'
)
HALF = re.compile(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]\([^)]*[\u4e00-\u9fff]")
GAP = re.compile(r"%\((\w+)\)[sd]")


def _text(lines: str) -> str:
    return "".join(re.findall(r'"(.*)"', lines))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-4])
def test_every_sentence_is_translated(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "#, fuzzy" not in text, "a fuzzy translation is a guess: confirm it"
    empty, broken = [], []
    for entry in ENTRY.finditer(text):
        english, chinese = _text(entry.group(1)), _text(entry.group(2))
        if english and not chinese:
            empty.append(english)
        elif english and set(GAP.findall(english)) < set(GAP.findall(chinese)):
            broken.append(english)
    assert not empty
    assert not broken, "the translation has a gap that the sentence does not fill"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-4])
def test_a_catalogue_compiles(path: Path) -> None:
    """As the start of the program compiles it, which ends where one does not."""
    command = ["msgfmt", "--check-format", "-o", "/dev/null", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-4])
def test_chinese_sentences_have_chinese_punctuation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    half = [
        chinese
        for entry in ENTRY.finditer(text)
        if _text(entry.group(1)) and HALF.search(chinese := _text(entry.group(2)))
    ]
    assert not half, "write ，；？！（） beside Chinese characters"
