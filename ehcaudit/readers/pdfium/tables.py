"""Tables that go on over page breaks: the column map carried over, repeated header rows dropped, split rows joined."""

from __future__ import annotations

from dataclasses import dataclass, field

from ehcaudit.readers.pdfium.flow_values import Cell, PageFlow, TableOnPage
from ehcaudit.readers.pdfium.lines import Line
from ehcaudit.readers.pdfium.margins import plain
from ehcaudit.readers.pdfium.paragraphs import ended, fits

_SAME = 4.0
_SHORT = 4.2
"""Room under the last line of a cell that goes on, in sizes of its letters: what keeps two or three lines together."""


@dataclass(slots=True)
class Whole:
    """A table over as many pages as it takes."""

    xs: list[float]
    rows: int
    cells: list[Cell]
    header_rows: int = 0
    confidence: float = 1.0
    last: TableOnPage | None = None
    pages: int = 1
    edges: dict[int, tuple[float, float]] = field(default_factory=dict)
    """id of a cell → its left and right edge."""


def start(table: TableOnPage) -> Whole:
    """A table as its first page shows it."""
    whole = Whole(list(table.xs), table.rows, list(table.cells), confidence=table.confidence, last=table)
    _note_edges(whole, table, table.cells)
    return whole


def _note_edges(whole: Whole, table: TableOnPage, cells: list[Cell]) -> None:
    for cell in cells:
        whole.edges[id(cell)] = table.xs[cell.column], table.xs[cell.column + cell.columns]


def goes_on(whole: Whole, table: TableOnPage, before: PageFlow, after: PageFlow, bottom: float) -> bool:
    """Whether a table at the top of a page is the one at the end of the page before. ``bottom``: of the text area."""
    last = whole.last
    if last is None or (not _same_columns(last.xs, table.xs) and not _same_columns(whole.xs, table.xs)):
        return False
    repeated = _repeated(whole, table)
    if repeated and whole.pages > 1 and not whole.header_rows:
        return False  # Its first row was not repeated before: the form begins anew.
    if not repeated and (first := _first_words(table.cells)) and first == _first_words(whole.cells):
        return False
    heights = _heights(table)
    if repeated >= len(heights):
        return True
    room = bottom - last.box.bottom
    # Had the next row found room, it would stand on the page before; a row of many lines may be split.
    least = heights[repeated]
    return room < min(least, 60.0 if repeated else 40.0) + 6 or room < least * 0.9


def _heights(table: TableOnPage) -> list[float]:
    return [b - a for a, b in zip(table.ys, table.ys[1:], strict=False)]


def _same_columns(one: list[float], two: list[float]) -> bool:
    """The same outer edges, and one's inner edges among the other's."""
    if abs(one[0] - two[0]) > _SAME or abs(one[-1] - two[-1]) > _SAME:
        return False
    few, many = (one, two) if len(one) <= len(two) else (two, one)
    return all(any(abs(x - y) <= _SAME for y in many) for x in few)


def _same_row(one: list[Cell], two: list[Cell], row: int) -> bool:
    """Whether both have this row, with the same words in the same columns."""
    first, second = ([cell for cell in cells if cell.row == row and cell.content] for cells in (one, two))
    if not first or [cell.column for cell in first] != [cell.column for cell in second]:
        return False
    return all(_words(a) == _words(b) for a, b in zip(first, second, strict=True))


def _words(cell: Cell) -> str:
    return " ".join(plain(line.runs) for line in cell.content if isinstance(line, Line))


def _first_words(cells: list[Cell]) -> str:
    first = next((cell for cell in cells if cell.content), None)
    return plain(first.content[0].runs) if first is not None and isinstance(first.content[0], Line) else ""


def _repeated(whole: Whole, table: TableOnPage) -> int:
    """How many leading rows of a page's part are the table's header rows again."""
    count = 0
    while count < min(table.rows, whole.rows, 4):
        if not _same_row(table.cells, whole.cells, count):
            break
        count += 1
    return count


def carry_on(whole: Whole, table: TableOnPage) -> None:
    """Add the part of a table that stands on the next page."""
    repeated = _repeated(whole, table)
    if repeated and repeated == table.rows and table.rows > 1:
        repeated = 0
    if repeated:
        whole.header_rows = max(whole.header_rows, repeated)
    cells = [cell for cell in table.cells if cell.row >= repeated]
    _note_edges(whole, table, cells)
    xs = list(whole.xs)
    for x in table.xs:
        if all(abs(x - known) > _SAME for known in xs):
            xs.append(x)
    whole.xs = sorted(xs)
    joined = _row_continues(whole, cells, repeated)
    base = whole.rows - (1 if joined else 0)
    left: list[Cell] = []
    for cell in cells:
        row = cell.row - repeated + base
        spans = cell.rows
        if cell.row == repeated:
            above = _above(whole, cell)
            if joined and above is not None:
                above.content += cell.content
                above.rows = max(above.rows, row + spans - above.row)
                continue
            if above is not None and not cell.content and (spans > 1 or above.rows > 1):
                above.rows = row + spans - above.row
                continue
        cell.row = row
        left.append(cell)
    whole.cells += left
    whole.rows = base + table.rows - repeated
    whole.last = table
    whole.pages += 1


def _above(whole: Whole, cell: Cell) -> Cell | None:
    """The cell of the last row of a table that stands over a cell of the next page."""
    left, right = whole.edges[id(cell)]
    for other in whole.cells:
        if other.row + other.rows == whole.rows:
            x0, x1 = whole.edges[id(other)]
            if abs(x0 - left) <= _SAME and abs(x1 - right) <= _SAME:
                return other
    return None


def _row_continues(whole: Whole, cells: list[Cell], first: int) -> bool:
    """Whether the first row of the part is the rest of the last row before the break."""
    row = [cell for cell in cells if cell.row == first]
    pairs = [(above, cell) for cell in row if (above := _above(whole, cell)) is not None]
    if len(pairs) != len(row) or not any(cell.content for cell in row):
        return False
    score = 0.0
    last = whole.last
    foot = last.box.bottom if last is not None else 0.0
    for above, cell in pairs:
        one = next((x for x in reversed(above.content) if isinstance(x, Line)), None)
        two = next((x for x in cell.content if isinstance(x, Line)), None)
        if two is None:
            # A cell that ended before the break leaves its rest empty; so may a cell that is empty anyhow.
            score += 0.4 if one is not None else 0
            continue
        if one is None or foot - one.bottom > _SHORT * one.size:
            return False  # Words that go on below filled their cell to its foot.
        over, low, full = ended(one.runs[-1].text), two.runs[0].text[:1].islower(), not fits(one, two)
        long = len(above.content) > 3 and foot - one.bottom < 2 * one.size
        if two.label:
            score += 0.5 if any(isinstance(x, Line) and x.label for x in above.content) else -1
        elif low:
            score += 3 if full else 1
        elif not full:
            score -= 0.7 if long else 2
        elif over:
            score -= 0.5
        else:
            score += 0.5 if len(above.content) > 1 else 0
    return score > 0


def settle(whole: Whole) -> None:
    """Count columns by the edges of all pages together."""
    for cell in whole.cells:
        left, right = whole.edges[id(cell)]
        cell.column = _nearest(whole.xs, left)
        cell.columns = max(_nearest(whole.xs, right) - cell.column, 1)
    whole.cells.sort(key=lambda cell: (cell.row, cell.column))


def _nearest(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda n: abs(edges[n] - value))
