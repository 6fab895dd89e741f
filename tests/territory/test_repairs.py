"""Every fault of the topology report has a fix, and the report is clean afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapely

from linli.kernel.errors import NotFound, Refused, Stale
from linli.territory import services
from linli.territory.models import Building, Region
from linli.territory.queries import topology_report
from tests.territory.factories import geos, make_cells, make_grid, make_region

SQUARE = shapely.box(120.0, 30.0, 120.004, 30.002)
DAY = date(2026, 3, 1)


def community() -> Region:
    street = make_region("310101013000", "street", None, SQUARE)
    return make_region("310101013001", "community", street, SQUARE)


def box(west: float, east: float, north: float = 30.002) -> shapely.Polygon:
    return shapely.box(west, 30.0, east, north)


@pytest.mark.django_db
def test_a_gap_goes_to_the_neighbour_with_the_longest_border() -> None:
    home = community()
    west = make_grid(home, 1, box(120.0, 120.002))
    make_grid(home, 2, shapely.box(120.0022, 30.0005, 120.004, 30.002))
    make_grid(home, 3, shapely.box(120.0022, 30.0, 120.004, 30.0005))
    (gap,) = topology_report(home.pk, on=DAY).gaps
    asked = {"community_id": home.pk, "layer": gap.layer, "lon": gap.lon, "lat": gap.lat}
    done = services.fill_gap(**asked, from_date=DAY)  # type: ignore[arg-type]
    assert done.codes == (west.code,)
    assert done.area_m2 == pytest.approx(gap.area_m2, rel=0.01)
    assert topology_report(home.pk, on=DAY).clean
    assert topology_report(home.pk, on=DAY - timedelta(days=1)).gaps, "the past stays as it was"
    with pytest.raises(Stale, match="no gap"):
        services.fill_gap(**asked, from_date=DAY)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_gap_without_neighbours_is_not_filled() -> None:
    home = community()
    with pytest.raises(Refused, match="borders"):
        services.fill_gap(
            community_id=home.pk, layer="responsibility", lon=120.001, lat=30.001, from_date=DAY
        )


@pytest.mark.django_db
def test_an_overlap_stays_with_the_smaller_one() -> None:
    home = community()
    small = make_grid(home, 1, box(120.0, 120.0012))
    large = make_grid(home, 2, box(120.001, 120.004))
    codes = {"first": small.code, "second": large.code}
    asked = {"community_id": home.pk, "layer": "responsibility", "from_date": DAY, **codes}
    assert services.part_overlap(**asked).codes == (large.code,)  # type: ignore[arg-type]
    assert topology_report(home.pk, on=DAY).clean
    with pytest.raises(Stale):
        services.part_overlap(**asked)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_borders_within_rounding_of_each_other_leave_no_spike() -> None:
    home = community()
    make_grid(home, 1, shapely.box(120.0, 30.0 + 1e-12, 120.0012, 30.002))
    large = make_grid(home, 2, SQUARE)
    (found,) = topology_report(home.pk, on=DAY).overlaps
    codes = {"first": found.first, "second": found.second}
    services.part_overlap(community_id=home.pk, layer="responsibility", from_date=DAY, **codes)
    version = large.versions.get(during__contains=DAY)
    assert version.outline.extent[0] == pytest.approx(120.0012, abs=1e-9)


@pytest.mark.django_db
def test_what_reaches_out_is_cut_at_the_border() -> None:
    home = community()
    grid = make_grid(home, 1, box(120.0, 120.0045))
    asked = {"community_id": home.pk, "layer": "responsibility", "code": grid.code}
    services.bring_in(**asked, from_date=DAY)  # type: ignore[arg-type]
    assert topology_report(home.pk, on=DAY).clean
    with pytest.raises(Stale):
        services.bring_in(**asked, from_date=DAY)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        services.bring_in(**{**asked, "code": "x"}, from_date=DAY)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_cell_of_the_wrong_grid_goes_to_the_right_one() -> None:
    home = community()
    west = make_grid(home, 1, box(120.0, 120.002))
    east = make_grid(home, 2, box(120.002, 120.004))
    cells = make_cells(home, west, SQUARE)
    strays = topology_report(home.pk, on=DAY).strays
    assert strays
    for stray in strays:
        services.bring_in(community_id=home.pk, layer="cell", code=stray.code, from_date=DAY)
    report = topology_report(home.pk, on=DAY)
    assert report.clean, report
    assert cells[-1].versions.get(during__contains=DAY).grid == east


@pytest.mark.django_db
def test_a_building_in_two_grids_goes_whole_to_one() -> None:
    home = community()
    make_grid(home, 1, box(120.0, 120.002))
    make_grid(home, 2, box(120.002, 120.004))
    house = Building.objects.create(outline=geos(shapely.box(120.0018, 30.001, 120.0021, 30.0012)))
    assert topology_report(home.pk, on=DAY).buildings
    asked = {"community_id": home.pk, "building_id": house.pk, "from_date": DAY}
    services.keep_building_whole(**asked)  # type: ignore[arg-type]
    assert topology_report(home.pk, on=DAY).clean
    with pytest.raises(Stale):
        services.keep_building_whole(**asked)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_where_grids_are_made_of_cells_a_building_is_not_carved_out() -> None:
    home = community()
    west = make_grid(home, 1, box(120.0, 120.002))
    make_grid(home, 2, box(120.002, 120.004))
    make_cells(home, west, box(120.0, 120.002))
    house = Building.objects.create(outline=geos(shapely.box(120.0018, 30.001, 120.0021, 30.0012)))
    with pytest.raises(Refused, match="cell"):
        services.keep_building_whole(community_id=home.pk, building_id=house.pk, from_date=DAY)
