"""Text side by side without lines between: columns of running text, and tables without borders.

What tells them apart: in a table the cells of a row begin on one level and all columns wait for the longest cell; in
columns of text each goes its own way. Words set apart by tabs on single lines ("Name:   Sam") stay one line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ehcaudit.readers.pdfium.flow_values import Cell, TableOnPage
from ehcaudit.readers.pdfium.lines import Line, lines_of
from ehcaudit.readers.pdfium.page import Box, Run
from ehcaudit.readers.pdfium.paragraphs import fits, is_label

_GAP = 8.0
"""Narrower white between words is no gutter."""
_FAR = 72.0
"""A line that begins so far to the right may be in a column of its own."""
_MOST = 3000


@dataclass(slots=True)
class _Row:
    """A level of the page: its line, and the line's stretches between gutters."""

    line: Line
    parts: list[list[Run]]


def side_by_side(lines: list[Line]) -> bool:
    """Whether anything here can be columns at all (a quick look)."""
    if len(lines) > _MOST:
        return False
    left = min(line.x0 for line in lines) + _FAR
    return sum(len(line.runs) > 1 or line.x0 > left for line in lines) >= 3


def arrange(lines: list[Line], right: float) -> tuple[list[Line | TableOnPage], float]:
    """Lines of a region in reading order, with its borderless tables; and how sure that order is."""
    rows = [_Row(line, _parts(line)) for line in lines]
    out: list[Line | TableOnPage] = []
    confidence = 1.0
    at = 0
    while at < len(rows):
        zone = _zone(rows, at)
        if zone is None:
            break
        start, end, edges = zone
        out += [row.line for row in rows[at:start]]
        made, sure = _made(rows[start:end], edges, right)
        if made is None:
            out += [row.line for row in rows[start:end]]
        else:
            out += made
            confidence = min(confidence, sure)
        at = end
    out += [row.line for row in rows[at:]]
    return out, confidence


def _parts(line: Line) -> list[list[Run]]:
    parts = [[line.runs[0]]]
    for left, run in zip(line.runs, line.runs[1:], strict=False):
        gap = run.x0 - left.x1
        if gap > max(_GAP, 0.9 * line.size) and not (len(parts[-1]) == 1 and is_label(parts[-1][0].text)):
            parts.append([run])
        else:
            parts[-1].append(run)
    return parts


def _crosses(row: _Row, x: float) -> bool:
    return any(part[0].x0 < x - 3 and part[-1].x1 > x - 2 for part in row.parts)


def _zone(rows: list[_Row], at: int) -> tuple[int, int, list[float]] | None:
    """(first row, one past the last, left edges of its columns) of the next region that has columns."""
    starts: Counter[int] = Counter()
    left = min(row.line.x0 for row in rows[at:]) + _FAR
    for row in rows[at:]:
        for n, part in enumerate(row.parts):
            if n or part[0].x0 > left:
                starts[round(part[0].x0 / 3)] += 1
    for place, _ in starts.most_common(6):
        count = starts[place] + max(starts[place - 1], starts[place + 1])
        if count < 3:
            return None
        x = place * 3.0
        hits = [n for n in range(at, len(rows)) if any(abs(p[0].x0 - x) <= 4 for p in rows[n].parts)]
        best: tuple[int, int] | None = None
        begin = hits[0]
        for one, two in zip(hits, [*hits[1:], -1], strict=True):
            if two < 0 or two - one > 40 or any(_crosses(rows[n], x) for n in range(one + 1, two)):
                if best is None or one - begin > best[1] - best[0]:
                    best = begin, one
                begin = two
        if best is None or sum(best[0] <= n <= best[1] for n in hits) < 3:
            continue
        start, end = best[0], best[1] + 1
        if not any(row.line.x0 < x - 20 for row in rows[start:end]):
            continue
        while end < len(rows) and _belongs(rows[end - 1], rows[end], x):
            end += 1
        inside = rows[start:end]
        least = 3 if len(inside) > 6 else 2
        edges = [min(row.line.x0 for row in inside)]
        for other, _ in sorted(starts.items()):
            left = other * 3.0
            hit = sum(any(abs(p[0].x0 - left) <= 3 for p in row.parts) for row in inside)
            if hit >= least and left - edges[-1] > 20 and not any(_crosses(row, left) for row in inside):
                edges.append(left)
        if len(edges) > 1:
            return start, end, edges
    return None


def _belongs(before: _Row, row: _Row, x: float) -> bool:
    """Whether a level under the last one with two columns still goes on in one of them."""
    line, last = row.line, before.line
    pitch = (line.base - last.base) / (line.size or 1)
    if _crosses(row, x) or pitch > 2.6 or line.bold or abs(line.size - last.size) > 0.7:
        return False
    if line.x0 >= x - 4:
        return pitch <= 1.6
    return line.x1 < x - 4 and (pitch <= 1.6 or line.x1 - line.x0 > 0.6 * (x - line.x0))


