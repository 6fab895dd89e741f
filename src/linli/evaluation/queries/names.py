"""What the rows of figures are called, and which ground is of the first class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q

from linli.cases.rules import Channel
from linli.catalogue import queries as catalogue
from linli.evaluation.rules.subjects import FIRST_CLASS, REGIONS, Dimension
from linli.kernel.errors import NotFound
from linli.staff.models import Post
from linli.staff.queries import units
from linli.territory import queries as territory
from linli.territory.models import CellVersion, Grid

Key = int | str | None


def names_for(dimension: Dimension, keys: Iterable[Key]) -> dict[Key, str]:
    """The words for rows. One query at most, whatever their number."""
    wanted = [key for key in keys if key is not None]
    match dimension.code:
        case "unit":
            known: dict[int, str] = {unit.pk: unit.label for unit in units(active=None)}
            return {key: known.get(int(key), str(key)) for key in wanted}
        case "channel":
            return {key: str(dict(Channel.choices).get(str(key), key)) for key in wanted}
        case "class":
            book = catalogue.current()
            return {key: _class_name(book, int(key)) for key in wanted}
        case "grid":
            rows = Grid.objects.filter(pk__in=wanted).values_list("pk", "name", "community_id")
            tree = territory.tree()
            return {pk: f"{tree.region(place).name} · {name}" for pk, name, place in rows}
    if dimension.of_people:
        posts = Post.objects.filter(pk__in=wanted).select_related("user", "unit")
        return {one.pk: f"{one.user.name or one.user.get_username()} · {one}" for one in posts}
    tree = territory.tree()
    return {key: tree.region(int(key)).name for key in wanted}


def region_lines() -> list[tuple[territory.RegionFacts, str]]:
    """The present districts, each with its streets below it, and their words in a list. No query
    once the tree is read."""
    tree = territory.tree()
    found: list[tuple[territory.RegionFacts, str]] = []
    for district in tree.regions("district"):
        found.append((district, district.name))
        found += [
            (below, f"\u3000{below.name}")
            for below in tree.children_of(district.id)
            if below.tier == "street"
        ]
    return found


def in_region(region_id: int) -> Q:
    """Facts of cases that lie in a region. Raises NotFound."""
    scope = territory.tree().scope_of(region_id)
    return Q() if scope.level == "all" else Q(**{f"{scope.level}_id__in": scope.ids})


def _class_name(book: catalogue.Catalogue, class_id: int) -> str:
    try:
        one = book.class_by_id(class_id)
    except NotFound:
        return str(class_id)
    return f"{one.code} {one.label}"


def first_class(dimension_code: str, *, on: date) -> frozenset[int]:
    """Regions or grids more than half of whose cells were of grade A on a day. One query."""
    if dimension_code not in REGIONS:
        return frozenset()
    rows = CellVersion.objects.filter(during__contains=on)
    column = "grid_id" if dimension_code == "grid" else "cell__community_id"
    cells = (
        rows.filter(**{f"{column}__isnull": False})
        .order_by()
        .values_list(column)
        .annotate(first=Count("pk", filter=Q(grade=FIRST_CLASS)), cells=Count("pk"))
    )
    grades = {
        key: Counter({True: first, False: together - first}) for key, first, together in cells
    }
    if dimension_code in ("district", "street"):
        grades = _above(grades, dimension_code)
    return frozenset(key for key, count in grades.items() if count[True] > count[False])


def _above(communities: dict[int, Counter[bool]], tier: str) -> dict[int, Counter[bool]]:
    """The grades of the cells of communities, summed up for the regions over them."""
    tree = territory.tree()
    found: dict[int, Counter[bool]] = defaultdict(Counter)
    for region in tree.every():  # ended ones too: their past was of the first class or not
        if region.tier == tier:
            for below in tree.regions_under(region.id):
                if below in communities:
                    found[region.id].update(communities[below])
    return found
