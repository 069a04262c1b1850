"""Plain text and Markdown → Document, so that a pasted draft can be checked; also what rule examples are built with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from ehcaudit.errors import Empty, TooLarge
from ehcaudit.model import Block, Cell, Document, KeptApart, Mark, Table, Warning
from ehcaudit.readers.base import Limits

SUFFIXES = (".txt", ".md")

_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?$")
_ITEM = re.compile(r"(\s*)([-*•–]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BAR = re.compile(r"(?<!\\)\|")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_STRUCK = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_REMARK = re.compile(r"<!--(.*?)-->")
_MARKS_OF_16 = (b"\xff\xfe", b"\xfe\xff")


def sniff(start: bytes) -> bool:
    """Text holds no NUL byte (UTF-16 says what it is by its first two bytes) and is not a known binary format."""
    return start[:2] in _MARKS_OF_16 or (
        b"\0" not in start and not start.startswith((b"%PDF", b"{\\rt", b"PK\x03\x04"))
    )


def read(path: Path, limits: Limits) -> Document:
    """Read a text file: UTF-8, UTF-16 with its mark, else Windows-1252 with a warning. Raises Empty or TooLarge."""
    data = path.read_bytes()
    warnings: tuple[Warning, ...] = ()
    if data[:2] in _MARKS_OF_16:
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
            warnings = (Warning("encoding-guessed", "The text is not UTF-8; it was read as Windows-1252."),)
    if text.count("\n") > limits.max_blocks:
        raise TooLarge(f"{path}: has more than {limits.max_blocks} lines (settings: limits.max_blocks).")
    document = from_markdown(text, path=str(path))
    if not document.blocks and not document.apart:
        raise Empty(f"{path}: there are no words in it; look for another copy.")
    return replace(document, sha256=hashlib.sha256(data).hexdigest(), warnings=warnings)


def from_markdown(text: str, *, path: str = "") -> Document:
    """Markdown → Document; one line is one block, so plain text needs no marks at all.

    ``#`` headings, ``-``, ``*``, ``1.`` and ``(a)`` list items, pipe tables (a block a cell; ``<br>`` begins another),
    ``**bold**``, and ``~~struck~~`` and ``<!-- comments -->``, which are kept apart. Everything else is a paragraph.
    """
    made = _Made()
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("|") and bare.count("|") > 1:
            made.row(bare)
            continue
        made.close()
        if bare:
            made.line(line)
    made.close()
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(path, digest, "text", tuple(made.blocks), tuple(made.tables), apart=tuple(made.apart))


class _Made:
    """A document on its way."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.apart: list[KeptApart] = []
        self.rows: list[list[str]] = []
        self.headers = 0
        self.lines = 0

    def row(self, bare: str) -> None:
        """One line of a pipe table; the line of dashes under its header is none."""
        if _RULE.match(bare):
            self.headers = self.headers or len(self.rows)
            return
        inside = bare[1:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare[1:]
        self.rows.append([part.replace("\\|", "|") for part in _BAR.split(inside)])

    def close(self) -> None:
        """The end of a table, where one is open."""
        if not self.rows:
            self.headers = 0
            return
        table = len(self.tables)
        self.tables.append(Table(len(self.rows), max(map(len, self.rows)), header_rows=min(self.headers, 1)))
        for r, row in enumerate(self.rows):
            for c, content in enumerate(row):
                where = f"table {table + 1} › row {r + 1} › column {c + 1}"
                for part in _BREAK.split(content):
                    self.add(part, where, Cell(table, r, c))
        self.rows, self.headers = [], 0

    def line(self, line: str) -> None:
        """One line outside a table."""
        self.lines += 1
        where = f"paragraph {self.lines}"
        if heading := _HEADING.match(line.strip()):
            self._enter(heading[2], where, "heading", level=len(heading[1]) - 1)
        else:
            self.add(line, where)

    def add(self, line: str, where: str, cell: Cell | None = None) -> None:
        """A paragraph or list item."""
        if item := _ITEM.match(line if cell is None else line.strip()):
            label = "•" if item[2] in "-*•–" else item[2]
            rest = (line if cell is None else line.strip())[item.end() :]
            self._enter(rest, where, "list-item", label=label, level=len(item[1].expandtabs(4)) // 2, cell=cell)
        else:
            self._enter(line, where, "paragraph", cell=cell)

    def _enter(
        self, raw: str, where: str, kind: str, *, label: str = "", level: int | None = None, cell: Cell | None = None
    ) -> None:
        remarks = _REMARK.findall(raw) if "<!--" in raw else []
        if remarks:
            raw = _REMARK.sub("", raw)
        struck = _STRUCK.findall(raw)
        if struck:
            raw = _STRUCK.sub("", raw)
        raw = " ".join(raw.split())
        words, marks = raw, []
        if "**" in raw:
            words, end = "", 0
            for found in _BOLD.finditer(raw):
                words += raw[end : found.start()]
                marks.append(Mark("bold", len(words), len(words) + len(found[1])))
                words += found[1]
                end = found.end()
            words += raw[end:]
        if words:
            bold = len(marks) == 1 and marks[0].end - marks[0].start == len(words)
            self.blocks.append(
                Block(
                    len(self.blocks),
                    kind,  # type: ignore[arg-type]
                    words,
                    where,
                    label=label,
                    level=level,
                    bold=bold,
                    cell=cell,
                    marks=tuple(marks),
                )
            )
        here = len(self.blocks) - 1 if self.blocks else None
        self.apart += [KeptApart("struck-through", " ".join(gone.split()), where, here) for gone in struck]
        self.apart += [KeptApart("comment", " ".join(said.split()), where, here) for said in remarks if said.strip()]
