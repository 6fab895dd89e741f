"""The planner on real streets, real banks and real buildings: the neighbourhood of the demo."""

from __future__ import annotations

import shapely
from bench.planner import DEMO, plan, real

from linli.planning.rules.plan import Wish


def test_a_real_neighbourhood_falls_into_equal_whole_grids_along_its_streets() -> None:
    community = real(DEMO)
    result = plan(community, wish=Wish(parts=16, effort=0.5))
    figures = result.plan.figures
    assert result.buildings > 500
    assert figures.spread <= 1.10
    assert set(figures.pieces) == {1}
    assert result.cut == 0
    assert result.gap_m2 < 0.5
    assert figures.along > 0.6
    assert shapely.coverage_is_valid(result.plan.outlines)
