"""The schemes a city begins with, to be changed by it.

Grid workers: R125, R126, R128; residents' satisfaction weighs more than any other line (R132). The
weights are proposals: the sources name the inputs, not what each weighs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from linli.appraisal.rules.schemes import Line, Origin


class Seed(NamedTuple):
    """A scheme for a role, by its code; `subject`: whose formulas of evaluation."""

    role: str
    subject: str
    lines: tuple[tuple[Line, str], ...]


def _line(
    part: str, zh: str, en: str, weight: int, origin: Origin, figure: str = ""
) -> tuple[Line, str]:
    return Line(part, zh, Decimal(weight), origin, figure), en


NOTE = (
    "初始方案：德、能、勤、绩合计 100 分，档次 90、80、70 分；"
    "群众满意率权重最高。"
    "各项权重为建议值，由本市确定。"
)
_SEAT = (
    _line("德", "自评", "Self-report", 10, Origin.SELF),
    _line("德", "服务态度", "Courtesy", 15, Origin.SCORER),
    _line("能", "业务能力", "Skill", 15, Origin.SCORER),
    _line("勤", "出勤", "Attendance", 15, Origin.SCORER),
    _line("绩", "岗位综合评分", "Score of the post", 45, Origin.FIGURE, "total"),
)
SEEDS = (
    Seed(
        "grid_worker",
        "collector",
        (
            _line("德", "居民代表评分", "Residents' representatives", 15, Origin.RESIDENTS),
            _line("德", "自评", "Self-report", 5, Origin.SELF),
            _line("能", "社区工作人员评分", "Community staff", 15, Origin.SCORER),
            _line("能", "群众知晓率", "Known to residents", 5, Origin.SURVEY),
            _line("勤", "出勤和日常走访", "Attendance and daily rounds", 5, Origin.SCORER),
            _line("勤", "入户率", "Households visited", 10, Origin.SURVEY),
            _line("勤", "按时核查率", "Checked in time", 5, Origin.FIGURE, "check_rate"),
            _line("绩", "网格员综合评分", "Score of the grid worker", 15, Origin.FIGURE, "total"),
            _line("绩", "群众满意率", "Residents' satisfaction", 25, Origin.SURVEY),
        ),
    ),
    Seed("operator", "operator", _SEAT),
    Seed("dispatcher", "dispatcher", _SEAT),
    Seed("duty_chief", "chief", _SEAT),
)
