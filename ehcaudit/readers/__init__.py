"""File → Document. Each module here with ``SUFFIXES``, ``sniff(start)`` and ``read(path, limits)`` is a reader."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ehcaudit.errors import Empty, InputError, NotFound, OldFormat, Scan, Unsupported
from ehcaudit.model import Document, KeptApart, Warning
from ehcaudit.readers.base import OLE, Limits, kind_of, look_at
from ehcaudit.readers.convert import CONVERTED, converted, foreign, recognised

__all__ = ["CONVERTED", "Limits", "live_lines", "read", "skip_reason", "suffixes"]

_OLD_NAMES = (".doc", ".dot", ".rtf")
"""Names of older kinds of Word file; what is inside decides."""


class Reader(Protocol):
    """What a reader module offers."""

    SUFFIXES: tuple[str, ...]
    """The file names it takes, in lower case with their dot."""

    def sniff(self, start: bytes) -> bool:
        """Whether a file that begins like this is for it (to be read, or to be refused with a good sentence)."""

    def read(self, path: Path, limits: Limits) -> Document:
        """Read a file that is there, regular, not empty and not too large. Raises InputError."""


@cache
def _readers() -> dict[str, Reader]:
    """Suffix → reader, from the modules of this package. They import what is heavy only when they read."""
    found: dict[str, Reader] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        if module.ispkg or module.name == "base":
            continue
        reader: Reader = import_module(f"{__name__}.{module.name}")
        for suffix in getattr(reader, "SUFFIXES", ()):
            found[suffix] = reader
    return found


def suffixes() -> tuple[str, ...]:
    """The names of files that can be read, in lower case with their dot."""
    return tuple(sorted(_readers()))


def skip_reason(path: Path) -> str:
    """Why a file in a folder is passed over on purpose, or an empty string."""
    if path.name.startswith("~$"):
        return "a lock file of Word"
    return "a resource fork of macOS" if path.name.startswith("._") else ""


def read(
    path: Path | str,
    *,
    limits: Limits | None = None,
    original: bool = False,
    convert: bool = False,
    ocr: bool = False,
) -> Document:
    """Read one file by its name and content. Raises an InputError with one sentence for a person; nothing else.

    ``original``: as it was before its tracked changes, where the kind of file has any. ``convert``: older and foreign
    kinds of text file by way of LibreOffice. ``ocr``: pages that are pictures by way of OCRmyPDF.
    """
    path, limits = Path(path), limits or Limits()
    start = look_at(path, limits)
    if kind := foreign(start):
        if convert:
            return _converted(path, limits, original)
        raise OldFormat(f"{path}: is {kind}; open it in Word and save it as .docx, or use --convert.")
    try:
        if ocr and path.suffix.lower() == ".pdf":
            return _recognised(path, limits)
        return _read(path, start, limits, original)
    except OldFormat:
        if not convert:
            raise
    except OSError:
        raise NotFound(f"{path}: could not be read to its end; copy it to this machine and try again.") from None
    return _converted(path, limits, original)


def _read(path: Path, start: bytes, limits: Limits, original: bool) -> Document:
    readers, suffix = _readers(), path.suffix.lower()
    reader = readers.get(".docx" if suffix in _OLD_NAMES else suffix)
    if reader is None:
        raise Unsupported(
            f"{path}: ehcaudit does not read this kind of file{_really(start)}; it reads {', '.join(suffixes())}."
        )
    if not reader.sniff(start) and suffix in (".txt", ".md"):
        raise Unsupported(f"{path}: is not a text file{_really(start)}; give the plan as .docx or as plain text.")
    return getattr(reader, "read_original", reader.read)(path, limits) if original else reader.read(path, limits)


# ---------------------------------------------------------------- by way of other programs


def _converted(path: Path, limits: Limits, original: bool) -> Document:
    with converted(path, limits) as made, _named(path, made):
        document = _read(made, b"PK", limits, original)
    told = Warning("file-converted", "LibreOffice converted the file before it was read: looks may have changed.")
    return replace(document, path=str(path), sha256=_digest(path), warnings=(*document.warnings, told))


def _recognised(path: Path, limits: Limits) -> Document:
    """A PDF whose pages without words, or with words that mean nothing, are recognised first."""
    reader, pages, letters = _readers()[".pdf"], set[int](), False
    try:
        document = reader.read(path, limits)
    except Scan as scan:
        pictures, letters = not scan.letters, scan.letters
    else:
        from ehcaudit.readers.pdf import GARBLED

        pictures = any(warning.kind == "page-is-picture" for warning in document.warnings)
        pages = {block.page for block in document.blocks if block.page and block.confidence <= GARBLED}
        letters = bool(pages)
        if not pictures and not letters:
            return document
    with ExitStack() as stack:
        made = path
        if pictures:
            made = stack.enter_context(recognised(made, limits))
            stack.enter_context(_named(path, made))
        if letters:
            made = stack.enter_context(recognised(made, limits, force=True, pages=pages))
            stack.enter_context(_named(path, made))
        try:
            document = reader.read(made, limits)
        except Scan:
            raise Empty(f"{path}: is a scan in which OCR found no words; look for another copy.") from None
    return replace(document, path=str(path), sha256=_digest(path))


@contextmanager
def _named(path: Path, made: Path) -> Iterator[None]:
    """What is wrong with a file that another program made is said of the one it was made of."""
    try:
        yield
    except InputError as error:
        error.args = (str(error).replace(str(made), str(path)),)
        raise


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _really(start: bytes) -> str:
    kind = kind_of(start)
    if start.startswith(OLE):
        return " (it is an old Office file: save the plan as .docx)"
    return f" (it is {kind})" if not kind.startswith("another") else ""


def live_lines(
    document: Document, *, deleted: bool = False, hidden: bool = False, notes: bool = False
) -> Iterator[str]:
    """The live text in document order, a block a line, an automatic number or letter before its text.

    Without notes, headers and footers, and without what is kept apart. Each flag adds one kind, where it stood:
    ``deleted`` what is deleted, moved away or struck through, ``hidden`` hidden text, ``notes`` footnotes, endnotes,
    comments, headers and footers.
    """
    wanted: set[str] = set()
    if deleted:
        wanted |= {"deleted", "moved-from", "struck-through"}
    if hidden:
        wanted.add("hidden")
    if notes:
        wanted.add("comment")
    beside: dict[int, list[KeptApart]] = {}
    for one in document.apart:
        if one.kind in wanted:
            beside.setdefault(-1 if one.block is None else one.block, []).append(one)
    if notes:
        yield from (block.text for block in document.margins if block.kind == "header")
    yield from (one.text for one in beside.get(-1, ()))
    for block in document.blocks:
        if notes or block.kind != "note":
            shown = any(map(str.isalnum, block.label))
            yield f"{block.label} {block.text}" if shown else block.text
        yield from (one.text for one in beside.get(block.id, ()))
    if notes:
        yield from (block.text for block in document.margins if block.kind != "header")
