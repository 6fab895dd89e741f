"""The templates a city starts with, made here paragraph by paragraph: a red head, numbered parts,
tables, a place for the seal. An office takes one away, changes it in Word and hands it in."""

from __future__ import annotations

from functools import cache
from xml.sax.saxutils import escape

from linli.bulletins.rules.docx.package import MAIN, Package
from linli.bulletins.rules.states import Kind

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _run(text: str, size: int, font: str, *, red: bool = False, bold: bool = False) -> str:
    look = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
    look += "<w:b/>" if bold else ""
    look += '<w:color w:val="C00000"/>' if red else ""
    look += f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _line(
    text: str, *, size: int = 32, font: str = "仿宋", align: str = "both", indent: bool = False,
    red: bool = False, bold: bool = False, rule: bool = False,
) -> str:  # fmt: skip
    look = "<w:keepNext/>" if bold else ""
    if rule:
        look += '<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="4" w:color="C00000"/></w:pBdr>'
    look += '<w:spacing w:line="560" w:lineRule="exact"/>' if size < 40 else ""
    look += '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
    look += f'<w:jc w:val="{align}"/>'
    return f"<w:p><w:pPr>{look}</w:pPr>{_run(text, size, font, red=red, bold=bold)}</w:p>"


def _head(text: str) -> str:
    return _line(text, font="黑体", indent=True, bold=True)


def _words(text: str) -> str:
    return _line(text, indent=True)


def _chart(name: str) -> str:
    look = '<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>'
    return f"<w:p><w:pPr>{look}</w:pPr>{_run('{{' + name + '}}', 24, '宋体')}</w:p>"


def _table(heads: list[str], columns: list[str], widths: list[int]) -> str:
    edge = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)

    def row(cells: list[str], *, head: bool) -> str:
        look = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
        made = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
            f"{_run(cell, 24, '黑体' if head else '仿宋', bold=head)}</w:p></w:tc>"
            for cell, width in zip(cells, widths, strict=True)
        )
        return f"<w:tr><w:trPr>{look}</w:trPr>{made}</w:tr>"

    named = ["{{" + one + "}}" for one in columns]
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{edge}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{row(heads, head=True)}{row(named, head=False)}</w:tbl>{_line('', size=24)}"
    )


def _top() -> list[str]:
    return [
        _line("{{发文单位}}", size=64, font="方正小标宋简体", align="center", red=True),
        _line("{{文号}}", align="center", rule=True),
        _line("", size=24),
        _line("{{标题}}", size=44, font="方正小标宋简体", align="center"),
        _line("", size=24),
        _words("{{开头}}"),
    ]


def _end() -> list[str]:
    return [
        _line("", size=24),
        _line("{{发文单位}}", align="right"),
        _line("{{签发日期}}", align="right"),
        _line("签发人：{{签发人}}", align="right"),
    ]


def _case_table() -> str:
    return _table(
        ["序号", "编号", "类别", "地点", "承办单位", "结案日期"],
        ["案例.序号", "案例.编号", "案例.类别", "案例.地点", "案例.单位", "案例.结案日期"],
        [700, 1900, 1700, 2000, 1500, 1200],
    )


def _monthly() -> list[str]:
    return [
        *_top(),
        _head("一、总体情况"),
        _words("数据期间：{{期间}}。{{口径}}"),
        _table(
            ["指标", "本期", "上期"], ["指标.名称", "指标.数值", "指标.上期"], [4000, 2500, 2500]
        ),
        _chart("图分类"),
        _head("二、单位排名"),
        _table(
            ["名次", "单位", "交办数", "按期处置率", "返工率", "得分", "等级", "备注"],
            ["排名.名次", "排名.单位", "排名.交办数", "排名.按期处置率", "排名.返工率",
             "排名.得分", "排名.等级", "排名.备注"],
            [750, 2350, 950, 1350, 1200, 950, 750, 700],
        ),
        _chart("图排名"),
        _words("计算公式：{{公式}}"),
        _words("“—”表示本期没有可计算的案件；备注“少”表示案件数不足，名次仅供参考。"),
        _head("三、区域情况"),
        _table(
            ["区域", "上报数", "立案数", "结案数", "结案率", "得分", "等级"],
            ["区域.名称", "区域.上报数", "区域.立案数", "区域.结案数", "区域.结案率",
             "区域.得分", "区域.等级"],
            [2600, 1100, 1100, 1100, 1300, 1000, 800],
        ),
        _head("四、亮牌情况"),
        _table(
            ["单位", "黄牌", "红牌", "记分"], ["亮牌.单位", "亮牌.黄牌", "亮牌.红牌", "亮牌.记分"],
            [4200, 1600, 1600, 1600],
        ),
        _head("五、典型案例"),
        _case_table(),
        _head("六、存在问题"),
        _words("{{问题}}"),
        _head("七、下一步工作要求"),
        _words("{{要求}}"),
        *_end(),
    ]  # fmt: skip


def _special() -> list[str]:
    return [
        *_top(),
        _head("一、基本情况"),
        _words("主题：{{主题}}。本报告选取案件{{案件数}}件。"),
        _chart("图分类"),
        _chart("图区域"),
        _chart("图位置"),
        _head("二、案件"),
        _case_table(),
        _head("三、问题分析"),
        _words("{{问题}}"),
        _head("四、工作建议"),
        _words("{{要求}}"),
        *_end(),
    ]


def _xml(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{inner}'.encode()


@cache
def first_template(kind: Kind) -> bytes:
    """The Word file for `kind`."""
    body = "".join(_monthly() if kind == Kind.MONTHLY else _special())
    page = (
        f'<w:sectPr><w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rId1"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985"'
        ' w:left="1587" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
    )
    foot = (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    footer = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    parts = {
        "[Content_Types].xml": _xml(
            f'<Types xmlns="{types}"><Default Extension="rels" ContentType="{rels}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/>'
            f'<Override PartName="/word/footer1.xml" ContentType="{footer}"/></Types>'
        ),
        "_rels/.rels": _xml(
            f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1"'
            f' Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": _xml(
            f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1"'
            f' Type="{_OFFICE}/footer" Target="footer1.xml"/></Relationships>'
        ),
        "word/document.xml": _xml(f"<w:document {_W}><w:body>{body}{page}</w:body></w:document>"),
        "word/footer1.xml": _xml(f"<w:ftr {_W}>{foot}</w:ftr>"),
    }
    return Package(parts, {}).packed()
