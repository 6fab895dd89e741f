"""spopt, another program for the same question, as referee.

Runs where spopt is installed: `pip install --group referee`. It brings 43 packages, so it is no
part of the ordinary tests' environment.
"""

from __future__ import annotations

import numpy as np
import pytest

from linli.planning.rules.partition import Aim, divide
from linli.planning.rules.trees import Graph

pytestmark = pytest.mark.filterwarnings("ignore")
SIDE, PARTS = 20, 15


def test_the_division_is_contiguous_by_spopt_and_more_equal_than_its_best() -> None:
    pytest.importorskip("spopt")
    import geopandas
    import libpysal
    import shapely
    from spopt.region import AZP

    random = np.random.default_rng(4)
    loads = random.integers(1, 60, SIDE * SIDE).astype(float)
    cells = [shapely.box(x, y, x + 1, y + 1) for y in range(SIDE) for x in range(SIDE)]
    frame = geopandas.GeoDataFrame({"load": loads}, geometry=cells)
    weights = libpysal.weights.Rook.from_dataframe(frame, use_index=False)
    edges = [(a, b) for a, near in weights.neighbors.items() for b in near if a < b]
    graph = Graph(loads.tolist(), edges, [1.0] * len(edges), loads.tolist())
    ours = np.array(divide(graph, Aim(PARTS, border_m=20.0), seed=1))

    model = AZP(frame, weights, ["load"], n_clusters=PARTS, random_state=1)
    model.solve()
    theirs = np.asarray(model.labels_)

    def spread(labels: np.ndarray) -> float:
        sums = np.bincount(labels.astype(int), weights=loads)
        return float(sums.max() / sums.mean())

    assert spread(ours) <= 1.10
    assert spread(ours) < spread(theirs)
    for part in range(PARTS):
        members = np.flatnonzero(ours == part).tolist()
        within = libpysal.weights.w_subset(weights, members, silence_warnings=True)
        assert within.n_components == 1