def _made(rows: list[_Row], edges: list[float], right: float) -> tuple[list[Line | TableOnPage] | None, float]:
    columns = len(edges)
    width = max(right, *(row.line.x1 for row in rows))
    bounds = [*edges, width]
    cells: list[list[Line | None]] = []
    for row in rows:
        taken: list[list[Run]] = [[] for _ in edges]
        for part in row.parts:
            taken[max(n for n in range(columns) if part[0].x0 >= edges[n] - 4 or not n)] += part
        level: list[Line | None] = []
        for runs in taken:
            line = lines_of(runs)[0] if runs else None
            if line is not None:
                line.runs = sorted(runs, key=lambda run: run.x0)
                line.page = row.line.page
            level.append(line)
        cells.append(level)
    both = [row for row in cells if sum(line is not None for line in row) > 1]
    for n in range(columns):
        # The right edge of a column is where its longest lines end, not where the next begins.
        ends = sorted((line.x1 for row in cells if (line := row[n]) is not None), reverse=True)
        for made in cells:
            if (line := made[n]) is not None:
                line.box, line.column = (edges[n], ends[len(ends) // 40] + 1), n + 1
    begins = _row_starts(cells)
    waits = _waits(cells)
    prose = all(
        sum(line.x1 - line.x0 > 0.62 * (bounds[n + 1] - bounds[n]) for line in column) >= 0.5 * len(column)
        and sum(len(run.text.split()) for line in column for run in line.runs) >= 3 * len(column)
        for n in range(columns)
        if (column := [line for row in cells if (line := row[n]) is not None])
    )
    if len(begins) >= 2 and waits and len(rows) > len(begins) and len(both) >= 2:
        return [_table(cells, begins, bounds)], 0.8
    if prose and len(rows) >= 6 and _beside(cells):
        order: list[Line | TableOnPage] = [
            line for n in range(columns) for row in cells if (line := row[n]) is not None
        ]
        return order, 0.85
    return None, 1.0


def _waits(cells: list[list[Line | None]]) -> int:
    """How often a column is empty on a level, and both it and another go on together below."""
    found = 0
    for n, row in enumerate(cells[:-1]):
        following = cells[n + 1]
        if any(line is None for line in row) and all(line is not None for line in following[:2]):
            found += 1
    return found


def _beside(cells: list[list[Line | None]]) -> bool:
    """Whether the columns stand beside one another: for the most part of their height, or begin on one level."""
    spans = []
    for n in range(len(cells[0])):
        bases = [line.base for row in cells if (line := row[n]) is not None]
        spans.append((bases[0], bases[-1], len(bases)) if bases else (0.0, 0.0, 0))
    shared = min(span[1] for span in spans) - max(span[0] for span in spans)
    level = max(span[0] for span in spans) - min(span[0] for span in spans) < 20
    tallest = max(span[1] - span[0] for span in spans)
    return all(span[2] >= 3 for span in spans) and (shared > 0.55 * tallest or (level and shared > 0))


def _row_starts(cells: list[list[Line | None]]) -> list[int]:
    """The levels on which every column that says something begins anew."""
    found: list[int] = []
    last: list[Line | None] = [None] * len(cells[0])
    for n, row in enumerate(cells):
        fresh = all(
            line is None or (before := last[c]) is None or _new(before, line, cells[n - 1][c] is None)
            for c, line in enumerate(row)
        )
        if not n or (fresh and row[0] is not None and sum(line is not None for line in row) > 1):
            found.append(n)
        for c, line in enumerate(row):
            if line is not None:
                last[c] = line
    return found


def _new(before: Line, line: Line, waited: bool) -> bool:
    if waited:
        return True
    pitch = (line.base - before.base) / (line.size or 1)
    return pitch > 1.62 or (fits(before, line) and not line.runs[0].text[:1].islower())


def _table(cells: list[list[Line | None]], begins: list[int], bounds: list[float]) -> TableOnPage:
    made: list[Cell] = []
    ys: list[float] = []
    for r, (start, end) in enumerate(zip(begins, [*begins[1:], len(cells)], strict=True)):
        ys.append(min(line.top for row in cells[start:end] for line in row if line is not None))
        for c in range(len(bounds) - 1):
            content: list[Line | TableOnPage] = [line for row in cells[start:end] if (line := row[c]) is not None]
            made.append(Cell(r, c, 1, 1, content))
    low = max(line.bottom for row in cells for line in row if line is not None)
    ys.append(low)
    return TableOnPage(bounds, len(begins), ys, made, Box(bounds[0], ys[0], bounds[-1], low), 0.8)
