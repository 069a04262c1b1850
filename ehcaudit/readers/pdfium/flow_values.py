"""What a page's layout gives: lines, and tables as far as they stand on one page."""

from __future__ import annotations

from dataclasses import dataclass, field

from ehcaudit.readers.pdfium.lines import Line
from ehcaudit.readers.pdfium.page import Box


@dataclass(slots=True)
class Cell:
    """A table's cell: where it stands, and what is in it."""

    row: int
    column: int
    rows: int
    columns: int
    content: list[Line | TableOnPage] = field(default_factory=list)


@dataclass(slots=True)
class TableOnPage:
    """A table as far as it stands on one page."""

    xs: list[float]
    rows: int
    ys: list[float]
    cells: list[Cell]
    box: Box
    confidence: float = 1.0


@dataclass(slots=True)
class PageFlow:
    """One page in reading order."""

    number: int
    elements: list[Line | TableOnPage]
    confidence: float
    left: float = 0.0
    right: float = 0.0
    width: float = 0.0
    height: float = 0.0
