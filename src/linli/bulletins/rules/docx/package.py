"""A Word file as a package: opened with care, its parts as XML, packed again.

Refused are what could do something by itself or reach out: macros, embedded objects, links to
files and pages elsewhere, fields that fetch, document types; and what is too large.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from linli.bulletins.rules.docx import MOST_BYTES
from linli.kernel.errors import BadInput

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_MOST_UNPACKED = 40 * 1024 * 1024
_MOST_PARTS = 400
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TEXTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_ACTIVE = re.compile(
    r"(?i)(?:vbaproject|vbadata)|/(?:embeddings|activex|afchunk)|\.(?:bin|exe|ole)$"
)
_FETCHING = re.compile(
    r"(?i)\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD|DATABASE)\b"
)


class BadTemplate(BadInput):
    """A Word file that cannot serve as a template; the sentence says why."""

    code = "bad_template"

    def __init__(self, words: str) -> None:
        super().__init__(words, field="file")


@dataclass
class Package:
    """Parts by name, in order; `texts` are those with words, parsed."""

    parts: dict[str, bytes]
    texts: dict[str, etree._Element]

    def add_picture(self, png: bytes) -> str:
        """Put a PNG in; its file name under word/media."""
        taken = sum(name.startswith("word/media/") for name in self.parts)
        name = f"linli{taken + 1}.png"
        self.parts[f"word/media/{name}"] = png
        types = parsed(self.parts["[Content_Types].xml"], "[Content_Types].xml")
        if not any(one.get("Extension", "").lower() == "png" for one in types):
            types.insert(
                0, etree.Element(f"{_TYPES}Default", Extension="png", ContentType="image/png")
            )
            self.parts["[Content_Types].xml"] = written(types)
        return name

    def relate(self, part: str, target: str, kind: str) -> str:
        """Name `target` in the relations of `part`; the id."""
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels"
        if path in self.parts:
            root = parsed(self.parts[path], path)
        else:
            root = etree.Element(f"{_RELATIONS}Relationships", nsmap={None: _RELATIONS[1:-1]})
        known = {one.get("Id") for one in root}
        number = len(known) + 1
        while f"rId{number}" in known:
            number += 1
        etree.SubElement(
            root, f"{_RELATIONS}Relationship", Id=f"rId{number}", Type=kind, Target=target
        )
        self.parts[path] = written(root)
        return f"rId{number}"

    def packed(self) -> bytes:
        """The file again, the content types first."""
        file = io.BytesIO()
        files = self.parts | {name: written(root) for name, root in self.texts.items()}
        first = "[Content_Types].xml"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in [first, *(one for one in files if one != first)]:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, files[name])
        return file.getvalue()


def parsed(content: bytes, name: str) -> etree._Element:
    """XML without document types or entities. Raises BadTemplate."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise BadTemplate(
            _("%(part)s cannot be read. Save the file anew in Word as .docx.") % {"part": name}
        ) from None
    if root.getroottree().docinfo.doctype:
        raise BadTemplate(
            _("%(part)s has a document type, which no Word file needs. Save it anew in Word.")
            % {"part": name}
        )
    return root


def written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def opened(content: bytes) -> Package:
    """The package of a Word file that is safe to keep and to hand out. Raises BadTemplate."""
    if len(content) > MOST_BYTES:
        raise BadTemplate(
            _("The file is larger than %(most)d MB. Make its pictures smaller.")
            % {"most": MOST_BYTES // 2**20}
        )
    parts = _unpacked(content)
    for name in parts:
        if _ACTIVE.search(name):
            raise BadTemplate(
                _("The file holds macros or embedded objects (%(part)s). Save it as .docx without.")
                % {"part": name}
            )
    _check_kind(parts)
    for name in [one for one in parts if one.endswith(".rels")]:
        _check_links(parsed(parts[name], name), name)
    texts = {name: parsed(parts.pop(name), name) for name in list(parts) if _TEXTS.fullmatch(name)}
    for name, root in texts.items():
        _check_fetching(root, name)
    for name in [one for one in parts if one.endswith(".xml") and not one.startswith("[")]:
        parsed(parts[name], name)
    return Package(parts, texts)


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            names = [one.filename for one in infos]
            if len(infos) > _MOST_PARTS or sum(one.file_size for one in infos) > _MOST_UNPACKED:
                raise BadTemplate(_("Unpacked, the file is far too large. Save it anew in Word."))
            if len(set(names)) != len(names) or any(
                one.startswith("/") or "\\" in one or ".." in one.split("/") for one in names
            ):
                raise BadTemplate(_("The file names its parts wrongly. Save it anew in Word."))
            return {one.filename: archive.read(one) for one in infos if not one.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise BadTemplate(
            _("This is no Word file (.docx). In Word: “Save as”, Word document.")
        ) from None
    except Exception as fault:
        if type(fault).__module__ == "zlib":
            raise BadTemplate(_("The file is damaged. Save it anew in Word.")) from None
        raise


def _check_kind(parts: dict[str, bytes]) -> None:
    kind = ""
    if "[Content_Types].xml" in parts and "word/document.xml" in parts:
        for one in parsed(parts["[Content_Types].xml"], "[Content_Types].xml"):
            if one.get("PartName") == "/word/document.xml":
                kind = one.get("ContentType", "")
    if "macro" in kind.lower():
        raise BadTemplate(_("The file is made for macros. Save it as .docx without."))
    if kind != MAIN:
        raise BadTemplate(_("This is no Word file (.docx). In Word: “Save as”, Word document."))


def _check_links(root: etree._Element, name: str) -> None:
    for one in root:
        if one.get("TargetMode", "").lower() == "external":
            raise BadTemplate(
                _("The file points elsewhere: %(target)s (in %(part)s). Remove this link.")
                % {"target": one.get("Target", "")[:120], "part": name}
            )


def _check_fetching(root: etree._Element, name: str) -> None:
    if root.find(f".//{W}altChunk") is not None:
        raise BadTemplate(_("The file holds another file inside (%(part)s).") % {"part": name})
    orders = "".join(one.text or "" for one in root.iter(f"{W}instrText"))
    simple = " ".join(one.get(f"{W}instr", "") for one in root.iter(f"{W}fldSimple"))
    found = _FETCHING.search(f"{orders} {simple}")
    if found:
        raise BadTemplate(
            _("The file has a field that fetches something (%(field)s in %(part)s). Remove it.")
            % {"field": found[0], "part": name}
        )
