"""A sheet of XlsxWriter for a million rows: it takes a row whole, and keeps of a link only where it stands and leads.

XlsxWriter writes a cell through a dozen calls, and holds a link with all its texts in memory until the end; a county's
workbook has some forty million cells. What is made here is the same XML, by the names that XlsxWriter has for it.
"""

from __future__ import annotations

from array import array
from typing import Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

_ACROSS: Final = 16_384
"""Columns of a sheet."""


class Sheet(Worksheet):  # type: ignore[misc]
    """Its rows come in order, by ``take`` or by XlsxWriter's own functions."""

    previous_row: int
    dim_rowmax: int | None

    def __init__(self) -> None:
        super().__init__()
        self._linked = array("Q")
        """Cells, by row × 16,384 + column."""
        self._leads: list[str] = []
        """Where each leads: "#'Plans'!A2" in this workbook, else another file."""
        self.relations: dict[str, tuple[str, str, str]] = {}
        """What XlsxWriter keeps of a link to another file, once for all sheets that have this."""

    @property
    def links(self) -> int:
        """How many there are."""
        return len(self._leads)

    def take(self, row: int, height: float, cells: str) -> None:
        """The next row, of this height in points, with these cells in the XML of Excel."""
        if row > self.previous_row:
            self._write_single_row(row)
        self.row_data_fh.write(f'<row r="{row + 1}" ht="{height:g}" customHeight="1">{cells}</row>')
        self.previous_row = row + 1
        self.dim_rowmax = max(self.dim_rowmax or 0, row)

    def link(self, row: int, column: int, to: str) -> None:
        """Make a cell lead somewhere; cells come in the order of rows."""
        self._linked.append(row * _ACROSS + column)
        self._leads.append(to)

    def close(self) -> None:
        """Let go of its temporary file, where the workbook is not to be written after all."""
        if self.row_data_fh and not self.row_data_fh.closed:
            self.row_data_fh.close()

    def _write_hyperlinks(self) -> None:
        if not self._leads:
            return
        known: dict[str, int] = {}
        self._xml_start_tag("hyperlinks")
        for cell, to in zip(self._linked, self._leads, strict=True):
            where: list[tuple[str, Any]] = [("ref", xl_rowcol_to_cell(*divmod(cell, _ACROSS)))]
            if to.startswith("#"):
                where.append(("location", to[1:]))
            else:
                if to not in known:
                    self.rel_count += 1
                    known[to] = self.rel_count
                    self.external_hyper_links.append(self.relations.setdefault(to, ("/hyperlink", to, "External")))
                where.append(("r:id", f"rId{known[to]}"))
            self._xml_empty_tag("hyperlink", where)
        self._xml_end_tag("hyperlinks")
