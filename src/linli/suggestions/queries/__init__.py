"""What the words of a report suggest, and the versions that say so."""

from linli.suggestions.queries.asking import (
    ClassSuggestion,
    UnitSuggestion,
    class_suggestions,
    is_untaught,
    unit_suggestions,
)
from linli.suggestions.queries.kept import settings, version_of, versions

__all__ = [
    "ClassSuggestion",
    "UnitSuggestion",
    "class_suggestions",
    "is_untaught",
    "settings",
    "unit_suggestions",
    "version_of",
    "versions",
]
