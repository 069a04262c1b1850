"""Tables → sheets of an Excel workbook that run from top to bottom, a row in memory at a time, and where no cell from
outside is ever a formula, a link or a number by accident.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple

from ehcaudit.model import Run
from ehcaudit.reports.base import bare

MOST_ROWS: Final = 1_000_000
"""Of one sheet, under Excel's 1,048,576; a longer table goes on in a sheet of its own."""
_MOST_LETTERS: Final = 32_000
"""Of one cell, under Excel's 32,767."""
_MOST_LINKS: Final = 60_000
"""Of one sheet, under Excel's 65,530."""
_LINE: Final = 15
"""Points of one line of a cell."""
_MOST_LINES: Final = 12
"""Of one row; what is longer is read in the cell itself."""
_HEAD: Final = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3864", "text_wrap": True, "valign": "top"}
GOOD: Final = {"bg_color": "#D5E8D4", "font_color": "#123B12"}
BAD: Final = {"bg_color": "#F8CECC", "font_color": "#5C0A0A"}
DOUBT: Final = {"bg_color": "#FFF2CC", "font_color": "#4D3B00"}
FAINT: Final = {"bg_color": "#EDEDED", "font_color": "#404040"}


class Column(NamedTuple):
    """One column of a table."""

    title: str
    width: int = 14
    says: str = ""
    """What stands in it, for the sheet About."""
    long: bool = False
    """Holds sentences, which are wrapped."""
    upright: bool = False
    """Its title is turned, for a narrow column."""


class Link(NamedTuple):
    """A cell that leads to a cell of another table of this workbook."""

    shown: str | int
    sheet: str
    row: int


Value = str | int | float | date | Link | None


def safe(text: str) -> str:
    """Text that a cell can hold: one line, nothing that XML or Excel refuses, not too long."""
    clean = re.sub("[\ufffe\uffff]", "", bare(text))
    return clean if len(clean) <= _MOST_LETTERS else clean[:_MOST_LETTERS] + " …"


@contextmanager
def workbook(path: Path, run: Run) -> Iterator[Book]:
    """A workbook at this path, whole when the block ends. Its temporary files stand beside it and go in any case."""
    from xlsxwriter import Workbook

    folder = Path(tempfile.mkdtemp(prefix=f".{path.name[:50]}.", dir=path.parent))
    try:
        made = Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "d mmm yyyy",
            },
        )
        made.use_zip64()
        made.set_properties(
            {
                "title": "EHC plan audit",
                "subject": f"As of {run.as_of.isoformat()}, rules {run.rules_hash}",
                "author": "ehcaudit",
                "company": "",
                "comments": "Scores and grades are indicative.",
                "created": datetime.combine(run.as_of, time()),
            }
        )
        book = Book(made)
        try:
            yield book
            book.finish()
        except BaseException:
            made.fileclosed = 1  # Else its destructor writes what is half done.
            for sheet in made.worksheets():
                if sheet.row_data_fh and not sheet.row_data_fh.closed:
                    sheet.row_data_fh.close()
            raise
        made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Book:
    """The workbook: its formats, each made once, and its tables."""

    made: Any
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    links: Counter[str] = field(default_factory=Counter)
    """By sheet."""

    def format(self, **looks: Any) -> Any:
        """A format, made once for these looks."""
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.made.add_format(looks)
        return self.formats[key]

    def sheet(self, name: str, colour: str = "") -> Any:
        """A new sheet that prints on A4, landscape, as wide as the page."""
        sheet = self.made.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        if colour:
            sheet.set_tab_color(colour)
        return sheet

    def table(self, name: str, columns: Sequence[Column], *, frozen: int = 1) -> Table:
        """A new table on a sheet of its own; ``frozen`` columns stay in sight."""
        table = Table(self, name, tuple(columns), frozen)
        self.tables.append(table)
        return table

    def finish(self) -> None:
        """Give every table its filter, and an empty one a sentence."""
        for table in self.tables:
            table.finish()

    def write(self, sheet: Any, row: int, column: int, value: Value, looks: Mapping[str, Any]) -> None:
        """Put a value in a cell as what it is; text is text whatever it looks like."""
        if value is None or value == "":
            return
        if isinstance(value, Link):
            if self.links[sheet.name] < _MOST_LINKS:
                self.links[sheet.name] += 1
                looks = {**looks, "font_color": "#0B3D91", "underline": 1}
                place = f"internal:'{value.sheet}'!A{value.row + 1}"
                sheet.write_url(row, column, place, self.format(**looks), string=safe(str(value.shown)))
            value = value.shown  # Written over it, so that a number stays one.
        if isinstance(value, str):
            words = safe(value)
            # With a quote prefix it stays text in Excel even when the cell is edited (CWE-1236).
            prefix = {"quote_prefix": True} if words[:1] in tuple("=+-@") else {}
            sheet.write_string(row, column, words, self.format(**looks, **prefix))
        elif isinstance(value, date):
            sheet.write_datetime(
                row, column, datetime.combine(value, time()), self.format(**looks, num_format="d mmm yyyy")
            )
        else:
            number = {"num_format": "0.0"} if isinstance(value, float) else {}
            sheet.write_number(row, column, value, self.format(**looks, **number))


