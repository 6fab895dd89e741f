"""A picture as Word has it inside of a run."""

from __future__ import annotations

import struct
from xml.sax.saxutils import quoteattr

from lxml import etree

_WIDTH_EMU = 5_400_000  # 15 cm
_DRAWING = """<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>
<wp:docPr id="{number}" name={name} descr={name}/><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
<pic:nvPicPr><pic:cNvPr id="{number}" name={name}/><pic:cNvPicPr/></pic:nvPicPr>
<pic:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>
</wp:inline></w:drawing>"""


def drawing(key: str, png: bytes, number: int, name: str) -> etree._Element:
    """The element for the related picture `key`, fifteen centimetres wide."""
    wide, high = struct.unpack(">II", png[16:24])
    return etree.fromstring(
        _DRAWING.format(
            key=key, number=number, name=quoteattr(name), wide=_WIDTH_EMU,
            high=round(_WIDTH_EMU * high / wide),
        )
    )  # fmt: skip
