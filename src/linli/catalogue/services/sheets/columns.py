"""The columns of the sheet, and the other names they go by."""

from __future__ import annotations

import re
import unicodedata

from linli.catalogue.rules import Kind

# In the order of the standard table, then the columns that later tables add (standards 3.4).
COLUMNS = {
    "major_code": "大类代码",
    "major_name": "大类名称",
    "minor_code": "小类代码",
    "name": "小类名称",
    "units": "处置(责任)单位",
    "supervisors": "主管部门",
    "filing_text": "立案条件",
    "closing_text": "结案条件",
    "limit": "处置时限",
    "limit_a": "A类",
    "limit_b": "B类",
    "limit_c": "C类",
    "urgent_limit": "紧急时限",
    "note": "备注",
    "public": "公众可报",
    "goal": "五全目标",
    "icon": "图标",
    "major_name_en": "大类英文名称",
    "name_en": "小类英文名称",
    "filing_text_en": "立案条件英文",
    "closing_text_en": "结案条件英文",
    "source": "来源",
}
KIND_COLUMN = "类型"
KIND_ZH = {Kind.COMPONENT: "部件", Kind.EVENT: "事件"}
_ALIASES = {
    "处置单位": "units",
    "责任单位": "units",
    "处置责任单位": "units",
    "handling_unit": "units",
    "responsible_unit": "units",
    "supervising_dept": "supervisors",
    "minor_name": "name",
    "filing_condition": "filing_text",
    "closing_condition": "closing_text",
    "time_limit_raw": "limit",
    "time_limit": "limit",
    "可选处置时限": "limit",
    "紧急处置时限": "urgent_limit",
    KIND_COLUMN: "kind",
    "kind": "kind",
}
_BY_NAME = (
    {re.sub(r"[()]", "", header): key for key, header in COLUMNS.items()}
    | {key: key for key in COLUMNS}
    | _ALIASES
)
_GRADE = re.compile(r"(?:处置时限)?([ABC])类")


def column_of(header: str) -> str | None:
    """The column a header means: Chinese or English, any width of brackets; None if unknown.

    A类, A类(核心区) and 处置时限A类 all mean the limit in grade A.
    """
    plain = re.sub(r"[()*\s]", "", unicodedata.normalize("NFKC", header))
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if grade := _GRADE.match(plain):
        return f"limit_{grade[1].lower()}"
    return None


def kind_of(word: str) -> Kind | None:
    """The kind that a sheet's name or a cell means; None if neither."""
    for kind, chinese in KIND_ZH.items():
        if chinese in word or word.strip().casefold() == kind.value:
            return kind
    return None