@dataclass
class Table:
    """Rows under a frozen header with a filter; goes on in a second sheet where one is full."""

    book: Book
    name: str
    columns: tuple[Column, ...]
    frozen: int = 1
    sheets: list[tuple[Any, str]] = field(default_factory=list)
    next: int = 1
    """The row that is written next, from 0."""
    lasts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open()

    @property
    def here(self) -> str:
        """The sheet that the next row goes to."""
        return f"{self.name} ({len(self.sheets) + 1})" if self.next > MOST_ROWS else self.sheets[-1][1]

    @property
    def row(self) -> int:
        """Its row there."""
        return 1 if self.next > MOST_ROWS else self.next

    def _open(self) -> None:
        name = f"{self.name} ({len(self.sheets) + 1})" if self.sheets else self.name
        sheet = self.book.sheet(name)
        sheet.set_row(0, 230 if any(column.upright for column in self.columns) else 45)
        for at, column in enumerate(self.columns):
            sheet.set_column(at, at, column.width)
            turned = {"rotation": 90, "valign": "bottom"} if column.upright else {}
            sheet.write_string(0, at, safe(column.title), self.book.format(**_HEAD | turned))
        sheet.freeze_panes(1, self.frozen)
        sheet.repeat_rows(0)
        self.sheets.append((sheet, name))
        self.next = 1

    def add(self, values: Sequence[Value]) -> None:
        """The next row."""
        if self.next > MOST_ROWS:
            self.lasts.append(self.next - 1)
            self._open()
        sheet = self.sheets[-1][0]
        lines = 1
        for value, column in zip(values, self.columns, strict=True):
            if column.long and isinstance(value, str):
                lines = max(lines, -(-len(value) * 11 // (column.width * 10)))
        # A height that is given spares Excel, and LibreOffice, working out a million of them.
        sheet.set_row(self.next, _LINE * min(lines, _MOST_LINES))
        for at, (value, column) in enumerate(zip(values, self.columns, strict=True)):
            looks = {"valign": "top", "text_wrap": True} if column.long else {"valign": "top"}
            self.book.write(sheet, self.next, at, value, looks)
        for heights in (sheet.row_info, sheet.row_sizes):  # XlsxWriter keeps them, though the row is on the disk.
            heights.pop(self.next - 1, None)
        self.next += 1

    def finish(self) -> None:
        """The filter over all rows."""
        self.lasts.append(self.next - 1)
        for (sheet, _), last in zip(self.sheets, self.lasts, strict=True):
            if last:
                sheet.autofilter(0, 0, last, len(self.columns) - 1)
            else:
                sheet.write_string(1, 0, "Nothing to show.", self.book.format(italic=True))

    def colour(self, titles: Sequence[str], words: Mapping[str, Mapping[str, Any]]) -> None:
        """Colour cells of these columns by their words; call it with the table full."""
        for sheet, last in self._whole():
            for at in map(self._at, titles):
                for word, looks in words.items():
                    rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": self.book.format(**looks)}
                    sheet.conditional_format(1, at, last, at, rule)

    def colour_by_sign(self, first: int, signs: Mapping[str, Mapping[str, Any]]) -> None:
        """Colour all cells from a column on by the sign that they begin with."""
        for sheet, last in self._whole():
            for sign, looks in signs.items():
                rule = {"type": "text", "criteria": "begins with", "value": sign, "format": self.book.format(**looks)}
                sheet.conditional_format(1, first, last, max(len(self.columns) - 1, first), rule)

    def bar(self, title: str) -> None:
        """Bars behind the numbers of a column that holds scores from 0 to 100."""
        for sheet, last in self._whole():
            at = self._at(title)
            sheet.conditional_format(
                1,
                at,
                last,
                at,
                {"type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "min_type": "num", "min_value": 0,
                 "max_type": "num", "max_value": 100},
            )  # fmt: skip

    def choose(self, title: str, choices: Sequence[str], prompt: str) -> None:
        """A drop-down in every cell of a column."""
        for sheet, last in self._whole():
            at = self._at(title)
            sheet.data_validation(
                1,
                at,
                last,
                at,
                {
                    "validate": "list",
                    "source": list(choices),
                    "input_title": title[:32],
                    "input_message": prompt,
                    "error_title": "Not one of the choices",
                    "error_message": f"Choose {', '.join(choices)}, or leave it empty.",
                },
            )

    def _whole(self) -> Iterator[tuple[Any, int]]:
        lasts = [*self.lasts, self.next - 1]
        return ((sheet, max(last, 1)) for (sheet, _), last in zip(self.sheets, lasts, strict=True))

    def _at(self, title: str) -> int:
        return [column.title for column in self.columns].index(title)
