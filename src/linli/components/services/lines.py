"""Lines of COPY."""

from __future__ import annotations


def escaped(text: str) -> str:
    """Clean words as COPY takes them: a backslash is the only sign left that means something."""
    return text.replace("\\", "\\\\")
