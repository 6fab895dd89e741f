"""Words as people type them: cleaned of what no screen can show, and bounded."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

_KEPT = {"\n", "\t"}


def clean(value: str, *, field: str, most: int, least: int = 0) -> str:
    """`value` in NFC without control characters, trimmed.

    Raises BadInput naming `field` if it has fewer than `least` or more than `most` characters,
    or cannot be text at all (lone surrogates, NUL).
    """
    if len(value) > most * 4:  # bounded before any work is done on it
        raise BadInput(
            _("%(field)s is too long: at most %(most)d characters.")
            % {"field": field, "most": most},
            field=field,
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(_("%(field)s is not valid text.") % {"field": field}, field=field) from None
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = unicodedata.normalize("NFC", value)
    value = "".join(c for c in value if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cf"})
    value = value.strip()
    if len(value) > most:
        raise BadInput(
            _("%(field)s is too long: at most %(most)d characters.")
            % {"field": field, "most": most},
            field=field,
        )
    if len(value) < least:
        raise BadInput(
            _("%(field)s is missing. Please fill it in.") % {"field": field}
            if least == 1
            else _("%(field)s is too short: at least %(least)d characters.")
            % {"field": field, "least": least},
            field=field,
        )
    return value


def bigrams(text: str) -> list[str]:
    """The pairs of neighbouring letters of `text`, for the word index (libraries: Chinese search).

    Spaces and punctuation part words; a word of one letter stands alone. Sorted, without repeats.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    pairs = {word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))}
    return sorted(pairs)
