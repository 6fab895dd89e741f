"""Which area covers a point: one by one, in bulk, and against GEOS."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.territory.rules.areas import Areas
from linli.territory.rules.lattice import cells_in, split_in

RING = [(0, 0), (4, 0), (4, 4), (0, 4)]
HOLE = [(1, 1), (2, 1), (2, 2), (1, 2)]


def test_the_first_area_wins_on_a_shared_border() -> None:
    areas = Areas([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    assert areas.find(1.0, 0.5) == 0
    assert areas.find(1.0 + 1e-12, 0.5) == 1
    assert areas.find(2.0, 1.0) == 1
    assert areas.find(2.1, 1.0) == -1


def test_a_hole_belongs_to_nobody_but_its_rim_does() -> None:
    areas = Areas([shapely.Polygon(RING, [HOLE])])
    assert areas.find(1.5, 1.5) == -1
    assert areas.find(1.0, 1.5) == 0
    assert areas.find(0.5, 1.5) == 0


def test_no_areas_cover_nothing() -> None:
    areas = Areas([])
    assert areas.find(1, 1) == -1
    assert areas.find_many(np.array([1.0]), np.array([1.0])).tolist() == [-1]


def test_an_empty_outline_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Areas([shapely.box(0, 0, 1, 1), shapely.Polygon()])


def test_points_that_are_no_numbers_lie_nowhere() -> None:
    areas = Areas([shapely.box(0, 0, 1, 1)])
    found = areas.find_many(np.array([np.nan, np.inf, 0.5]), np.array([0.5, 0.5, 0.5]))
    assert found.tolist() == [-1, -1, 0]


@st.composite
def stars(draw: st.DrawFn) -> shapely.Polygon:
    """Star-shaped polygons of 3 to 60 corners, some with a hole."""
    corners = draw(st.integers(3, 60))
    radii = draw(st.lists(st.floats(0.5, 2.0), min_size=corners, max_size=corners))
    x, y = draw(st.floats(-2, 2)), draw(st.floats(-2, 2))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    shell = np.column_stack((x + radii * np.cos(angles), y + radii * np.sin(angles)))
    hole = [(x + 0.1 * c, y + 0.1 * s) for c, s in ((1, 0), (0, 1), (-1, 0))]
    return shapely.Polygon(shell, [hole] if draw(st.booleans()) and corners > 8 else None)


@settings(max_examples=150, deadline=None)
@given(st.lists(stars(), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_random_points_and_all_corners_lie_where_geos_says(
    shapes: list[shapely.Polygon], seed: int
) -> None:
    areas = Areas(shapes)
    points = np.random.default_rng(seed).uniform(-4.5, 4.5, (200, 2))
    corners = np.concatenate([shapely.get_coordinates(shape) for shape in shapes])
    points = np.vstack((points, corners))
    covered = np.array([shapely.covers(shape, shapely.points(points)) for shape in shapes])
    expected = np.where(covered.any(axis=0), covered.argmax(axis=0), -1)
    assert areas.find_many(*points.T).tolist() == expected.tolist()
    assert [areas.find(x, y) for x, y in points.tolist()] == expected.tolist()


def test_the_border_is_measured_in_metres() -> None:
    areas = Areas([shapely.box(111.0, 30.0, 111.1, 30.1)])
    assert areas.border_m(0, 111.05, 30.0 + 0.001) == pytest.approx(110.86, abs=0.2)
    assert areas.border_m(0, 111.001, 30.05) == pytest.approx(96.4, abs=0.2)
    assert areas.border_m(0, 111.05, 30.1) == 0.0


def test_big_and_small_borders_are_measured_alike() -> None:
    angles = np.linspace(0, 2 * np.pi, 2_000, endpoint=False)
    circle = shapely.Polygon(np.column_stack((111 + np.cos(angles), 30 + np.sin(angles))))
    areas = Areas([circle, shapely.box(113, 30, 114, 31)])
    lons, lats = np.array([111.1, 110.5, 113.4]), np.array([30.2, 29.9, 30.7])
    area = np.array([0, 0, 1])
    singles = [
        areas.border_m(int(a), lon, lat) for a, lon, lat in zip(area, lons, lats, strict=True)
    ]
    assert areas.border_m_many(area, lons, lats).tolist() == pytest.approx(singles, rel=1e-9)


def test_cells_tile_a_community_without_gap_or_overlap() -> None:
    outline = shapely.Polygon(
        [(111.28, 30.7), (111.293, 30.701), (111.297, 30.712), (111.285, 30.708), (111.28, 30.71)]
    )
    cells = cells_in(outline)
    shapes = [shape for shape, _number in cells]
    assert [number for _shape, number in cells] == list(range(1, len(cells) + 1))
    assert sum(shape.area for shape in shapes) == pytest.approx(outline.area, rel=1e-9)
    assert shapely.union_all(shapes).symmetric_difference(outline).area < 1e-15
    assert all(shape.is_valid for shape in shapes)
    m2 = np.array([shape.area for shape in shapes]) * 95_700 * 110_900
    assert 2_000 < m2.min() < m2.max() < 15_000
    assert np.median(m2) == pytest.approx(10_000, rel=0.1)


def test_cells_are_numbered_from_west_to_east_and_north_to_south() -> None:
    cells = cells_in(shapely.box(111.28, 30.70, 111.29, 30.71))
    centres = [(round(-shape.centroid.y, 6), round(shape.centroid.x, 6)) for shape, _n in cells]
    assert centres == sorted(centres)


def test_a_community_too_large_for_three_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="999"):
        cells_in(shapely.box(111, 30, 111.1, 30.1))


def test_a_community_is_cut_into_grids_of_equal_size() -> None:
    outline = shapely.Polygon([(111.28, 30.7), (111.3, 30.701), (111.297, 30.715), (111.28, 30.71)])
    parts = split_in(outline, 5)
    assert len(parts) == 5
    assert shapely.union_all(parts).symmetric_difference(outline).area < 1e-15
    assert max(p.area for p in parts) == pytest.approx(min(p.area for p in parts), rel=1e-3)
