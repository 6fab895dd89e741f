"""Every read of components: lists, one with its story, near a point, tiles, imports."""

from linli.components.queries.boxes import count_in_box, page_in_box
from linli.components.queries.choosing import (
    Choice,
    Choosing,
    choosing,
    public_choice,
)
from linli.components.queries.imports import (
    Steps,
    faults_of,
    import_for,
    imports_for,
    open_import,
    source_names,
    steps_of,
)
from linli.components.queries.lists import (
    Count,
    codes_for,
    codes_in,
    count_for,
    count_in,
    near,
    page_for,
)
from linli.components.queries.narrowing import Cut, components, cuts_for, cuts_of, fits
from linli.components.queries.one import (
    Told,
    class_label,
    component_for,
    components_by_codes,
    may_see,
    numbers_of,
    story_of,
)
from linli.components.queries.tiles import component_tile, spots

__all__ = [
    "Choice",
    "Choosing",
    "Count",
    "Cut",
    "Steps",
    "Told",
    "choosing",
    "class_label",
    "codes_for",
    "codes_in",
    "component_for",
    "component_tile",
    "components",
    "components_by_codes",
    "count_for",
    "count_in",
    "count_in_box",
    "cuts_for",
    "cuts_of",
    "faults_of",
    "fits",
    "import_for",
    "imports_for",
    "may_see",
    "near",
    "numbers_of",
    "open_import",
    "page_for",
    "page_in_box",
    "public_choice",
    "source_names",
    "spots",
    "steps_of",
    "story_of",
]
