"""Graphs of atoms and random spanning trees of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Graph:
    """Atoms with loads; edges with the price of a border along them; where each atom is today."""

    load: list[float]
    edges: list[tuple[int, int]]
    price: list[float]
    households: list[float]
    today: list[int] = field(default_factory=list)  # number of today's grid, -1: none
    near: list[list[tuple[int, float]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.near = [[] for _ in self.load]
        for (a, b), price in zip(self.edges, self.price, strict=True):
            self.near[a].append((b, price))
            self.near[b].append((a, price))


class Tree:
    """A random spanning tree of some atoms, with what lies below each of its edges.

    Arrays are by the order in which atoms were reached from the root; entry `at` stands for the
    atom and everything below it. `price` is the border that a cut above the atom would make.
    """

    def __init__(
        self,
        graph: Graph,
        nodes: Sequence[int],
        random: Random,
        *,
        borders: bool = True,
        keeps: dict[int, tuple[float, float]] | None = None,
    ) -> None:
        within = set(nodes)
        links = _random_tree(graph, nodes, within, random)
        order, above = [nodes[random.randrange(len(nodes))]], [-1]
        position = {order[0]: 0}
        for node in order:
            for other in links[node]:
                if other not in position:
                    position[other] = len(order)
                    above.append(position[node])
                    order.append(other)
        self.order, self.above = order, above
        self.load = [graph.load[node] for node in order]
        self.houses = [graph.households[node] for node in order]
        self.size = [1] * len(order)
        self.price = [0.0] * len(order)
        self.kept = [keeps[node][0] for node in order] if keeps else []
        self.kept_other = [keeps[node][1] for node in order] if keeps else []
        if borders:
            self._lay_borders(graph, position, within)
        for at in range(len(order) - 1, 0, -1):
            up = above[at]
            self.load[up] += self.load[at]
            self.houses[up] += self.houses[at]
            self.size[up] += self.size[at]
            self.price[up] += self.price[at]
            if keeps:
                self.kept[up] += self.kept[at]
                self.kept_other[up] += self.kept_other[at]

    def _lay_borders(self, graph: Graph, position: dict[int, int], within: set[int]) -> None:
        """Each edge counts at both its ends, and twice less where their ways to the root meet."""
        above, price = self.above, self.price
        for node, at in position.items():
            for other, metres in graph.near[node]:
                if other in within:
                    price[at] += metres
                    a, b = at, position[other]
                    if a < b:  # a parent stands before its children: climb the later one
                        while a != b:
                            if a < b:
                                b = above[b]
                            else:
                                a = above[a]
                        price[a] -= 2 * metres

    def below(self, at: int) -> set[int]:
        """The atoms below an edge, its lower end included."""
        inside = {at}
        for later in range(at + 1, len(self.order)):
            if self.above[later] in inside:
                inside.add(later)
        return {self.order[one] for one in inside}


def _random_tree(
    graph: Graph, nodes: Sequence[int], within: set[int], random: Random
) -> dict[int, list[int]]:
    """A spanning tree by Kruskal: edges over open ground first, across streets last, else by
    chance."""
    ranked = []
    for node in nodes:
        for other, price in graph.near[node]:
            if node < other and other in within:
                ranked.append((random.random() - 0.15 * math.log1p(price), node, other))
    ranked.sort()
    above = {node: node for node in nodes}
    links: dict[int, list[int]] = {node: [] for node in nodes}
    for _rank, a, b in ranked:
        x = a
        while above[x] != x:
            above[x] = above[above[x]]
            x = above[x]
        y = b
        while above[y] != y:
            above[y] = above[above[y]]
            y = above[y]
        if x != y:
            above[x] = y
            links[a].append(b)
            links[b].append(a)
    return links


def components(graph: Graph, nodes: Sequence[int]) -> list[list[int]]:
    """Connected pieces of `nodes`, each in order, the one with the smallest number first."""
    left, found = set(nodes), []
    for node in sorted(nodes):
        if node not in left:
            continue
        left.discard(node)
        stack, piece = [node], [node]
        while stack:
            for other, _price in graph.near[stack.pop()]:
                if other in left:
                    left.discard(other)
                    stack.append(other)
                    piece.append(other)
        found.append(sorted(piece))
    return found
