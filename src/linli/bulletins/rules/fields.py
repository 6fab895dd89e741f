"""What a template may name: fields, lists with their columns, charts. Nothing else is known there.

A template knows no commands: `{{期间}}` is replaced; a paragraph or a row of a table that names a
column of a list, `{{排名.单位}}`, is repeated for each entry; a chart stands alone in a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from linli.bulletins.rules.states import Kind


@dataclass(frozen=True)
class Vocabulary:
    """Names as templates write them (Chinese) to the names of the content (English)."""

    fields: Mapping[str, str]
    lists: Mapping[str, tuple[str, Mapping[str, str]]]
    charts: Mapping[str, str] = field(default_factory=dict)

    def all_names(self) -> list[str]:
        """Every name that a template may write, in order."""
        columns = [f"{name}.{one}" for name, (_code, cols) in self.lists.items() for one in cols]
        return [*self.fields, *columns, *self.charts]


_HEAD = {
    "标题": "title", "文号": "number", "发文单位": "office", "签发人": "signed_by",
    "签发日期": "signed_on", "开头": "opening", "问题": "findings", "要求": "demands",
}  # fmt: skip
_CASES = (
    "cases",
    {
        "序号": "place", "编号": "number", "类别": "case_class", "地点": "where",
        "单位": "unit", "上报日期": "reported_on", "结案日期": "closed_on", "阶段": "stage",
    },
)  # fmt: skip
_COUNTED = {"名称": "name", "数量": "count"}
VOCABULARIES: Mapping[Kind, Vocabulary] = {
    Kind.MONTHLY: Vocabulary(
        {**_HEAD, "期间": "period", "口径": "basis", "公式": "formulas"},
        {
            "指标": ("totals", {"名称": "name", "数值": "value", "上期": "before"}),
            "排名": (
                "ranking",
                {
                    "名次": "place", "单位": "unit", "交办数": "filed", "按期处置率": "on_time",
                    "返工率": "rework", "得分": "points", "等级": "grade", "备注": "note",
                },
            ),
            "区域": (
                "regions",
                {
                    "名称": "name", "上报数": "reported", "立案数": "filed", "结案数": "closed",
                    "结案率": "closing", "得分": "points", "等级": "grade",
                },
            ),
            "分类": ("classes", _COUNTED),
            "亮牌": ("cards", {"单位": "unit", "黄牌": "yellow", "红牌": "red", "记分": "points"}),
            "案例": _CASES,
        },
        {"图排名": "ranking", "图分类": "classes"},
    ),
    Kind.SPECIAL: Vocabulary(
        {**_HEAD, "主题": "subject", "案件数": "case_count"},
        {"分类": ("classes", _COUNTED), "区域": ("regions", _COUNTED), "案例": _CASES},
        {"图分类": "classes", "图区域": "regions", "图位置": "map"},
    ),
}  # fmt: skip
SECTIONS = ("opening", "findings", "demands")
