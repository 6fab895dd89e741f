"""Dividing a graph of atoms into connected parts of equal load.

Spanning-tree recombination (ReCom, DeFord, Duchin and Solomon 2021): two neighbouring parts are
put together, a random tree is laid over their atoms, and the tree is cut where it is best for load
and border; then single atoms change sides while that helps. A cut of a tree leaves two connected
parts, so every division on the way is connected. Edges with a high price (open ground) come first
into the tree, those across streets last, so that cuts run along streets.

Deterministic: the same graph, number of parts and seed give the same division. Pure Python lists,
because the pieces are small and change at every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from linli.planning.rules.matching import best_matching
from linli.planning.rules.trees import Graph, Tree, components

Progress = Callable[[float], None]
_TREES = 4  # random trees a recombination tries
_LARGE = 4_000  # atoms from which on a first cut looks at load alone
_LATITUDE = 0.03  # deviation from the mean that costs next to nothing: borders may use it
_PEAK = 1.06  # from here on a part is overloaded: max / mean is what people see


@dataclass(frozen=True, slots=True)
class Aim:
    """What a division should be like.

    `least` and `most` households a part (0: no limit); `border_m` is the length of border that
    counts as much as a tenth of a part's load in the wrong place; `stay` is how much a household
    that changes its grid counts against one that is out of balance.
    """

    parts: int
    least: float = 0.0
    most: float = 0.0
    border_m: float = 1_000.0
    stay: float = 0.0


def divide(
    graph: Graph,
    aim: Aim,
    *,
    seed: int = 0,
    effort: float = 1.0,
    progress: Progress | None = None,
) -> list[int]:
    """The part (0 … aim.parts - 1) of every atom. Connected components of the graph are divided
    by themselves; there must not be more of them than parts.

    `progress` is called with 0 … 1 and may raise to stop. About a second for 500 atoms.
    """
    tell = progress or (lambda _share: None)
    starts = 3 if len(graph.load) <= _LARGE // 4 else 1
    best: _Division | None = None
    for turn in range(starts):
        division = _Division(graph, aim, Random(f"{seed}/{turn}"))  # noqa: S311 no secret
        division.begin(from_today=turn == 0 and aim.stay > 0)
        division.improve(
            effort,
            lambda share, done=turn: tell((done + share) / starts),  # type: ignore[misc]
        )
        if best is None or division.cost() < best.cost():
            best = division
    assert best is not None
    return best.part


class _Division:
    """One division on its way to a better one."""

    def __init__(self, graph: Graph, aim: Aim, random: Random) -> None:
        self.graph, self.aim, self.random = graph, aim, random
        self.part = [-1] * len(graph.load)
        self.loads = [0.0] * aim.parts
        self.houses = [0.0] * aim.parts
        self.members: list[set[int]] = [set() for _ in range(aim.parts)]
        self.mean = sum(graph.load) / aim.parts or 1.0
        self.mean_houses = sum(graph.households) / aim.parts or 1.0
        self.match: list[int] = [-2] * aim.parts  # today's grid that a part continues

    # -- what is wanted -------------------------------------------------------------------

    def weight(self, load: float, houses: float) -> float:
        """How far a part of this load is from what is wanted."""
        off = abs(load / self.mean - 1.0)
        cost = off * off
        if off > _LATITUDE:
            cost += 25.0 * (off - _LATITUDE) ** 2 + 2.0 * (off - _LATITUDE)
        if load > _PEAK * self.mean:
            cost += 10.0 * (load / self.mean - _PEAK)
        aim = self.aim
        if aim.most and houses > aim.most:
            cost += 4.0 * (houses - aim.most) / self.mean_houses
        if houses < aim.least:
            cost += 4.0 * (aim.least - houses) / self.mean_houses
        return cost

    def cost(self) -> float:
        """The whole of it: load, border, households that would change."""
        graph, part = self.graph, self.part
        border = sum(
            price
            for (a, b), price in zip(graph.edges, graph.price, strict=True)
            if part[a] != part[b]
        )
        total = sum(
            self.weight(load, houses) for load, houses in zip(self.loads, self.houses, strict=True)
        )
        return total + 0.1 * border / self.aim.border_m - self._stay() * self._kept()

    def _stay(self) -> float:
        return self.aim.stay / self.mean_houses if self.graph.today else 0.0

    def _kept(self) -> float:
        graph = self.graph
        if not graph.today:
            return 0.0
        return sum(
            houses
            for houses, today, part in zip(graph.households, graph.today, self.part, strict=True)
            if today >= 0 and self.match[part] == today
        )

    # -- a first division -----------------------------------------------------------------

    def begin(self, *, from_today: bool) -> None:
        """A division to start with: today's grids as far as they fit, or cut by trees."""
        parts: list[list[int]] = []
        if from_today:
            parts = self._todays_parts()
        if len(parts) != self.aim.parts:
            parts = []
            pieces = components(self.graph, range(len(self.graph.load)))
            for nodes, share in zip(pieces, self._shares(pieces), strict=True):
                self._split(nodes, share, parts)
        for number, nodes in enumerate(parts):
            for node in nodes:
                self.part[node] = number
            self.members[number] = set(nodes)
            self.loads[number] = sum(self.graph.load[node] for node in nodes)
            self.houses[number] = sum(self.graph.households[node] for node in nodes)
        self._match()

    def _match(self) -> None:
        """Which of today's grids each part continues, so that most households stay."""
        if self.graph.today:
            self.match = best_matching(
                self.aim.parts, self.part, self.graph.today, self.graph.households
            )

    def _todays_parts(self) -> list[list[int]]:
        """Today's grids, if there are as many as wanted and each is connected."""
        graph = self.graph
        groups: dict[int, list[int]] = {}
        for node, today in enumerate(graph.today):
            if today < 0:
                return []
            groups.setdefault(today, []).append(node)
        whole = all(len(components(graph, nodes)) == 1 for nodes in groups.values())
        return [groups[key] for key in sorted(groups)] if whole else []

    def _shares(self, pieces: list[list[int]]) -> list[int]:
        """How many parts each connected piece gets: at least one, more where load is high."""
        if len(pieces) > self.aim.parts:
            raise ValueError("There are more pieces of ground than parts.")
        loads = [sum(self.graph.load[node] for node in nodes) for nodes in pieces]
        shares = [1] * len(pieces)
        for _more in range(self.aim.parts - len(pieces)):
            roomy = [n for n in range(len(pieces)) if shares[n] < len(pieces[n])]
            if not roomy:
                raise ValueError("There are fewer pieces of ground than parts.")
            shares[max(roomy, key=lambda n: (loads[n] / shares[n], -n))] += 1
        return shares

    def _split(self, nodes: list[int], parts: int, made: list[list[int]]) -> None:
        """Cut `nodes` (connected) into connected `parts` by trees, halving again and again."""
        if parts == 1:
            made.append(nodes)
            return
        wanted = sum(self.graph.load[node] for node in nodes) / parts
        best: tuple[float, int, set[int]] | None = None
        for _tree in range(_TREES):
            tree = Tree(self.graph, nodes, self.random, borders=len(nodes) <= _LARGE)
            for at in range(1, len(nodes)):
                here, size = tree.load[at], tree.size[at]
                first = min(parts - 1, max(1, round(here / wanted) if wanted else 1))
                if size < first or len(nodes) - size < parts - first:
                    continue
                off = abs(here - first * wanted) / (wanted or 1.0)
                uneven = abs(first - parts / 2) / parts
                cost = off + 0.3 * uneven + 0.1 * tree.price[at] / self.aim.border_m
                if best is None or cost < best[0] - 1e-12:
                    best = (cost, first, tree.below(at))
            if best is not None and best[0] < 0.02:
                break
        if best is None:  # a star of atoms, say: any leaf will do
            tree = Tree(self.graph, nodes, self.random, borders=False)
            best = (0.0, 1, tree.below(len(nodes) - 1))
        _cost, first, chosen = best
        self._split([node for node in nodes if node in chosen], first, made)
        self._split([node for node in nodes if node not in chosen], parts - first, made)

    # -- making it better -----------------------------------------------------------------

    def improve(self, effort: float, tell: Progress) -> None:
        """Recombine and polish until the steps are used up."""
        rounds = max(6, round(24 * effort))
        for turn in range(rounds):
            tell(turn / rounds)
            heat = 0.02 * (1 - (turn + 1) / rounds) ** 2
            pairs = self._neighbours()
            self.random.shuffle(pairs)
            pairs.sort(key=self._urgency, reverse=True)
            for first, second in pairs:
                self._recombine(first, second, heat)
            self._match()
            self._polish()
        tell(1.0)

    def _urgency(self, pair: tuple[int, int]) -> float:
        first, second = pair
        return round(abs(self.loads[first] - self.loads[second]) / self.mean, 1)

    def _neighbours(self) -> list[tuple[int, int]]:
        part = self.part
        found = {
            (part[a], part[b]) if part[a] < part[b] else (part[b], part[a])
            for a, b in self.graph.edges
            if part[a] != part[b]
        }
        return sorted(found)

    def _recombine(self, first: int, second: int, heat: float) -> None:
        """Put two parts together and cut them anew, if that is better (or nearly, while hot)."""
        nodes = sorted(self.members[first] | self.members[second])
        if len(nodes) < 3:
            return
        between = sum(
            price
            for node in self.members[first]
            for other, price in self.graph.near[node]
            if self.part[other] == second
        )
        if not between and not self._touch(first, second):
            return  # an earlier step of this round has moved them apart
        total, houses = (
            self.loads[first] + self.loads[second],
            self.houses[first] + self.houses[second],
        )
        stay = self._stay()
        keeps = self._keeps(nodes, first, second) if stay else None
        now = (
            self.weight(self.loads[first], self.houses[first])
            + self.weight(self.loads[second], self.houses[second])
            + 0.1 * between / self.aim.border_m
        )
        if keeps:
            now -= stay * sum(keeps[n][self.part[n] == second] for n in nodes)
        allowed = now + heat * self.random.random() - 1e-9
        best: tuple[float, set[int], bool] | None = None
        for _tree in range(_TREES):
            tree = Tree(self.graph, nodes, self.random, keeps=keeps)
            for at in range(1, len(nodes)):
                load, inside = tree.load[at], tree.houses[at]
                cost = (
                    self.weight(load, inside)
                    + self.weight(total - load, houses - inside)
                    + 0.1 * tree.price[at] / self.aim.border_m
                )
                swap = False
                if keeps:
                    straight = tree.kept[at] + tree.kept_other[0] - tree.kept_other[at]
                    crossed = tree.kept_other[at] + tree.kept[0] - tree.kept[at]
                    swap = crossed > straight
                    cost -= stay * max(straight, crossed)
                if cost < allowed and (best is None or cost < best[0]):
                    best = (cost, tree.below(at), swap)
        if best is not None:
            _cost, below, swap = best
            inside_part, outside_part = (second, first) if swap else (first, second)
            for node in nodes:
                self._move(node, inside_part if node in below else outside_part)

    def _touch(self, first: int, second: int) -> bool:
        return any(
            self.part[other] == second
            for node in self.members[first]
            for other, _price in self.graph.near[node]
        )

    def _keeps(self, nodes: list[int], first: int, second: int) -> dict[int, tuple[float, float]]:
        """Households of each atom that keep their grid in the first or in the second part."""
        graph = self.graph
        return {
            node: (
                graph.households[node] * (graph.today[node] == self.match[first]),
                graph.households[node] * (graph.today[node] == self.match[second]),
            )
            for node in nodes
        }

    def _move(self, node: int, part: int) -> None:
        old = self.part[node]
        if old == part:
            return
        load, houses = self.graph.load[node], self.graph.households[node]
        self.members[old].discard(node)
        self.members[part].add(node)
        self.loads[old] -= load
        self.loads[part] += load
        self.houses[old] -= houses
        self.houses[part] += houses
        self.part[node] = part

    def _polish(self) -> None:
        """Let single atoms change sides while that helps; parts stay connected."""
        part, near = self.part, self.graph.near
        for _sweep in range(3):
            moved = False
            for node in range(len(part)):
                here = part[node]
                options: dict[int, float] = {}
                for other, price in near[node]:
                    options[part[other]] = options.get(part[other], 0.0) + price
                if len(options) == 1 and here in options:
                    continue
                best, gain = here, 1e-9
                for there in sorted(options):
                    if there == here:
                        continue
                    better = self._gain(node, here, there, options)
                    if better > gain:
                        best, gain = there, better
                if best != here and self._may_leave(node):
                    self._move(node, best)
                    moved = True
            if not moved:
                return

    def _gain(self, node: int, here: int, there: int, options: dict[int, float]) -> float:
        graph = self.graph
        load, houses = graph.load[node], graph.households[node]
        gain = 0.1 * (options[there] - options.get(here, 0.0)) / self.aim.border_m
        if load or houses:
            gain += (
                self.weight(self.loads[here], self.houses[here])
                + self.weight(self.loads[there], self.houses[there])
                - self.weight(self.loads[here] - load, self.houses[here] - houses)
                - self.weight(self.loads[there] + load, self.houses[there] + houses)
            )
        if graph.today and self.aim.stay:
            today = graph.today[node]
            gain += (
                self._stay() * houses * ((today == self.match[there]) - (today == self.match[here]))
            )
        return gain

    def _may_leave(self, node: int) -> bool:
        """Whether the atom's part stays connected, and not empty, without it."""
        part, near = self.part, self.graph.near
        here = part[node]
        doors = {other for other, _price in near[node] if part[other] == here}
        if not doors:
            return False
        start = min(doors)
        doors.discard(start)
        seen, stack = {node, start}, [start]
        while stack and doors:
            for other, _price in near[stack.pop()]:
                if part[other] == here and other not in seen:
                    seen.add(other)
                    doors.discard(other)
                    stack.append(other)
        return not doors
