"""Runs → lines, within one region (a cell, a column of text)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ehcaudit.readers.pdfium.page import Run


@dataclass(slots=True)
class Line:
    """Runs side by side, from left to right."""

    runs: list[Run]
    top: float
    bottom: float
    base: float
    x0: float
    x1: float
    size: float
    column: int = 0
    """From 1 where it stands in one of several columns of text."""
    label: str = ""
    """A bullet or number that stands apart in front of the words; then it is not among the runs."""
    label_x: float = 0.0
    bold: bool = field(default=False)
    box: tuple[float, float] = (0.0, 0.0)
    """Left and right edge of the region it stands in."""
    page: int = 0


def lines_of(runs: list[Run]) -> list[Line]:
    """The lines that runs make, from the top down. A run set above or below the line (a note's number) is in it."""
    if len(runs) < 2:
        return [_line(runs[:])] if runs else []
    ordered = sorted(runs, key=lambda run: (run.base, run.x0))
    rows: list[list[Run]] = []
    base = low = 0.0
    size = 0.0
    for run in ordered:
        height = run.style.size or 1.0
        if rows and (
            run.base - base <= 0.25 * min(size, height)
            or (min(low, run.bottom) - max(run.top, base - size) > 0.62 * min(size, height) and _fits(rows[-1], run))
        ):
            rows[-1].append(run)
            if height > size:
                size, base = height, run.base
            low = max(low, run.bottom)
        else:
            rows.append([run])
            base, size, low = run.base, height, run.bottom
    return [_line(row) for row in rows]


def _fits(row: list[Run], run: Run) -> bool:
    """Whether there is room for a run among those of a line."""
    return all(run.x0 >= other.x1 - 1 or run.x1 <= other.x0 + 1 for other in row)


def _line(row: list[Run]) -> Line:
    if len(row) == 1:
        run = row[0]
        style = run.style
        return Line(row, run.top, run.bottom, run.base, run.x0, run.x1, style.size, bold=style.bold)
    row.sort(key=lambda run: run.x0)
    biggest = max(row, key=lambda run: len(run.text))
    return Line(
        row,
        min(run.top for run in row),
        max(run.bottom for run in row),
        biggest.base,
        row[0].x0,
        max(run.x1 for run in row),
        biggest.style.size,
        bold=all(run.style.bold for run in row),
    )


def gap_before(left: Run, right: Run) -> bool:
    """Whether white space stands between two runs of a line."""
    size = min(left.style.size, right.style.size)
    distance = right.x0 - left.x1
    if distance > 0.08 * size:
        return True
    return right.space and distance > -0.3 * size
