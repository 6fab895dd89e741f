"""A template of Word is checked, and filled: names are replaced, nothing is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

from django.utils.translation import gettext as _
from lxml import etree

from linli.bulletins.rules.docx.package import BadTemplate, Package, W, opened
from linli.bulletins.rules.docx.pictures import drawing
from linli.bulletins.rules.fields import Vocabulary

_NAME = re.compile(r"\{\{([^{}]*)\}\}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DASH = "—"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


@dataclass(frozen=True)
class Filling:
    """What goes in, by the names of the content (rules.fields). Charts are PNG."""

    fields: Mapping[str, str]
    lists: Mapping[str, Sequence[Mapping[str, str]]]
    charts: Mapping[str, bytes] = field(default_factory=dict)


def check(content: bytes, words: Vocabulary) -> list[str]:
    """The names that a template uses, in order, once each.

    Raises BadTemplate: not safe, a name nobody knows (with its place), braces that do not close, a
    row of two lists, a chart among words, a template that names nothing.
    """
    package = opened(content)
    used: dict[str, None] = {}
    for part, root in package.texts.items():
        for place, block in enumerate(_paragraphs(root), 1):
            for name in _names_in(block, words, part, place):
                used[name] = None
        for block in root.iter(f"{W}tr"):
            _one_list(block, words)
    if not used:
        raise BadTemplate(
            _("The file names no field. Write names in double braces, for example {{%(name)s}}.")
            % {"name": next(iter(words.fields))}
        )
    return list(used)


def fill(content: bytes, words: Vocabulary, given: Filling) -> bytes:
    """The document. A name that the content lacks becomes a dash; `content` has passed `check`."""
    package = opened(content)
    ids = count(9001)
    single = {name: given.fields.get(code, _DASH) for name, code in words.fields.items()}
    for part, root in package.texts.items():
        done: set[etree._Element] = set()  # filled with an entry: what it says now is a value
        for tag in ("tr", "p"):
            for block in list(root.iter(f"{W}{tag}")):
                if block not in done:
                    done |= _repeat(block, words, given, single)
        for block in list(_paragraphs(root)):
            if block in done:
                continue
            chart = words.charts.get(_alone(block))
            if chart is not None:
                _draw(package, part, block, given.charts.get(chart), next(ids))
            else:
                _replace(block, single)
    return package.packed()


def _paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter(f"{W}p")


def _texts(block: etree._Element) -> list[etree._Element]:
    """The pieces of text of a paragraph, not those of a text box inside of it."""
    return [
        one
        for one in block.iter(f"{W}t")
        if next(one.iterancestors(f"{W}p"), None) is block or block.tag != f"{W}p"
    ]


def _said(block: etree._Element) -> str:
    return "".join(one.text or "" for one in _texts(block))


def _alone(block: etree._Element) -> str:
    """The name that is all a paragraph says, or nothing."""
    found = _NAME.fullmatch(_said(block).strip())
    return found[1].strip() if found else ""


def _names(block: etree._Element) -> list[str]:
    return [one.strip() for one in _NAME.findall(_said(block))]


def _names_in(block: etree._Element, words: Vocabulary, part: str, place: int) -> list[str]:
    said = _said(block)
    names = _names(block)
    where = {"part": part.removeprefix("word/"), "place": place, "words": said.strip()[:40]}
    rest = _NAME.sub("", said)
    if "{{" in rest or "}}" in rest or "{%" in rest:
        raise BadTemplate(
            _(
                "%(part)s, paragraph %(place)d (“%(words)s”): braces that do not close, or a"
                " command. Write a name in double braces, in one paragraph."
            )
            % where
        )
    known = words.all_names()
    for name in names:
        if name not in known:
            raise BadTemplate(
                _(
                    "%(part)s, paragraph %(place)d (“%(words)s”): nobody knows the field"
                    " “%(name)s”. Choose one from the list of fields."
                )
                % {**where, "name": name}
            )
        if name in words.charts and _alone(block) != name:
            raise BadTemplate(
                _(
                    "%(part)s, paragraph %(place)d (“%(words)s”): the chart “%(name)s” needs a"
                    " paragraph of its own."
                )
                % {**where, "name": name}
            )
    _one_list(block, words)
    return names


def _one_list(block: etree._Element, words: Vocabulary) -> str:
    """The list whose columns a row or a paragraph names, or nothing. Raises BadTemplate for two."""
    found = dict.fromkeys(one.partition(".")[0] for one in _names(block) if "." in one)
    lists = [one for one in found if one in words.lists]
    if len(lists) > 1:
        raise BadTemplate(
            _("“%(words)s” names two lists (%(lists)s). A row or a paragraph repeats one list.")
            % {"words": _said(block).strip()[:40], "lists": ", ".join(lists)}
        )
    return lists[0] if lists else ""


def _repeat(
    block: etree._Element, words: Vocabulary, given: Filling, single: Mapping[str, str]
) -> set[etree._Element]:
    """A copy of the row or paragraph for each entry; without entries one of dashes.

    Returns the paragraphs made, all of whose names are replaced.
    """
    name = _one_list(block, words)
    parent = block.getparent()
    if not name or parent is None:
        return set()
    code, columns = words.lists[name]
    filled: set[etree._Element] = set()
    for entry in given.lists.get(code) or [{}]:
        made = deepcopy(block)
        values = {f"{name}.{zh}": entry.get(en, _DASH) for zh, en in columns.items()}
        for one in list(made.iter(f"{W}p")):
            _swap(one, {**single, **values})
            filled.add(one)
        block.addprevious(made)
    parent.remove(block)
    return filled


def _replace(block: etree._Element, values: Mapping[str, str]) -> None:
    """Put values for names, also where Word has cut a name into several runs.

    A paragraph that is nothing but one name becomes a paragraph for each line of its value.
    """
    name = _alone(block)
    parent = block.getparent()
    if name in values and "\n" in values[name] and parent is not None:
        for line in values[name].split("\n"):
            made = deepcopy(block)
            _swap(made, {name: line})
            block.addprevious(made)
        parent.remove(block)
        return
    _swap(block, values)


def _swap(block: etree._Element, values: Mapping[str, str]) -> None:
    pieces = _texts(block)
    said = "".join(one.text or "" for one in pieces)
    for match in reversed(list(_NAME.finditer(said))):
        value = values.get(match[1].strip())
        if value is not None:
            _cut(pieces, match.start(), match.end(), value)
    for one in pieces:
        if "\n" in (one.text or ""):
            _break_lines(one)


def _cut(pieces: list[etree._Element], start: int, end: int, value: str) -> None:
    """Letters `start` to `end` of all pieces become `value`, in the piece where they begin."""
    place = 0
    for one in pieces:
        text = one.text or ""
        first, last = max(start - place, 0), min(end - place, len(text))
        if first < last:
            begins = place <= start
            one.text = text[:first] + (value if begins else "") + text[last:]
            one.set(_SPACE, "preserve")
        place += len(text)


def _break_lines(piece: etree._Element) -> None:
    lines = (piece.text or "").split("\n")
    piece.text = lines[0]
    last = piece
    for line in lines[1:]:
        rest = etree.Element(f"{W}t", {_SPACE: "preserve"})
        rest.text = line
        for one in (etree.Element(f"{W}br"), rest):
            last.addnext(one)
            last = one


def _draw(
    package: Package, part: str, block: etree._Element, png: bytes | None, number: int
) -> None:
    pieces = _texts(block)
    name = _alone(block)
    for one in pieces:
        one.text = ""
    if png is None:
        pieces[0].text = _DASH
        return
    file = package.add_picture(png)
    key = package.relate(part, f"media/{file}", _IMAGE)
    pieces[0].addnext(drawing(key, png, number, name))
