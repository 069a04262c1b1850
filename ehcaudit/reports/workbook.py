"""Tables → sheets of an Excel workbook that run from top to bottom, a row in memory at a time, and where no cell from
outside is ever a formula, a link or a number by accident.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from ehcaudit.model import Run
from ehcaudit.reports.base import bare

MOST_ROWS: Final = 1_000_000
"""Of one sheet, under Excel's 1,048,576; a longer table goes on in a sheet of its own."""
_MOST_LETTERS: Final = 32_000
"""Of one cell, in the halves of UTF-16 that Excel counts; under its 32,767."""
MOST_LINKS: Final = 60_000
"""Of one sheet, under Excel's 65,530."""
_MOST_ADDRESS: Final = 2_000
"""Letters of where a link leads, under Excel's 2,080."""
_LINE: Final = 15
"""Points of one line of a cell."""
_MOST_LINES: Final = 12
"""Of one row; what is longer is read in the cell itself."""
NAVY: Final = "#1F3864"
_HEAD: Final = {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True, "valign": "vcenter",
                "border": 1, "border_color": "#8EA9DB"}  # fmt: skip
_UPRIGHT: Final = {"font_color": NAVY, "rotation": 90, "valign": "bottom", "font_size": 9, "align": "center"}
_TINTS: Final = ("#DDE6F3", "#F2F5FA")
_LINK: Final = {"font_color": "#0B3D91", "underline": 1}
_DAY: Final = "d mmm yyyy"
_DAY_NOUGHT: Final = date(1899, 12, 30)
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it the days of Excel and of the calendar differ."""
_MARKUP: Final = re.compile(r"[&<>]|_x[0-9A-Fa-f]{4}_")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Of what Excel takes for the number of a character (ECMA-376 part 1, §22.9.2.19)."""
_FORMULA: Final = ("=", "+", "-", "@")
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
    band: int = 0
    """Upright titles of one band have one colour, and the next band another."""
    form: str = ""
    """How its numbers look, in the words of Excel; else whole ones whole, and others with one decimal."""


class Link(NamedTuple):
    """A cell that leads somewhere; it is plain where its sheet can take no more links."""

    shown: str | int
    to: str
    """``cell_of`` this workbook or ``file_beside`` it."""
    spare: int = 0
    """So many links its sheet keeps free for cells to come."""


def cell_of(sheet: str, row: int) -> str:
    """Where a link to a row of a table of this workbook leads."""
    return f"#'{sheet}'!A{row + 1}"


def file_beside(folder: Path, file: Path) -> str:
    """Where a link from a workbook in that folder to a file leads; empty where no link can say it.

    It is relative, so that folder and file can be moved together, and written as Excel writes it: what is not ASCII
    stays as it is.
    """
    try:
        words = Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # On another drive of Windows.
        return ""
    if not words.isprintable():  # Nor can XML hold it: a lone surrogate, a control character.
        return ""
    address = "".join(sign if ord(sign) > 127 else quote(sign, safe="/!$'()+,;=@~") for sign in words)
    return address if len(address) <= _MOST_ADDRESS else ""


Value = str | int | float | date | Link | None


