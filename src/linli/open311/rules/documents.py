"""One answer, two forms: JSON and XML of GeoReport v2.

The two are each other's image by the Spark convention: JSON leaves out the root, a list keeps its
plural name and loses the singular level, an empty element is null (JSON_and_XML_Conversion).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

#: What one entry of a list is called in XML.
SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
}
TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
# XML 1.0, 2.2: no other character can stand in a document, not even escaped.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document(NamedTuple):
    """An answer: the name of its root in XML, and what is in it: an object or a list of objects."""

    root: str
    body: Mapping[str, Any] | Sequence[Any]


def written(document: Document, form: str) -> bytes:
    """The document as `json` or `xml`, in UTF-8."""
    return as_json(document) if form == "json" else as_xml(document)


def as_json(document: Document) -> bytes:
    """The document as JSON: without its root."""
    return json.dumps(
        document.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def as_xml(document: Document) -> bytes:
    """The document as XML: no namespace, no attributes, a declaration with the encoding."""
    root = Element(document.root)
    _fill(root, document.body)
    # With the declaration in the usual quotes: some clients look at the first bytes by themselves.
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


def _fill(parent: Element, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(SubElement(parent, name), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _fill(SubElement(parent, SINGULAR[parent.tag]), inner)
    elif isinstance(value, bool):
        parent.text = "true" if value else "false"
    else:
        parent.text = _NO_CHARACTER.sub("\ufffd", str(value))
