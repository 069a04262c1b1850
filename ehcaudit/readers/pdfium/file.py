"""Opening a PDF, refusing what cannot be read, and the pages, outline, form fields and comments in it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehcaudit.errors import Damaged, Encrypted, TooLarge
from ehcaudit.model import KeptApart
from ehcaudit.readers.base import Clock, Limits
from ehcaudit.readers.pdfium.annotations import form_of, only_adobe, over
from ehcaudit.readers.pdfium.assemble import fold
from ehcaudit.readers.pdfium.native import address, native
from ehcaudit.readers.pdfium.page import Box, Fonts, RawPage, read_page

_PASSWORD, _SECURITY = 4, 5
"""FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY"""
_MOST_BOOKMARKS, _DEEPEST = 5000, 8
_NAMES = {"Title": "title", "Author": "creator", "Subject": "subject", "Keywords": "keywords", "Creator": "application",
          "CreationDate": "created", "ModDate": "modified"}  # fmt: skip


@dataclass(slots=True)
class Opened:
    """A PDF that is open."""

    path: Path
    limits: Limits
    pdf: Any
    form: Any = None
    comments: list[KeptApart] = field(default_factory=list)
    unread_form: bool = False
    lost: int = 0
    """Pages that PDFium could not open."""

    def pages(self, clock: Clock) -> list[RawPage]:
        """What stands on all pages. Raises TooLarge or TooSlow."""
        count = len(self.pdf)
        if count > self.limits.max_pages:
            raise TooLarge(f"{self.path}: has more than {self.limits.max_pages} pages (settings: limits.max_pages).")
        fonts, left, lib, pdf = Fonts(), self.limits.max_objects, native(), address(self.pdf)
        found: list[RawPage] = []
        for number in range(count):
            clock.check()
            page = lib.FPDF_LoadPage(pdf, number)
            if not page:
                self.lost += 1
                found.append(RawPage(number + 1))
                continue
            try:
                lib.FPDF_GetPageBoundingBox(page, lib.at)
                x0, high, x1, low = lib.floats[:4]
                lies = over(page, self.form) if lib.FPDFPage_GetAnnotCount(page) > 0 else []
                typed = [(one.text, one.box) for one in lies if not one.remark]
                self.comments += [
                    KeptApart("comment", " ".join(one.text.split()), f"page {number + 1} › comment", author=one.author)
                    for one in lies
                    if one.remark
                ]
                text = lib.FPDFText_LoadPage(page)
                try:
                    raw = read_page(page, text or 0, Box(x0, high, x1, low), fonts, number + 1, most=left, typed=typed)
                finally:
                    if text:
                        lib.FPDFText_ClosePage(text)
            finally:
                lib.FPDF_ClosePage(page)
            left -= raw.objects + raw.characters // 4
            if left < 0:
                raise TooLarge(
                    f"{self.path}: more than {self.limits.max_objects} things are drawn in it "
                    "(settings: limits.max_objects)."
                )
            found.append(raw)
        return found

    def outline(self) -> dict[str, int]:
        """The bookmarks' words, folded → their level; where a title comes on two levels, the upper."""
        import pypdfium2.raw as raw

        found: dict[str, int] = {}
        todo, seen = [(raw.FPDFBookmark_GetFirstChild(self.pdf, None), 0)], set[int]()
        while todo and len(seen) < _MOST_BOOKMARKS:
            mark, level = todo.pop()
            place = address(mark) if mark else 0
            if not place or place in seen:
                continue
            seen.add(place)
            size = raw.FPDFBookmark_GetTitle(mark, None, 0)
            if 2 < size < 2000:
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFBookmark_GetTitle(mark, buffer, size)
                key = fold(buffer.raw[: size - 2].decode("utf-16-le", "replace"))
                found[key] = min(level, found.get(key, level))
            todo.append((raw.FPDFBookmark_GetNextSibling(self.pdf, mark), level))
            if level < _DEEPEST:
                todo.append((raw.FPDFBookmark_GetFirstChild(self.pdf, mark), level + 1))
        found.pop("", None)
        return found

    def properties(self) -> dict[str, str]:
        """Title, author and dates, by the names that Word files use."""
        told = self.pdf.get_metadata_dict(skip_empty=True)
        return {_NAMES[name]: str(text) for name, text in told.items() if name in _NAMES}


@contextmanager
def open_pdf(path: Path, data: bytes, limits: Limits) -> Iterator[Opened]:
    """Open a PDF from its bytes. Raises Encrypted or Damaged."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise Encrypted(
                f"{path}: is protected with a password; open it, print it to a new PDF and audit that."
            ) from None
        if error.err_code == _SECURITY:
            raise Encrypted(f"{path}: is protected in a way that is not known; ask for an open copy.") from None
        raise Damaged(f"{path}: is damaged and cannot be opened as a PDF; look for another copy.") from None
    try:
        with form_of(pdf) as form:
            yield Opened(path, limits, pdf, form, unread_form=only_adobe(pdf))
    finally:
        pdf.close()
