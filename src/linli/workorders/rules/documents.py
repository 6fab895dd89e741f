"""Messages as trees of plain values: read from JSON or XML, written as either, walked by paths.

A path is names with dots between: `data.order.content`; `[0]` is the first of a list and `[]` each
of it; a dot that is part of a name has a backslash before it. XML is read below its root: a name
that comes twice is a list, `@kind` an attribute, `#text` the text of an element with attributes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

Tree = Any  # what JSON holds
MOST_DEPTH = 12
MOST_PATH = 200
_STEP = re.compile(r"((?:[^.\[\]\\\s]|\\.)+)|\[(\d{0,3})\]")
_NAME = re.compile(r"[A-Za-z_一-鿿][\w.\-一-鿿]*")


# -- reading -------------------------------------------------------------------------------------
def parsed(body: bytes, *, xml: bool) -> Tree:
    """The tree of a message. Raises BadInput naming `body`, for what is not UTF-8, not well formed,
    not an object, or XML with a document type or entities."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _bad(
            _("body: this is not UTF-8 (byte %d). Send it in UTF-8.") % (fault.start + 1)
        ) from None
    if "\x00" in text:
        raise _bad(_("body: it holds NUL characters. Leave them out."))
    tree = _from_xml(text) if xml else _from_json(text)
    if not isinstance(tree, dict):
        raise _bad(_("body: an order is one object; send one order at a time."))
    return tree


def _from_json(text: str) -> Tree:
    def twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _value in pairs]
        if len(set(names)) < len(names):
            name = next(one for one in names if names.count(one) > 1)
            raise _bad(_("body: “%s” is there twice. Send it once.") % name[:40])
        return dict(pairs)

    try:
        tree = json.loads(text, object_pairs_hook=twice, parse_constant=_no_constant)
        json.dumps(tree, ensure_ascii=False).encode()  # no lone surrogates
    except json.JSONDecodeError as fault:
        raise _bad(
            _("body: this is not JSON (line %(line)d, column %(column)d).")
            % {"line": fault.lineno, "column": fault.colno}
        ) from None
    except (RecursionError, UnicodeEncodeError, ValueError):
        raise _bad(_("body: this JSON is nested too deep or holds what is no text.")) from None
    _check_depth(tree)
    return tree


def _no_constant(name: str) -> Any:
    raise _bad(_("body: %s is not JSON. Leave the value out.") % name)


def _from_xml(text: str) -> Tree:
    try:
        root = fromstring(text.encode(), forbid_dtd=True)
    except DefusedXmlException:
        raise _bad(
            _("body: XML with a document type or entities is not read. Leave them out.")
        ) from None
    except (ParseError, ValueError, RecursionError):
        raise _bad(_("body: this is not well-formed XML.")) from None
    tree = _of_element(root, 0)
    return tree if isinstance(tree, dict) else {"#text": tree}


def _of_element(element: Element, depth: int) -> Tree:
    if depth > MOST_DEPTH:
        raise _bad(_("body: it is nested deeper than %d levels.") % MOST_DEPTH)
    found: dict[str, Any] = {f"@{_local(k)}": v for k, v in element.attrib.items()}
    for child in element:
        name, value = _local(child.tag), _of_element(child, depth + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    text = (element.text or "").strip()
    if not found:
        return text
    if text:
        found["#text"] = text
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _check_depth(tree: Tree, depth: int = 0) -> None:
    if depth > MOST_DEPTH:
        raise _bad(_("body: it is nested deeper than %d levels.") % MOST_DEPTH)
    inner = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    for value in inner:
        _check_depth(value, depth + 1)


def _bad(words: str) -> BadInput:
    return BadInput(words, field="body")


# -- paths ---------------------------------------------------------------------------------------
def steps(path: str) -> list[str | int | None]:
    """The steps of a path: names, places in lists, None for each of a list. Raises ValueError."""
    found: list[str | int | None] = []
    at = 0
    while at < len(path):
        if path[at] == "." and found:
            at += 1
        match = _STEP.match(path, at)
        if match is None or len(path) > MOST_PATH:
            raise ValueError(path)
        name, place = match.groups()
        if name is not None:
            found.append(re.sub(r"\\(.)", r"\1", name))
        else:
            found.append(int(place) if place else None)
        at = match.end()
        if at < len(path) and path[at] not in ".[":
            raise ValueError(path)
    if not found or not isinstance(found[0], str):
        raise ValueError(path)
    return found


def values_at(tree: Tree, path: str) -> list[Any]:
    """What stands at `path`: nothing, one value, or with `[]` several; None is nothing.

    A step that finds an object where `[]` expects a list takes it as a list of one, for XML cannot
    tell the two apart. Raises ValueError for what is no path.
    """
    found = [tree]
    for step in steps(path):
        found = [inner for one in found for inner in _below(one, step)]
    return [one for one in found if one is not None and one != ""]


def _below(tree: Tree, step: str | int | None) -> Iterator[Any]:
    if isinstance(step, str):
        if isinstance(tree, Mapping) and step in tree:
            yield tree[step]
    elif step is None:
        yield from tree if isinstance(tree, list) else (tree,)
    elif isinstance(tree, list):
        if step < len(tree):
            yield tree[step]
    elif step == 0:
        yield tree


def planted(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The tree that has each value at its path; of two that cannot both be there the later wins.

    Raises ValueError for a path with `[]` or that is none.
    """
    root: dict[str, Any] = {}
    for path, value in pairs:
        way = steps(path)
        if None in way:
            raise ValueError(path)
        _plant(root, way, value)
    return root


def _plant(place: Any, way: Sequence[str | int | None], value: Any) -> None:
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        place.extend([None] * (step + 1 - len(place)))
    if not rest:
        place[step] = value
        return
    is_list = isinstance(rest[0], int)
    inner = place.get(step) if isinstance(place, dict) else place[step]
    if not isinstance(inner, list if is_list else dict):
        inner = place[step] = [] if is_list else {}
    _plant(inner, rest, value)


# -- writing -------------------------------------------------------------------------------------
def written(tree: Mapping[str, Any], *, xml: bool, root: str = "message") -> bytes:
    """The tree as a message in UTF-8."""
    if not xml:
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    top = Element(root if _NAME.fullmatch(root) else "message")
    _write(top, tree)
    made: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return made


def _write(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            for one in inner if isinstance(inner, list) else [inner]:
                tag = name if _NAME.fullmatch(name) else "value"
                _write(SubElement(element, tag), one)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = "".join(c for c in str(value) if c >= " " or c in "\n\t")
