"""What all readers share: the limits, the deadline, and the look at a file before it is opened."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass
from pathlib import Path

from ehcaudit.errors import Empty, NotFound, TooLarge, TooSlow

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of an OLE compound file: an old .doc, or a .docx with a password."""

_IN_THE_CLOUD = 0x1000 | 0x40000 | 0x400000
"""Windows file attributes: offline, recall on open, recall on data access."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost. The settings build it."""

    max_bytes: int = 100_000_000
    """Size of the file itself."""
    max_expanded: int = 300_000_000
    """Bytes of all parts that are unpacked."""
    max_ratio: int = 200
    """Unpacked ÷ packed size of one part of more than ten megabytes."""
    max_depth: int = 250
    """Nesting of XML elements (lxml itself stops at 256)."""
    max_blocks: int = 200_000
    """Paragraphs, and cells of tables."""
    max_pages: int = 2_000
    """Pages of a PDF."""
    max_objects: int = 500_000
    """What is drawn on the pages of a PDF: stretches of text, lines, pictures."""
    max_seconds: float = 20.0
    """Wall-clock time for reading and judging one file."""
    max_memory: int = 900 << 20
    """Bytes of memory that one file may take, over what the program itself has: together a gibibyte at most."""
    max_convert_seconds: float = 60.0
    """Wall-clock time for LibreOffice to convert one file (``--convert``), before it is read."""
    max_ocr_seconds: float = 600.0
    """Wall-clock time for OCRmyPDF to recognise one file (``--ocr``), before it is read."""
    min_confidence: float = 0.5
    """A section whose words were read less surely than this, from 0 to 1, is not assessed."""


@dataclass(slots=True)
class Clock:
    """The time that is left for one file."""

    path: Path
    limits: Limits
    end: float

    @classmethod
    def start(cls, path: Path, limits: Limits) -> Clock:
        """A clock that runs from now."""
        return cls(path, limits, time.monotonic() + limits.max_seconds)

    def check(self) -> None:
        """Raise TooSlow once the time is used up."""
        if time.monotonic() > self.end:
            raise TooSlow(
                f"{self.path}: takes longer than {self.limits.max_seconds:g} seconds to read "
                "(settings: limits.max_seconds)."
            )


def look_at(path: Path, limits: Limits) -> bytes:
    """The first kilobyte of a file that may be opened: regular, not empty, not too large, on this machine.

    Raises NotFound, Empty or TooLarge. It asks for the file's kind first, for opening a pipe or a device never ends.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no such file.") from None
    except (OSError, ValueError):
        raise NotFound(f"{path}: cannot be opened (is its folder readable, its name too long?).") from None
    if stat.S_ISDIR(found.st_mode):
        raise NotFound(f"{path}: is a folder, not a file.")
    if not stat.S_ISREG(found.st_mode):
        raise NotFound(f"{path}: is not a regular file (a pipe or a device); give the plan's own file.")
    if getattr(found, "st_file_attributes", 0) & _IN_THE_CLOUD:
        raise NotFound(f"{path}: is kept in the cloud; download it to this machine and try again.")
    if not found.st_size:
        raise Empty(f"{path}: is empty (0 bytes); look for another copy.")
    if found.st_size > limits.max_bytes:
        raise TooLarge(f"{path}: is larger than {limits.max_bytes / 1e6:g} MB (settings: limits.max_bytes).")
    try:
        with path.open("rb") as handle:
            start = handle.read(1024)
    except OSError:
        raise NotFound(f"{path}: may not be read; check its permissions, and whether it is open elsewhere.") from None
    if not start.strip(b"\0"):
        raise Empty(f"{path}: holds only zeros (a failed copy or download); look for another copy.")
    return start


_KNOWN = (
    (b"%PDF", "a PDF"),
    (b"{\\rt", "an RTF file"),
    (OLE, "an old Office file"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK", "a zip archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite", "a database"),
    (b"WPC", "a WordPerfect file"),
)


def kind_of(start: bytes) -> str:
    """What a file is by its first bytes, in words."""
    for mark, words in _KNOWN:
        if start.startswith(mark):
            return words
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head[:600]:
        return "a web page (HTML)"
    if head.startswith(b"mime-version") or b"\ncontent-type: multipart" in head:
        return "a web archive or an e-mail"
    if head.startswith(b"<?xml"):
        return "an XML file"
    control = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return "another kind of file" if control else "a plain text file"
