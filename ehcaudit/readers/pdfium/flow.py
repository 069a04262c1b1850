"""A page's runs and grids → its elements in reading order: lines of text, and tables with lines in their cells."""

from __future__ import annotations

from ehcaudit.readers.pdfium.columns import arrange, side_by_side
from ehcaudit.readers.pdfium.flow_values import Cell, PageFlow, TableOnPage
from ehcaudit.readers.pdfium.grids import Grid, GridCell, decorate, find_grids, nest
from ehcaudit.readers.pdfium.lines import Line, lines_of
from ehcaudit.readers.pdfium.page import RawPage, Run


def flow_of(page: RawPage) -> PageFlow:
    """Lay a page out."""
    decorate(page)
    outer = nest(find_grids(page))
    loose: list[Run] = []
    turned: list[Run] = []
    for run in page.runs:
        middle = (run.x0 + run.x1) / 2, run.base - 0.3 * run.style.size
        cell = _home(outer, *middle) if outer else None
        if cell is not None and run.x1 > cell.box.x1 + 2 and run.x0 < cell.box.x0 - 2:
            page.confidence = min(page.confidence, 0.8)
        if run.turned:
            (turned if cell is None else cell.turned).append(run)
        elif cell is None:
            loose.append(run)
        else:
            cell.runs.append(run)
    lines = lines_of(loose)
    elements: list[Line | TableOnPage] = []
    tables = [table for grid in outer if (table := _table(grid, page.number)) is not None]
    left = min((line.x0 for line in lines), default=0.0)
    right = max((line.x1 for line in lines), default=page.width)
    for line in lines:
        line.box = left, right
        line.page = page.number
    confidence = page.confidence
    at = 0
    for table in [*tables, None]:
        end = at
        while end < len(lines) and (table is None or lines[end].base < table.box.top + 2):
            end += 1
        part = lines[at:end]
        if len(part) > 3 and side_by_side(part):
            arranged, sure = arrange(part, right)
            elements += arranged
            confidence = min(confidence, sure)
        else:
            elements += part
        at = end
        if table is not None:
            elements.append(table)
    for run in turned:
        line = lines_of([run])[0]
        line.box, line.page = (run.x0, run.x1), page.number
        elements.append(line)
    return PageFlow(page.number, elements, confidence, left, right, page.width, page.height)


def _home(grids: list[Grid], x: float, y: float) -> GridCell | None:
    """The innermost cell at a point."""
    found: GridCell | None = None
    todo = grids
    while todo:
        for grid in todo:
            box = grid.box
            if box.x0 <= x <= box.x1 and box.top <= y <= box.bottom and (cell := grid.at(x, y)) is not None:
                found, todo = cell, cell.inner
                break
        else:
            break
    return found


def _table(grid: Grid, page: int) -> TableOnPage | None:
    """A grid with its words; None where it holds none."""
    cells: list[Cell] = []
    full = False
    pad = _pad(grid)
    for one in grid.cells:
        made = Cell(one.row, one.column, one.rows, one.columns)
        cells.append(made)
        lines = lines_of(one.runs)
        for line in lines:
            line.box, line.page = (one.box.x0 + pad, one.box.x1 - pad), page
        inner = [table for grid in one.inner if (table := _table(grid, page)) is not None]
        at = 0
        for table in inner:
            while at < len(lines) and lines[at].base < table.box.top + 2:
                made.content.append(lines[at])
                at += 1
            made.content.append(table)
        made.content += lines[at:]
        for run in one.turned:
            line = lines_of([run])[0]
            line.box, line.page = (run.x0, run.x1), page
            made.content.append(line)
        full = full or bool(made.content)
    if not full:
        return None
    return TableOnPage(grid.xs, len(grid.ys) - 1, grid.ys, cells, grid.box, grid.confidence)


def _pad(grid: Grid) -> float:
    """The room between a cell's edge and its words: the least that is seen on the left."""
    least = min((run.x0 - cell.box.x0 for cell in grid.cells for run in cell.runs), default=5.0)
    return min(max(least, 0.0), 12.0)
