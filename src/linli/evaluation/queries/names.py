"""What the rows of figures are called, and which ground is of the first class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import pgettext

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
    """The words for rows: those of now, whatever the period. Of two rows of one name, such as a
    grid and the one that was drawn in its place, each has its code beside it. One query at most,
    whatever their number."""
    wanted = [key for key in keys if key is not None]
    if dimension.code == "channel":
        return {key: str(dict(Channel.choices).get(str(key), key)) for key in wanted}
    if dimension.of_people:
        posts = Post.objects.filter(pk__in=wanted).select_related("user", "unit")
        people: dict[Key, tuple[str, str]] = {one.pk: (_person(one), _since(one)) for one in posts}
        return _told_apart(people)
    return _told_apart(_coded(dimension.code, [int(key) for key in wanted]))


def _coded(code: str, ids: list[int]) -> dict[Key, tuple[str, str]]:
    """Names and codes of units, classes, grids or regions."""
    match code:
        case "unit":
            known = {unit.pk: (unit.label, unit.code) for unit in units(active=None)}
            return {key: known.get(key, (str(key), "")) for key in ids}
        case "class":
            book = catalogue.current()
            return {key: _class_name(book, key) for key in ids}
    tree = territory.tree()
    if code == "grid":
        rows = Grid.objects.filter(pk__in=ids).values_list("pk", "name", "code", "community_id")
        return {pk: (f"{tree.region(place).name} · {name}", own) for pk, name, own, place in rows}
    return {key: (tree.region(key).name, tree.region(key).code) for key in ids}


def _told_apart(found: Mapping[Key, tuple[str, str]]) -> dict[Key, str]:
    """Names; those that several rows have with their marks."""
    times = Counter(name for name, _mark in found.values())
    return {
        key: pgettext("figures", "%(name)s (%(mark)s)") % {"name": name, "mark": mark}
        if times[name] > 1 and mark
        else name
        for key, (name, mark) in found.items()
    }


def _person(post: Post) -> str:
    return f"{post.user.name or post.user.get_username()} · {post}"


def _since(post: Post) -> str:
    """What tells two posts of a person apart that are called alike: from when each was held."""
    return timezone.localdate(post.valid_from).isoformat()


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


def _class_name(book: catalogue.Catalogue, class_id: int) -> tuple[str, str]:
    """Its name and its edition: a class of the next edition often is called the same."""
    try:
        one = book.class_by_id(class_id)
    except NotFound:
        return str(class_id), ""
    edition = next((e.code for e in book.editions if e.pk == one.edition_id), "")
    return f"{one.code} {one.label}", edition


def first_class(dimension_code: str, *, on: date) -> frozenset[int]:
    """Regions or grids more than half of whose cells were of grade A on a day. One query; two for
    districts and streets."""
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
        grades = _above(grades, dimension_code, on)
    return frozenset(key for key, count in grades.items() if count[True] > count[False])


def _above(communities: dict[int, Counter[bool]], tier: str, on: date) -> dict[int, Counter[bool]]:
    """The grades of the cells of communities, summed up for the regions that they lay in."""
    tree, parents = territory.tree(), territory.parents_on(on)
    found: dict[int, Counter[bool]] = defaultdict(Counter)
    for community, grades in communities.items():
        place: int | None = community
        while place is not None and tree.region(place).tier != tier:
            place = parents.get(place, tree.region(place).parent_id)
        if place is not None:
            found[place].update(grades)
    return found
