"""Word templates: what is refused, with its place, and how names are replaced."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.bulletins.rules.charts import Bar, bars
from linli.bulletins.rules.docx.filling import Filling, check, fill
from linli.bulletins.rules.docx.first import first_template
from linli.bulletins.rules.docx.package import BadTemplate
from linli.bulletins.rules.fields import VOCABULARIES
from linli.bulletins.rules.privacy import findings
from linli.bulletins.rules.ranking import ranked
from linli.bulletins.rules.states import Kind

WORDS = VOCABULARIES[Kind.MONTHLY]
DOCUMENT = "word/document.xml"


def changed(*swaps: tuple[str, str], part: str = DOCUMENT, **more: bytes) -> bytes:
    """The first template with letters of a part exchanged, and parts added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(first_template(Kind.MONTHLY))) as old,
        zipfile.ZipFile(file, "w") as new,
    ):
        for name in old.namelist():
            text = old.read(name).decode()
            for was, now in swaps if name == part else ():
                assert was in text
                text = text.replace(was, now)
            new.writestr(name, text)
        for name, content in more.items():
            new.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def body(paragraphs: str) -> bytes:
    """A template of these paragraphs alone."""
    with zipfile.ZipFile(io.BytesIO(first_template(Kind.MONTHLY))) as old:
        text = old.read(DOCUMENT).decode()
    inner = text[text.index("<w:body>") + 8 : text.index("<w:sectPr>")]
    return changed((inner, paragraphs))


def p(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{one}</w:t></w:r>" for one in runs) + "</w:p>"


def text_of(word: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        return archive.read(DOCUMENT).decode()


@pytest.mark.parametrize("kind", Kind)
def test_the_first_templates_name_everything_there_is_to_say(kind: Kind) -> None:
    used = set(check(first_template(kind), VOCABULARIES[kind]))
    assert set(VOCABULARIES[kind].fields) <= used
    assert set(VOCABULARIES[kind].charts) <= used


BAD = {
    "an unknown field": (changed(("{{标题}}", "{{题目}}")), "题目"),
    "an unknown column": (changed(("{{排名.单位}}", "{{排名.姓名}}")), "排名.姓名"),
    "an attribute": (changed(("{{标题}}", "{{标题.__class__}}")), "__class__"),
    "a command": (changed(("{{标题}}", "{% for a in b %}")), "for a in b"),
    "open braces": (changed(("{{标题}}", "{{标题")), "标题"),
    "two lists": (changed(("{{排名.单位}}", "{{区域.名称}}")), "区域"),
    "a chart among words": (changed(("{{图排名}}", "见{{图排名}}")), "图排名"),
    "no field": (body(p("通报")), "{{标题}}"),
    "macros": (changed(**{"word__vbaProject.bin": b"x"}), "vbaProject"),
    "embedded": (changed(word__embeddings__a=b"x"), "embeddings"),
    "a kind for macros": (
        changed(
            ("officedocument.wordprocessingml.document.main", "ms-word.document.macroEnabled.main"),
            part="[Content_Types].xml",
        ),
        "",
    ),
    "an external link": (
        changed(
            ('Target="footer1.xml"', 'Target="http://a.example/x" TargetMode="External"'),
            part="word/_rels/document.xml.rels",
        ),
        "http://a.example/x",
    ),
    "a fetching field": (
        body(p("{{标题}}", '</w:t><w:instrText> INCLUDETEXT "x" </w:instrText><w:t>')),
        "INCLUDETEXT",
    ),
    "an entity": (
        changed(
            ("<w:document", '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document')
        ),
        DOCUMENT,
    ),
    "broken XML": (changed(("</w:body>", "")), DOCUMENT),
    "no zip": (b"%PDF-1.7", "Word"),
    "nothing": (b"", "Word"),
    "a bomb": (changed(word__a=b"0" * (41 * 2**20)), ""),
    "a path": (changed(**{"..__a": b"x"}), ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_template_that_cannot_serve_is_refused_in_a_sentence(case: str) -> None:
    content, words = BAD[case]
    with pytest.raises(BadTemplate) as refusal:
        check(content, WORDS)
    assert words in str(refusal.value)
    assert refusal.value.field == "file"


def test_a_name_that_word_has_cut_into_runs_is_replaced() -> None:
    content = body(p("甲{", "{标", "题}", "}乙") + p("{{期间}}{{标题}}"))
    assert check(content, WORDS) == ["标题", "期间"]
    made = text_of(fill(content, WORDS, Filling({"title": "<通&报>", "period": "三月"}, {})))
    assert "&lt;通&amp;报&gt;" in made
    assert ">三月&lt;通&amp;报&gt;<" in made
    assert "{" not in made


def test_a_value_is_never_read_as_a_field_again() -> None:
    content = body(p("{{开头}}") + p("{{排名.单位}}"))
    given = Filling({"opening": "{{标题}}", "title": "秘"}, {"ranking": [{"unit": "{{标题}}"}]})
    assert text_of(fill(content, WORDS, given)).count("{{标题}}") == 2


def test_a_line_of_a_section_is_a_paragraph_and_a_list_repeats_its_row() -> None:
    content = body(p("{{开头}}") + p("{{排名.名次}} {{排名.单位}}") + p("{{亮牌.单位}}"))
    lists = {"ranking": [{"place": "1", "unit": "甲"}, {"place": "2", "unit": "乙"}]}
    made = text_of(fill(content, WORDS, Filling({"opening": "一\n二\n三"}, lists)))
    assert made.count("<w:p>") == 3 + 2 + 1
    assert made.index("1 甲") < made.index("2 乙") < made.index("—")


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda b: changed(word__x=b)))
def test_any_bytes_are_refused_or_checked(content: bytes) -> None:
    with contextlib.suppress(BadTemplate):
        assert check(content, WORDS)


def test_what_looks_like_a_person_is_found_and_dates_and_lines_are_not() -> None:
    text = (
        "来电13812345678，证件11010519491231002X，住3栋2单元501室，幸福路12号，居民王先生，沪A12345"
    )
    kinds = {one.kind for one in findings({"opening": text})}
    assert kinds == {"phone", "identity", "home", "person", "plate"}
    assert not findings(
        {"opening": "2026年3月，共1234567件，结案率93.72%，地铁12号线，〔2026〕3号"}
    )


def test_equal_points_share_a_place_and_nothing_to_count_has_none() -> None:
    rows = [
        {"unit": unit, "filed": filed, "points": points}
        for unit, filed, points in (
            ("甲", 9, "80.00"), ("乙", 4, "93.72"), ("丙", 0, "—"), ("丁", 7, "93.72"),
            ("戊", 7, "100.00"),
        )
    ]  # fmt: skip
    found = [(one["unit"], one["place"], one["note"]) for one in ranked(rows)]
    assert found == [
        ("戊", "1", ""), ("丁", "2", ""), ("乙", "2", "少"), ("甲", "4", ""), ("丙", "—", "少"),
    ]  # fmt: skip


def test_a_chart_escapes_names_and_says_nothing_by_a_dash() -> None:
    made = bars("a<b", [Bar("<x>", 5, "5"), Bar("y", None, "—")], ["F"], top=10)
    assert "&lt;x&gt;" in made
    assert 'width="180.0"' in made
    assert ">—<" in bars("t", [], ["F"])
