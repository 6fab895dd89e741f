"""How a component is: its state in the register, and its condition at the last look."""

from __future__ import annotations

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(IntegerChoices):
    """ObjState of the standard (standards §3.1)."""

    IN_USE = 1, pgettext_lazy("component", "in use")
    DAMAGED = 2, _("damaged")
    LOST = 3, _("lost")
    OCCUPIED = 4, _("occupied")
    ABANDONED = 5, _("abandoned")
    REMOVED = 6, _("removed")

    @property
    def word(self) -> str:
        """As files and programs write it."""
        return self.name.lower()


class Condition(IntegerChoices):
    """What an inspection found."""

    UNKNOWN = 0, _("not looked at")
    GOOD = 1, _("good")
    FAIR = 2, _("fair")
    POOR = 3, _("poor")

    @property
    def word(self) -> str:
        """As files and programs write it."""
        return self.name.lower()


_STATE_WORDS = {
    State.IN_USE: "完好 正常 在用 使用中 良好 启用 existing normal ok active 1",
    State.DAMAGED: "破损 损坏 缺损 损毁 故障 broken defective 2",
    State.LOST: "丢失 缺失 遗失 被盗 missing stolen 3",
    State.OCCUPIED: "占用 被占用 占压 obstructed 4",
    State.ABANDONED: "废弃 停用 闲置 弃用 disused inactive 5",
    State.REMOVED: "拆除 已拆除 移除 注销 撤除 gone 6",
}
_CONDITION_WORDS = {
    Condition.UNKNOWN: "未知 未检查 0",
    Condition.GOOD: "好 良好 完好 1",
    Condition.FAIR: "一般 较好 中 2",
    Condition.POOR: "差 较差 危险 3",
}
STATES = {word: state for state, words in _STATE_WORDS.items() for word in words.split()}
STATES |= {state.word: state for state in State}
CONDITIONS = {word: one for one, words in _CONDITION_WORDS.items() for word in words.split()}
CONDITIONS |= {one.word: one for one in Condition}

_GONE = ("缺失", "丢失", "被盗", "遗失", "missing", "stolen", "lost")
_OBSTRUCTED = ("占压", "被占", "遮挡", "obstructed", "blocked by")


def state_of_case(words: str) -> State:
    """The state that a filed case puts its component into, by the words of its filing condition.

    The catalogue of a city is its own, so this reads what the condition says. “缺失、移位或破裂”
    names several faults: the gravest that can be told apart counts as damage, and only a condition
    that speaks of nothing but absence as loss.
    """
    folded = words.casefold()
    gone = any(word in folded for word in _GONE)
    broken = any(word in folded for word in ("破", "损", "裂", "移位", "断", "broken", "damage"))
    if gone and not broken:
        return State.LOST
    if not broken and any(word in folded for word in _OBSTRUCTED):
        return State.OCCUPIED
    return State.DAMAGED
