"""A page of terminal text: rich lays it out at a given width, nothing in a plan's words is taken for mark-up.

Emphasis is never colour alone: quoted words stand in « », severities are words, bars have their figure beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING

from ehcaudit.reports.base import ReportOptions, plain
from ehcaudit.reports.telling import in_context

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_UNSURE = re.compile("[^ -~£«»·×–—‘’“”…›≥─═█░]")
"""What may take no cell of a terminal, or two, or is made safe; the others take one."""
SEVERITY_STYLES = {"critical": "bold red", "major": "bold", "minor": "", "advice": ""}


def text(words: str, style: str = "") -> Text:
    """Words as they are, made safe; never read as mark-up."""
    from rich.text import Text

    return Text(plain(words), style=style, overflow="fold")


class Page:
    """Lines that are collected and handed over as bytes."""

    def __init__(self, options: ReportOptions):
        self.options = options
        self.width = max(options.width, 40)
        self._file = StringIO()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        options = self.options
        return Console(
            file=self._file,
            width=self.width,
            height=50,
            force_terminal=options.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            color_system="standard" if options.color else None,
            safe_box=False,
            force_interactive=False,
            force_jupyter=False,
            soft_wrap=False,
            no_color=not options.color,
        )

    def line(self, words: str | Text = "", *, indent: int = 0, style: str = "") -> None:
        """One paragraph, wrapped at words and indented as a whole."""
        if isinstance(words, str) and not self.options.color and len(words) <= self.width - indent and _sure(words):
            self._file.write(f"{' ' * indent}{words}\n")  # There is nothing to lay out.
            return
        from rich.padding import Padding

        shown = text(words, style) if isinstance(words, str) else words
        self._console.print(Padding(shown, (0, 0, 0, indent)) if indent else shown)

    def title(self, words: str) -> None:
        """The head of a page, underlined along its whole width."""
        self.line(words, style="bold")
        self.line("═" * self.width)

    def heading(self, words: str) -> None:
        """The head of a part, with a line of air before it."""
        self.line()
        self.line(words, style="bold")
        self.line("─" * min(self.width, max(len(words), 24)))

    def labelled(self, label: str, words: str | Text, *, indent: int = 0, label_width: int = 7) -> None:
        """ "Why   …": a short label and a paragraph that hangs beside it."""
        from rich.padding import Padding
        from rich.table import Table

        grid = Table.grid(padding=(0, 1), expand=False)
        grid.add_column(width=label_width, no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(text(label, "bold"), text(words) if isinstance(words, str) else words)
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str | Text]],
        *,
        right: Sequence[int] = (),
        stretch: int = 0,
        narrow: Sequence[int] = (),
    ) -> None:
        """A plain table; the columns in ``right`` hold figures, column ``stretch`` gives way where room is short."""
        from rich.table import Table

        table = Table(
            box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=any(heads), header_style="bold", show_edge=False
        )
        for number, head in enumerate(heads):
            table.add_column(
                text(head),
                justify="right" if number in right else "left",
                overflow="fold",
                no_wrap=number != stretch and number not in narrow,
            )
        for row in rows:
            table.add_row(*(text(cell) if isinstance(cell, str) else cell for cell in row))
        self._console.print(table)

    def bytes(self) -> bytes:
        """The page as UTF-8, without blanks at the ends of lines."""
        return (re.sub(r"[ \t]+$", "", self._file.getvalue(), flags=re.MULTILINE)).encode("utf-8", "backslashreplace")


def _sure(words: str) -> bool:
    """Whether each sign takes one cell, and none must be made safe or left out."""
    return not _UNSURE.search(words) and words == words.strip()


def in_pieces(name: str, width: int) -> str:
    """A file's name in lines that fit, each broken behind a mark between its words: half a word reads ill."""
    lines = [""]
    for piece in re.findall(r"[^-_. ]*[-_. ]*", name):
        if lines[-1] and len(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    # A suffix alone on its line says nothing.
    if len(lines) > 1 and len(lines[-1]) < 5 and "." in lines[-2]:
        stem, dot, rest = lines[-2].rpartition(".")
        lines[-2:] = [stem, f"{dot}{rest}{lines[-1]}"] if stem else lines[-2:]
    return "\n".join(line.strip(" ") for line in lines)


def bar(percent: float | None, cells: int = 20) -> str:
    """A score as a row of blocks. It is full only where the score is whole, and empty only where it is nil."""
    if percent is None:
        return "·" * cells
    full = round(cells * percent / 100)
    if percent < 100:
        full = min(full, cells - 1)
    if percent > 0:
        full = max(full, 1)
    return "█" * full + "░" * (cells - full)


def excerpt(words: str, spans: Iterable[tuple[int, int]], *, room: int = 160) -> Text:
    """The sentence in which quoted words stand (``telling.in_context``), the words themselves in « » and bold."""
    from rich.text import Text

    shown = Text(overflow="fold")
    for piece, quoted in in_context(words, spans, room=room):
        shown.append(plain(f"«{piece}»" if quoted else piece), style="bold" if quoted else "")
    return shown
