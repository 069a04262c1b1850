"""Ruling lines → grids: cells with the rows and columns they span, and which grid stands in a cell of which.

Lines that underline or strike out words are told apart first. A page frame is no table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ehcaudit.readers.pdfium.page import Box, RawPage, Run

_NEAR = 2.0
"""Lines that end so close to one another meet; lines so close in parallel are one."""
_MOST_LINES = 700


@dataclass(slots=True)
class GridCell:
    """One cell of a grid, with the runs whose middle lies in it."""

    row: int
    column: int
    rows: int
    columns: int
    box: Box
    runs: list[Run] = field(default_factory=list)
    turned: list[Run] = field(default_factory=list)
    inner: list[Grid] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """A table as its lines show it."""

    box: Box
    xs: list[float]
    ys: list[float]
    cells: list[GridCell]
    lookup: list[list[int]]
    """[row][column] → index of the cell that covers it."""
    confidence: float = 1.0
    bottom_open: bool = False

    def at(self, x: float, y: float) -> GridCell | None:
        """The cell at a point."""
        column, row = _slot(self.xs, x), _slot(self.ys, y)
        if column < 0 or row < 0:
            return None
        return self.cells[self.lookup[row][column]]


def _slot(edges: Sequence[float], value: float) -> int:
    at = bisect_left(edges, value) - 1
    return at if 0 <= at < len(edges) - 1 else (0 if at < 0 and value > edges[0] - 1 else -1)


def decorate(page: RawPage) -> None:
    """Mark the runs that a line underlines or strikes out, and take those lines away."""
    if not page.across or not page.runs:
        return
    runs = sorted((r for r in page.runs if not r.turned), key=lambda r: r.base)
    bases = [r.base for r in runs]
    if not runs:
        return
    tallest = max(r.style.size for r in runs[:: max(len(runs) // 200, 1)]) + 2
    kept: list[Box] = []
    for line in page.across:
        y = (line.top + line.bottom) / 2
        at = bisect_left(bases, y - 0.5 * tallest)
        touched = False
        while at < len(runs) and bases[at] <= y + 0.5 * tallest:
            run = runs[at]
            at += 1
            shared = min(run.x1, line.x1) - max(run.x0, line.x0)
            if shared <= 0 or shared < 0.6 * (run.x1 - run.x0):
                continue
            size, rise = run.style.size, run.base - y
            struck = 0.15 * size < rise < 0.48 * size
            under = -0.32 * size < rise <= 0.05 * size
            if not (struck or under):
                continue
            inside = [r for r in runs if abs(r.base - run.base) < 1 and r.x1 > line.x0 - 1 and r.x0 < line.x1 + 1]
            if line.x0 < min(r.x0 for r in inside) - 0.35 * size or line.x1 > max(r.x1 for r in inside) + 0.6 * size:
                continue
            run.decor = "struck" if struck else run.decor or "underline"
            touched = True
        if not touched:
            kept.append(line)
    page.across = kept


def _merged(lines: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """(place, start, end) of parallel lines: those on one another made one, those that continue one another joined."""
    found: list[tuple[float, float, float]] = []
    group: list[tuple[float, float, float]] = []

    def close() -> None:
        place = sum(one[0] for one in group) / len(group)
        group.sort(key=lambda one: one[1])
        start, end = group[0][1], group[0][2]
        for _, low, high in group[1:]:
            if low <= end + _NEAR:
                end = max(end, high)
            else:
                found.append((place, start, end))
                start, end = low, high
        found.append((place, start, end))

    for line in sorted(lines):
        if group and line[0] - group[0][0] > _NEAR * 0.8:
            close()
            group = []
        group.append(line)
    if group:
        close()
    return found


def find_grids(page: RawPage) -> list[Grid]:
    """The tables of a page, outermost and nested, from the top down."""
    if len(page.across) < 2:
        return []
    across = _merged(((b.top + b.bottom) / 2, b.x0, b.x1) for b in page.across)
    down = _merged(((b.x0 + b.x1) / 2, b.top, b.bottom) for b in page.down)
    if len(across) > _MOST_LINES or len(down) > _MOST_LINES:
        page.confidence = min(page.confidence, 0.5)
        return []
    parent = list(range(len(across) + len(down)))

    def top(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for d, (x, low, high) in enumerate(down, len(across)):
        for a, (y, left, right) in enumerate(across):
            if left - _NEAR <= x <= right + _NEAR and low - _NEAR <= y <= high + _NEAR:
                parent[top(a)] = top(d)
    groups: dict[int, list[int]] = {}
    for n in range(len(parent)):
        groups.setdefault(top(n), []).append(n)
    grids: list[Grid] = []
    for members in groups.values():
        level = [across[n] for n in members if n < len(across)]
        upright = [down[n - len(across)] for n in members if n >= len(across)]
        if len(level) >= 2 and upright and (grid := _grid(level, upright)) and not _frame(grid, page):
            grids.append(grid)
    grids.sort(key=lambda g: (g.box.top, g.box.x0))
    return grids


def _frame(grid: Grid, page: RawPage) -> bool:
    """A border round the page."""
    box = grid.box
    return len(grid.cells) == 1 and box.x1 - box.x0 > 0.85 * page.width and box.bottom - box.top > 0.8 * page.height


def _grid(level: list[tuple[float, float, float]], upright: list[tuple[float, float, float]]) -> Grid | None:
    xs = _edges([x for x, _, _ in upright], [e for _, a, b in level for e in (a, b)])
    ys = _edges([y for y, _, _ in level], [e for _, a, b in upright for e in (a, b)])
    if len(xs) < 2 or len(ys) < 2:
        return None
    columns, rows = len(xs) - 1, len(ys) - 1
    wall = [[False] * (columns + 1) for _ in range(rows)]
    floor = [[False] * columns for _ in range(rows + 1)]
    for x, low, high in upright:
        at = _nearest(xs, x)
        for row in range(rows):
            middle = (ys[row] + ys[row + 1]) / 2
            if low <= middle <= high:
                wall[row][at] = True
    for y, left, right in level:
        at = _nearest(ys, y)
        for column in range(columns):
            middle = (xs[column] + xs[column + 1]) / 2
            if left <= middle <= right:
                floor[at][column] = True
    lookup = [[-1] * columns for _ in range(rows)]
    cells: list[GridCell] = []
    for row in range(rows):
        for column in range(columns):
            if lookup[row][column] >= 0:
                continue
            wide = 1
            while column + wide < columns and not wall[row][column + wide] and lookup[row][column + wide] < 0:
                wide += 1
            tall = 1
            while (
                row + tall < rows
                and not any(floor[row + tall][column : column + wide])
                and not any(wall[row + tall][column + 1 : column + wide])
            ):
                tall += 1
            index = len(cells)
            for r in range(row, row + tall):
                for c in range(column, column + wide):
                    if lookup[r][c] < 0:
                        lookup[r][c] = index
            cells.append(GridCell(row, column, tall, wide, Box(xs[column], ys[row], xs[column + wide], ys[row + tall])))
    return Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), xs, ys, cells, lookup)


def _edges(lines: list[float], ends: list[float]) -> list[float]:
    """The places of lines, each once; an open side is closed where the crossing lines end."""
    found: list[float] = []
    for place in sorted(lines):
        if not found or place - found[-1] > _NEAR:
            found.append(place)
    if ends and found:
        if min(ends) < found[0] - 10:
            found.insert(0, min(ends))
        if max(ends) > found[-1] + 10:
            found.append(max(ends))
    return found


def _nearest(edges: list[float], value: float) -> int:
    at = bisect_left(edges, value)
    if at == len(edges) or (at and value - edges[at - 1] < edges[at] - value):
        return at - 1
    return at


def nest(grids: list[Grid]) -> list[Grid]:
    """The outermost grids; each of the others goes into the cell that holds it."""
    outer: list[Grid] = []
    by_size = sorted(grids, key=lambda g: -(g.box.x1 - g.box.x0) * (g.box.bottom - g.box.top))
    placed: list[Grid] = []
    for grid in by_size:
        home = None
        middle = (grid.box.x0 + grid.box.x1) / 2, (grid.box.top + grid.box.bottom) / 2
        for host in placed:
            cell = host.at(*middle)
            if cell is not None and _holds(cell.box, grid.box):
                home = cell  # The smallest that holds it comes last.
        if home is not None:
            home.inner.append(grid)
        else:
            outer.append(grid)
        placed.append(grid)
    outer.sort(key=lambda g: (round(g.box.top), g.box.x0))
    return outer


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x0 - 2 <= inner.x0 and inner.x1 <= outer.x1 + 2 and outer.top - 2 <= inner.top
        and inner.bottom <= outer.bottom + 2
    )  # fmt: skip
