"""Plain text and Markdown → Document, so that a pasted draft can be checked; also what rule examples are built with."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ehcaudit.model import Block, Cell, Document, KeptApart, Mark, Table
from ehcaudit.readers.base import Limits

SUFFIXES = (".txt", ".md")

_ITEM = re.compile(r"^(\s*)([-*•–]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_RULE = re.compile(r"^\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?$")


def sniff(start: bytes) -> bool:
    """Text holds no NUL byte (UTF-16 says what it is by its first two bytes)."""
    return b"\0" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff")


def read(path: Path, limits: Limits) -> Document:
    """Read a text file: UTF-8, UTF-16 with its mark, or Windows-1252."""
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return from_markdown(text, path=str(path))


def from_markdown(text: str, *, path: str = "") -> Document:
    """Markdown → Document: headings, list items, pipe tables, **bold** and ~~struck~~; one line is one block."""
    blocks: list[Block] = []
    tables: list[Table] = []
    apart: list[KeptApart] = []
    rows: list[list[str]] = []
    paragraphs = 0

    def add(raw: str, kind: str, where: str, *, label: str = "", level: int | None = None, cell: Cell | None = None) -> None:
        words, marks, bold, struck = _inline(raw)
        number = len(blocks)
        for gone in struck:
            apart.append(KeptApart("struck-through", gone, where, number))
        if words:
            blocks.append(Block(number, kind, words, where, label=label, level=level, bold=bold, cell=cell, marks=marks))  # type: ignore[arg-type]

    def close() -> None:
        if not rows:
            return
        table = len(tables)
        width = max(map(len, rows))
        tables.append(Table(len(rows), width))
        for r, row in enumerate(rows):
            for c, content in enumerate(row):
                for part in re.split(r"<br\s*/?>", content):
                    add(part, "paragraph", f"table {table + 1} › row {r + 1} › column {c + 1}", cell=Cell(table, r, c))
        rows.clear()

    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("|") and bare.count("|") > 1:
            if not _RULE.match(bare):
                rows.append([part.strip() for part in re.split(r"(?<!\\)\|", bare.strip("|"))])
            continue
        close()
        if not bare:
            continue
        paragraphs += 1
        where = f"paragraph {paragraphs}"
        if heading := re.match(r"^(#{1,6})\s+(.*?)\s*#*$", bare):
            add(heading[2], "heading", where, level=len(heading[1]) - 1)
        elif item := _ITEM.match(line):
            add(line[item.end():], "list-item", where, label="•" if item[2] in "-*•–" else item[2], level=len(item[1]) // 2)
        else:
            add(bare, "paragraph", where)
    close()
    return Document(path, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "text", tuple(blocks), tuple(tables),
                    apart=tuple(apart))


def _inline(raw: str) -> tuple[str, tuple[Mark, ...], bool, list[str]]:
    """Words without Markdown's signs, the bold stretches, whether all is bold, and what is struck through."""
    struck = re.findall(r"~~(.+?)~~", raw)
    raw = re.sub(r"~~.+?~~", "", raw)
    raw = re.sub(r"\s+", " ", raw.replace("\u00a0", " ")).strip()
    words, marks = "", []
    for number, part in enumerate(re.split(r"\*\*", raw)):
        if number % 2 and part:
            marks.append(Mark("bold", len(words), len(words) + len(part)))
        words += part
    bold = len(marks) == 1 and marks[0].end - marks[0].start == len(words)
    return words, tuple(marks), bold, struck
