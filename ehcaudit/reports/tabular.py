"""Rows → CSV that a spreadsheet shows and does not run (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from ehcaudit.reports.base import bare

_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""A cell that begins so, after blanks or not, is run by spreadsheets, and therefore gets an apostrophe (OWASP, CSV
injection; the wide signs are those of East Asian keyboards)."""
Cell = str | int | float | None


def csv_lines(heads: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The table, a line at a time. A figure that is missing is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_cell(head) for head in heads])
    yield _taken(buffer)
    for cells in rows:
        writer.writerow([_cell(cell) for cell in cells])
        yield _taken(buffer)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole table."""
    return b"".join(csv_lines(heads, rows))


def _cell(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    words = bare(cell)
    return f"'{words}" if words.lstrip().startswith(_FORMULA) else words


def _taken(buffer: io.StringIO) -> bytes:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line.encode("utf-8")
