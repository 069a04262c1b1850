"""A page of terminal text: rich lays it out at a given width, nothing in a plan's words is taken for mark-up.

Emphasis is never colour alone: quoted words stand in « », severities are words, bars have their figure beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ehcaudit.reports.base import ReportOptions, plain

SEVERITY_STYLES = {"critical": "bold red", "major": "bold", "minor": "", "advice": ""}


def text(words: str, style: str = "") -> Text:
    """Words as they are, made safe; never read as mark-up."""
    return Text(plain(words), style=style, overflow="fold")


class Page:
    """Lines that are collected and handed over as bytes."""

    def __init__(self, options: ReportOptions):
        self.options = options
        self.width = max(options.width, 40)
        self._file = StringIO()
        self._console = Console(
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
        shown = words if isinstance(words, Text) else text(words, style)
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
        grid = Table.grid(padding=(0, 1), expand=False)
        grid.add_column(width=label_width, no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(text(label, "bold"), words if isinstance(words, Text) else text(words))
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
            table.add_row(*(cell if isinstance(cell, Text) else text(cell) for cell in row))
        self._console.print(table)

    def bytes(self) -> bytes:
        """The page as UTF-8, without blanks at the ends of lines."""
        return (re.sub(r"[ \t]+$", "", self._file.getvalue(), flags=re.MULTILINE)).encode("utf-8", "backslashreplace")


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
    """The sentence or line in which quoted words stand, the words themselves in « » and bold.

    At most about ``room`` characters are shown on either side of the quotes, cut at words, and the middle of a very
    long quote is left out; an ellipsis stands for what is not shown.
    """
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if not merged:
        return text(words if len(words) <= 2 * room else words[: 2 * room].rsplit(" ", 1)[0] + " …")
    first, last = merged[0][0], merged[-1][1]
    begin = max((m.end() for m in re.finditer(r"[.!?;]\s+|\n", words[:first])), default=0)
    stop = re.compile(r"(?<=[.!?;])\s|\n").search(words, max(last - 1, 0))
    finish = stop.start() if stop else len(words)
    if first - begin > room:
        begin = words.rfind(" ", 0, first - room) + 1
    if finish - last > room:
        cut = words.find(" ", last + room)
        finish = cut if cut != -1 else finish
    shown = Text(overflow="fold")
    shown.append("… " if begin > 0 else "")
    at = begin
    for start, end in merged:
        shown.append(plain(words[at:start]))
        quote = words[start:end]
        if len(quote) > 3 * room:
            quote = f"{quote[: 2 * room].rsplit(' ', 1)[0]} … {quote[-room // 2 :].split(' ', 1)[-1]}"
        shown.append(plain(f"«{quote}»"), style="bold")
        at = end
    shown.append(plain(words[at:finish]))
    shown.append(" …" if finish < len(words) else "")
    return shown
