"""Tables while they are read: where each cell stands, what it spans, and what holds for the text in it.

ECMA-376 part 1, §17.4. Merged cells (w:gridSpan, w:vMerge, w:hMerge) count once, where they begin.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ehcaudit.model import Cell, Table
from ehcaudit.readers.ooxml.names import CELL_PROPERTIES, TOLD
from ehcaudit.readers.ooxml.styles import HIDDEN, SHADED, is_on, is_shade, local, value, whole_number

_MOST_COLUMNS = 1000
_USUAL_COLUMNS = 63
"""What Word itself allows."""


class State(NamedTuple):
    """What holds for an element because of what is around it."""

    live: str = "live"
    author: str = ""
    when: str = ""
    flags: int = 0
    cell: Cell | None = None
    where: str = ""


@dataclass(slots=True)
class Grid:
    """A table that is being read."""

    number: int
    where: str
    parent: Cell | None
    expected: int = 0
    """Columns of its w:tblGrid."""
    row: int = -1
    column: int = 0
    columns: int = 0
    headers: int = 0
    last: tuple[int, int] = (0, 0)
    """Where the cell before this one in the row begins."""
    merged: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Grid column → (row, column) of the cell that goes on downwards there."""


@dataclass(slots=True)
class Grids:
    """All tables of a document, in order."""

    all: list[Grid] = field(default_factory=list)
    spans: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """(table, row, column) of a merged cell → [rows, columns]."""
    inner: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    """Nested tables of a cell so far."""
    tops: int = 0

    def table(self, element: Any, state: State) -> Grid:
        """Open a table."""
        cell = state.cell
        if cell is None and state.where:  # In a note or the like.
            where = f"{state.where} › table"
        elif cell is None:
            self.tops += 1
            where = f"table {self.tops}"
        else:
            key = cell.table, cell.row, cell.column
            self.inner[key] += 1
            where = f"{state.where} › table {self.inner[key]}"
        grid = Grid(len(self.all), where, cell)
        for child in element:
            name = local(child)
            if name == "tblGrid":
                grid.expected = len(child)
            elif name == "tr":
                break
        self.all.append(grid)
        return grid

    def row(self, element: Any, state: State, grid: Grid) -> State:
        """Open a row, and say what holds in it."""
        grid.row += 1
        grid.column = 0
        for properties in element:
            if properties.tag.endswith("}tc"):
                break
            if not properties.tag.endswith("}trPr"):
                continue
            for child in properties:
                name = local(child)
                if name == "gridBefore":
                    grid.column = self._span(value(child), grid, least=0)
                elif name == "gridAfter":
                    grid.columns = max(grid.columns, self._span(value(child), grid, least=0))
                elif name == "tblHeader":
                    grid.headers += is_on(child) and grid.headers == grid.row
                elif name == "hidden" and is_on(child):
                    state = state._replace(flags=state.flags | HIDDEN)
                elif name == "del":
                    state = changed(child, state, "deleted")
                elif name == "ins" and state.live == "live":
                    state = changed(child, state, "inserted")
        return state

    def _span(self, text: str | None, grid: Grid, *, least: int) -> int:
        return whole_number(
            text, least=least, most=max(_USUAL_COLUMNS, min(grid.expected, _MOST_COLUMNS)), default=least
        )

    def cell(self, element: Any, state: State, grid: Grid) -> State:
        """Open a cell, and say what holds in it."""
        span, merge, across = 1, None, None
        for child in first(element, CELL_PROPERTIES):
            name = TOLD.get(child.tag)
            if name is None:
                continue
            if name == "gridSpan":
                span = self._span(value(child), grid, least=1)
            elif name == "vMerge":
                merge = value(child) or "continue"
            elif name == "hMerge":
                across = value(child) or "continue"
            elif name == "shd":
                if is_shade(value(child, "fill")):
                    state = state._replace(flags=state.flags | SHADED)
            elif name == "cellDel":
                state = changed(child, state, "deleted")
            elif name == "cellIns" and state.live == "live":
                state = changed(child, state, "inserted")
        row, column = max(grid.row, 0), min(grid.column, _MOST_COLUMNS)
        grid.column = column + span
        grid.columns = max(grid.columns, grid.column)
        top = row, column
        if across == "continue" and column:
            top = grid.last
            size = self.spans.setdefault((grid.number, *top), [1, 1])
            size[1] = max(size[1], grid.column - top[1])
        elif merge == "continue" and column in grid.merged:
            top = grid.merged[column]
            self.spans[grid.number, *top][0] = row - top[0] + 1
        elif merge == "restart":
            grid.merged[column] = top
        if merge == "restart" or across == "restart":
            self.spans[grid.number, *top] = [1, span]
        for covered in range(column, column + span):
            if grid.merged.get(covered) not in (None, top):
                del grid.merged[covered]
        grid.last = top
        cell = Cell(grid.number, top[0], top[1], 1, span)
        return State(
            state.live,
            state.author,
            state.when,
            state.flags,
            cell,
            f"{grid.where} › row {top[0] + 1} › column {top[1] + 1}",
        )

    def whole(self, cell: Cell) -> Cell:
        """A cell with the rows and columns that it came to cover in the end."""
        size = self.spans.get((cell.table, cell.row, cell.column))
        return Cell(cell.table, cell.row, cell.column, size[0], size[1]) if size else cell

    def tables(self) -> tuple[Table, ...]:
        """The shapes of all tables."""
        return tuple(
            Table(grid.row + 1, grid.columns, self.whole(grid.parent) if grid.parent else None, grid.headers)
            for grid in self.all
        )


def first(element: Any, names: tuple[str, ...]) -> Any:
    """The first child where it is of that name (properties come first), else nothing to go through."""
    for child in element:
        return child if child.tag in names else ()
    return ()


def changed(element: Any, state: State, live: str) -> State:
    """Inside a tracked change, with whose and when."""
    return state._replace(live=live, author=value(element, "author") or "", when=value(element, "date") or "")