def safe(text: str) -> str:
    """Text that a cell can hold: one line, nothing that XML or Excel refuses, not too long."""
    if not text.isprintable():  # True of nearly all text, and of none that has to be cleaned.
        text = re.sub("[\ufffe\uffff]", "", bare(text))
    if len(text) <= _MOST_LETTERS // 2 or (size := _halves(text)) <= _MOST_LETTERS:
        return text
    return text[: _MOST_LETTERS if size == len(text) else _MOST_LETTERS // 2] + " …"


def _halves(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


@contextmanager
def workbook(path: Path, run: Run) -> Iterator[Book]:
    """A workbook at this path, whole when the block ends. Its temporary files stand beside it and go in any case."""
    from xlsxwriter import Workbook

    from ehcaudit.reports.sheet import Sheet

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
                "default_date_format": _DAY,
            },
        )
        made.worksheet_class = Sheet
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
                sheet.close()
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
    relations: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Of links to other files, for all sheets."""

    def format(self, **looks: Any) -> Any:
        """A format, made once for these looks."""
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.made.add_format(looks)
        return self.formats[key]

    def sheet(self, name: str, colour: str = "") -> Any:
        """A new sheet that prints on A4, landscape, as wide as the page."""
        sheet = self.made.add_worksheet(name)
        sheet.relations = self.relations
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&CEHC plan audit: keep it where the plans may be kept&RPage &P of &N")
        if colour:
            sheet.set_tab_color(colour)
        return sheet

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        *,
        frozen: int = 1,
        printed: int = 0,
        top: int = 0,
        banner: Callable[[Any], None] | None = None,
    ) -> Table:
        """A new table on a sheet of its own; ``frozen`` columns stay in sight, the first ``printed`` ones go on paper.

        ``banner`` fills the ``top`` rows above it.
        """
        table = Table(self, name, tuple(columns), frozen, printed or len(columns), top, banner)
        self.tables.append(table)
        return table

    def finish(self) -> None:
        """Give every table its filter, and an empty one a sentence."""
        for table in self.tables:
            table.finish()

    def style(self, **looks: Any) -> int:
        """The number of a format in the file."""
        return int(self.format(**looks)._get_xf_index())

    def write(self, sheet: Any, row: int, column: int, value: Value, looks: Mapping[str, Any]) -> None:
        """Put a value in a cell of a sheet that is no table, as what it is; text is text whatever it looks like."""
        if value is None or value == "":
            return
        if isinstance(value, Link):
            sheet.link(row, column, value.to)
            value, looks = value.shown, {**looks, **_LINK}
        if isinstance(value, str):
            words = safe(value)
            sheet.write_string(row, column, words, self.format(**looks, **_kept_text(words)))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), self.format(**looks, num_format=_DAY))
        else:
            form = {"num_format": "0.0"} if isinstance(value, float) else {}
            sheet.write_number(row, column, value, self.format(**{**form, **looks}))


def _kept_text(words: str) -> dict[str, bool]:
    """With a quote prefix it stays text in Excel even when the cell is edited (CWE-1236)."""
    return {"quote_prefix": True} if words[:1] in _FORMULA else {}


class _Styles:
    """The formats of one column, by what stands in it."""

    def __init__(self, book: Book, column: Column) -> None:
        looks: dict[str, Any] = {"valign": "top", "bottom": 1, "bottom_color": "#D9D9D9"}
        if column.long:
            looks["text_wrap"] = True
        self.day = book.style(**looks, align="right", num_format=_DAY)
        if column.upright:
            looks["align"] = "center"
        whole = {**looks, "num_format": column.form or "0"}
        decimal = {**looks, "num_format": column.form or "0.0"}
        if not column.upright:
            looks |= {"align": "left", "indent": 1}  # Else they stand against the figures of the column before.
        self.text = book.style(**looks)
        self.kept = book.style(**looks, quote_prefix=True)
        self.link = book.style(**looks, **_LINK)
        self.kept_link = book.style(**looks, **_LINK, quote_prefix=True)
        self.whole = book.style(**whole)
        self.whole_link = book.style(**whole, **_LINK)
        self.decimal = book.style(**decimal)


@dataclass
class Table:
    """Rows under a frozen header with a filter; goes on in a second sheet where one is full."""

    book: Book
    name: str
    columns: tuple[Column, ...]
    frozen: int
    printed: int
    top: int
    banner: Callable[[Any], None] | None
    sheets: list[tuple[Any, str]] = field(default_factory=list)
    next: int = 0
    """The row that is written next, from 0."""
    lasts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._styles = [_Styles(self.book, column) for column in self.columns]
        self._letters = [_letters(at) for at in range(len(self.columns))]
        self._open()

    @property
    def here(self) -> str:
        """Where a link to the next row leads."""
        if self.next > MOST_ROWS:
            return cell_of(f"{self.name} ({len(self.sheets) + 1})", self.top + 1)
        return cell_of(self.sheets[-1][1], self.next)

    def _open(self) -> None:
        name = f"{self.name} ({len(self.sheets) + 1})" if self.sheets else self.name
        sheet = self.book.sheet(name)
        for at, column in enumerate(self.columns):
            sheet.set_column(at, at, column.width)
        if self.banner:
            self.banner(sheet)
        sheet.set_row(self.top, 190 if any(column.upright for column in self.columns) else 48)
        for at, column in enumerate(self.columns):
            turned: dict[str, Any] = {"align": "left", "indent": 1 if column.width > 11 else 0}
            if column.upright:
                turned = _UPRIGHT | {"bg_color": _TINTS[column.band % 2]}
            sheet.write_string(self.top, at, safe(column.title), self.book.format(**_HEAD | turned))
        sheet.freeze_panes(self.top + 1, self.frozen)
        sheet.repeat_rows(0, self.top)
        if any(column.upright for column in self.columns):  # More columns than a page holds that could be read.
            sheet.set_print_scale(70)
            sheet.repeat_columns(0, self.frozen - 1)
            sheet.print_across()
        self.sheets.append((sheet, name))
        self.next = self.top + 1

    def add(self, values: Sequence[Value]) -> None:
        """The next row."""
        if self.next > MOST_ROWS:
            self.lasts.append(self.next - 1)
            self._open()
        sheet, row = self.sheets[-1][0], self.next
        number = row + 1
        lines = 1
        cells = []
        for at, value in enumerate(values):
            column, styles = self.columns[at], self._styles[at]
            if value is None or value == "":
                # What somebody types there later looks like the rest.
                cells.append(f'<c r="{self._letters[at]}{number}" s="{styles.text}"/>')
                continue
            linked = False
            if isinstance(value, Link):
                if value.to and sheet.links + value.spare < MOST_LINKS:
                    sheet.link(row, at, value.to)
                    linked = True
                value = value.shown
            place = f"{self._letters[at]}{number}"
            if isinstance(value, str):
                words = safe(value)
                if column.long:
                    lines = max(lines, -(-len(words) // (column.width - 2)))
                if words[:1] in _FORMULA:
                    style = styles.kept_link if linked else styles.kept
                else:
                    style = styles.link if linked else styles.text
                cells.append(_text(place, style, words))
            elif isinstance(value, date):
                if value < _FIRST_DAY:
                    cells.append(_text(place, styles.text, value.isoformat()))
                else:
                    cells.append(f'<c r="{place}" s="{styles.day}"><v>{(value - _DAY_NOUGHT).days}</v></c>')
            else:
                whole = styles.whole_link if linked else styles.whole
                style = styles.decimal if isinstance(value, float) else whole
                cells.append(f'<c r="{place}" s="{style}"><v>{value:.16g}</v></c>')
        # A height that is given spares Excel, and LibreOffice, working out a million of them.
        sheet.take(row, _LINE * min(lines, _MOST_LINES), "".join(cells))
        self.next += 1

    def finish(self) -> None:
        """The filter over all rows."""
        self.lasts.append(self.next - 1)
        for (sheet, _), last in zip(self.sheets, self.lasts, strict=True):
            if last > self.top:
                sheet.autofilter(self.top, 0, last, len(self.columns) - 1)
            else:
                sheet.write_string(self.top + 1, 0, "Nothing to show.", self.book.format(italic=True))
            if self.printed < len(self.columns):
                sheet.print_area(0, 0, max(last, self.top + 1), self.printed - 1)

    def colour(self, titles: Sequence[str], words: Mapping[str, Mapping[str, Any]]) -> None:
        """Colour cells of these columns by their words; call it with the table full."""
        for sheet, last in self._whole():
            for at in map(self._at, titles):
                for word, looks in words.items():
                    rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": self.book.format(**looks)}
                    sheet.conditional_format(self.top + 1, at, last, at, rule)

    def colour_by_sign(self, first: int, signs: Mapping[str, Mapping[str, Any]]) -> None:
        """Colour all cells from a column on by the sign that they begin with."""
        for sheet, last in self._whole():
            for sign, looks in signs.items():
                rule = {"type": "text", "criteria": "begins with", "value": sign, "format": self.book.format(**looks)}
                sheet.conditional_format(self.top + 1, first, last, max(len(self.columns) - 1, first), rule)

    def bar(self, title: str) -> None:
        """Bars behind the numbers of a column that holds scores from 0 to 100."""
        for sheet, last in self._whole():
            at = self._at(title)
            sheet.conditional_format(
                self.top + 1,
                at,
                last,
                at,
                {"type": "data_bar", "bar_solid": True, "bar_color": "#CFE0F3", "min_type": "num", "min_value": 0,
                 "max_type": "num", "max_value": 100},
            )  # fmt: skip

    def choose(self, title: str, choices: Sequence[str], prompt: str) -> None:
        """A drop-down in every cell of a column."""
        for sheet, last in self._whole():
            at = self._at(title)
            sheet.data_validation(
                self.top + 1,
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
        return ((sheet, max(last, self.top + 1)) for (sheet, _), last in zip(self.sheets, lasts, strict=True))

    def _at(self, title: str) -> int:
        return [column.title for column in self.columns].index(title)


@dataclass
class Prose:
    """A sheet to read from top to bottom: the last of its columns is wrapped."""

    book: Book
    sheet: Any
    widths: tuple[int, ...]
    next: int = 0

    def __post_init__(self) -> None:
        self.sheet.hide_gridlines(2)
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, width)

    def title(self, words: str) -> None:
        """A heading."""
        self.sheet.set_row(self.next, 26)
        self.book.write(self.sheet, self.next, 0, words, {"bold": True, "font_size": 15, "font_color": NAVY})
        self.next += 1

    def row(self, values: Sequence[str], *, bold: int = 0) -> None:
        """A row, of which the first cells are bold."""
        if values:
            self.sheet.set_row(self.next, _LINE * -(-len(values[-1]) // self.widths[-1]))
        for at, words in enumerate(values):
            looks = {"valign": "top", "bold": at < bold, "text_wrap": at == len(self.widths) - 1}
            self.book.write(self.sheet, self.next, at, words, looks)
        self.next += 1


def _letters(column: int) -> str:
    """A, B … Z, AA … for a column counted from 0."""
    before, at = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + at)


def _text(place: str, style: int, words: str) -> str:
    """The XML of a cell that holds words, which are never more than words."""
    if _MARKUP.search(words):
        words = _ESCAPE.sub("_x005F_", words)
        words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    keep = ' xml:space="preserve"' if words[:1].isspace() or words[-1:].isspace() else ""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t{keep}>{words}</t></is></c>'
