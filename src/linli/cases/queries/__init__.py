"""Every read of a case, already cut to what the person may see."""

from linli.cases.queries.following import followed, root_of, told_events, told_files
from linli.cases.queries.lists import (
    QUEUE_GRANT,
    Badge,
    badges_for,
    cases_for,
    count_for,
    cursor_of,
    filtered,
    page_before,
    page_for,
    rows_for_export,
)
from linli.cases.queries.one import (
    case_for,
    clocks_of,
    contacts_of,
    file_of,
    files_of,
    may_see,
    merged_into,
    moves_with_forms,
    open_near,
    reports_of,
    similar_to,
    story_of,
)
from linli.cases.queries.saved import saved_filters_for
from linli.cases.queries.settings import settings

__all__ = [
    "QUEUE_GRANT",
    "Badge",
    "badges_for",
    "case_for",
    "cases_for",
    "clocks_of",
    "contacts_of",
    "count_for",
    "cursor_of",
    "file_of",
    "files_of",
    "filtered",
    "followed",
    "may_see",
    "merged_into",
    "moves_with_forms",
    "open_near",
    "page_before",
    "page_for",
    "reports_of",
    "root_of",
    "rows_for_export",
    "saved_filters_for",
    "settings",
    "similar_to",
    "story_of",
    "told_events",
    "told_files",
]
