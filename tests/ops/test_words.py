"""Traditional Chinese is made from simplified Chinese, translation by translation."""

import re
from pathlib import Path

import pytest

from _ops import to_traditional, words

CATALOGUE = """msgid ""
msgstr ""
"Language: zh_Hans\\n"

#. 程序 in a remark stays
msgid "Procedure of %(name)s"
msgstr "%(name)s的办理程序"

msgid "case"
msgid_plural "cases"
msgstr[0] "案卷复核"
"""


@pytest.fixture
def traditional(tmp_path: Path) -> str:
    pytest.importorskip("opencc")
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)
    to_traditional.main(words.OVERRIDES, [folder / "django.po"])
    return words.traditional_twin(folder / "django.po").read_text()


def test_translations_are_converted_and_nothing_else(traditional: str) -> None:
    assert 'msgstr "%(name)s的辦理程序"' in traditional
    assert "#. 程序 in a remark stays" in traditional
    assert '"Language: zh_Hant\\n"' in traditional
    assert 'msgid "Procedure of %(name)s"' in traditional


def test_an_override_has_the_last_word(traditional: str) -> None:
    assert 'msgstr[0] "案卷覆核"' in traditional


def test_every_override_is_used_or_could_be(tmp_path: Path) -> None:
    for wrong, right in words.overrides().items():
        assert wrong != right
        assert not re.search(r"[A-Za-z]", wrong + right)


def test_a_catalogue_with_a_gap_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalogue = tmp_path / "django.po"
    catalogue.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "a"\nmsgstr "甲"\n\nmsgid "b"\nmsgstr ""\n'
    )
    monkeypatch.setattr(words, "written", lambda: [catalogue])
    monkeypatch.setattr(words, "ROOT", tmp_path)
    (gap,) = words.gaps()
    assert gap.startswith("django.po: 1 translated message, 1 untranslated")
