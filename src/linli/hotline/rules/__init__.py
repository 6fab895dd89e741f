"""Pure decisions of the hotline desk: kinds of calls, how they end, calling back."""

from linli.hotline.rules.calling import (
    DEFAULT_KINDS,
    DefaultKind,
    Outcome,
    length_text,
    line_is_open,
)
from linli.hotline.rules.calling_back import Reason, Result, Satisfaction, next_try_at
from linli.hotline.rules.knowledge import ArticleKind, least_shared

__all__ = [
    "DEFAULT_KINDS",
    "ArticleKind",
    "DefaultKind",
    "Outcome",
    "Reason",
    "Result",
    "Satisfaction",
    "least_shared",
    "length_text",
    "line_is_open",
    "next_try_at",
]
