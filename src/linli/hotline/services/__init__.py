"""Every write of the hotline desk: one public verb each, one transaction each."""

from linli.hotline.services.calling import (
    answer_call,
    drop_call,
    join_case,
    look_up,
    note_call,
    open_case,
    show_caller,
    take_call,
)
from linli.hotline.services.calling_back import (
    dial_in_vain,
    gather,
    needless,
    note_call_back,
    show_number,
)
from linli.hotline.services.knowledge import add_article, change_article
from linli.hotline.services.lines import add_kind, add_line, change_kind, change_line
from linli.hotline.services.upkeep import forget_callers

__all__ = [
    "add_article",
    "add_kind",
    "add_line",
    "answer_call",
    "change_article",
    "change_kind",
    "change_line",
    "dial_in_vain",
    "drop_call",
    "forget_callers",
    "gather",
    "join_case",
    "look_up",
    "needless",
    "note_call",
    "note_call_back",
    "open_case",
    "show_caller",
    "show_number",
    "take_call",
]
