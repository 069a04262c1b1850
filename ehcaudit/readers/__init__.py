"""File → Document. Each module with SUFFIXES, sniff() and read() is a reader."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from ehcaudit.errors import NotFound, Unsupported
from ehcaudit.model import Document
from ehcaudit.readers.base import Limits

_MODULES = {".txt": "text", ".md": "text", ".docx": "word", ".docm": "word", ".dotx": "word", ".dotm": "word"}


def suffixes() -> tuple[str, ...]:
    """The kinds of file that can be read."""
    return tuple(sorted(_MODULES))


def skip_reason(path: Path) -> str:
    """Why a file is passed over on purpose, or an empty string."""
    if path.name.startswith("~$"):
        return "a lock file of Word"
    return "a resource fork of macOS" if path.name.startswith("._") else ""


def read(path: Path | str, *, limits: Limits | None = None) -> Document:
    """Read one file."""
    path = Path(path)
    if not path.is_file():
        raise NotFound(f"{path}: there is no such file.")
    if path.suffix.lower() not in _MODULES:
        raise Unsupported(f"{path}: ehcaudit does not read this kind of file.")
    module = import_module(f"ehcaudit.readers.{_MODULES[path.suffix.lower()]}")
    document: Document = module.read(path, limits or Limits())
    return document


def live_lines(document: Document, *, deleted: bool = False, hidden: bool = False, notes: bool = False) -> Iterator[str]:
    """Live text in document order."""
    for block in document.blocks:
        if block.kind != "note" or notes:
            yield block.text
