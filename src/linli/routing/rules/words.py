"""Words of the cases that rules speak of: the cases lie above and sign them in when they start."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

Words = Mapping[str, str | Promise]

CHANNELS: dict[str, str | Promise] = {}
URGENCIES: dict[str, str | Promise] = {}


def register_words(*, channels: Words, urgencies: Words) -> None:
    """The channels and urgencies there are, with their names, in the order of lists."""
    CHANNELS.update(channels)
    URGENCIES.update(urgencies)
