"""PDF → Document: text with its places by PDFium, put back into lines, paragraphs, lists and tables.

A PDF knows no paragraphs; what is given here is read off the page, and ``Block.confidence`` says how sure that is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from ehcaudit.errors import Damaged, Empty
from ehcaudit.model import Block, Document, Warning
from ehcaudit.readers.base import Clock, Limits, kind_of

SUFFIXES = (".pdf",)

_SENTENCES = {
    "image-not-read": "Pictures were not read: words in them are not audited.",
    "page-is-picture": "Pages that are pictures were not read: run OCR on the file (for example OCRmyPDF).",
    "text-recognised": "The words were recognised from a scan (OCR): some may be wrong.",
    "text-garbled": "Some letters of the file have no meaning (a font without a map): words may be missing.",
    "layout-uncertain": "The order of the words on some pages is uncertain.",
    "value-not-shown": "A form that Adobe fills in as it opens (XFA) was not read.",
}
SCAN = "this PDF is a scan; run OCR first (for example OCRmyPDF) and try again"


def sniff(start: bytes) -> bool:
    """A PDF says so within its first kilobyte."""
    return b"%PDF" in start


def read(path: Path, limits: Limits) -> Document:
    """Read a PDF. Raises InputError with one sentence that says what is wrong and what to do."""
    from ehcaudit.readers.pdfium.assemble import Assembly
    from ehcaudit.readers.pdfium.file import open_pdf
    from ehcaudit.readers.pdfium.flow import flow_of
    from ehcaudit.readers.pdfium.margins import take_margins

    clock = Clock.start(path, limits)
    data = path.read_bytes()
    if not sniff(data[:1024]):
        raise Damaged(f"{path}: is not a PDF (it is {kind_of(data[:1024])}); look for another copy of the plan.")
    with open_pdf(path, data, limits) as opened:
        pages = opened.pages(clock)
        headings, properties = opened.outline(), opened.properties()
        apart = opened.comments
        form = opened.unread_form
    warnings: Counter[str] = Counter()
    characters = sum(page.characters for page in pages)
    pictures = [(page.number, box) for page in pages for box in page.images if _is_picture(box, page)]
    scans = [page for page in pages if page.characters < 12 and page.images and _covers(page)]
    warnings["page-is-picture"] = len(scans)
    warnings["image-not-read"] = len(pictures)
    warnings["text-recognised"] = sum(page.unseen > 0.5 * page.characters > 0 for page in pages)
    warnings["value-not-shown"] = int(form)
    margins = take_margins(pages)
    assembly = Assembly(clock, headings)
    assembly.add([flow_of(page) for page in pages])
    if not assembly.blocks and not assembly.apart:
        if form:
            why = "it is a form that only Adobe Reader shows (XFA); print it to a new PDF and try again"
        elif scans or pictures or any(page.objects for page in pages):
            why = SCAN
        else:
            why = "there are no words in it; look for another copy"
        raise Empty(f"{path}: {why}.")
    blocks = assembly.blocks
    strange = sum(page.strange for page in pages)
    if characters and strange > 0.02 * characters:
        warnings["text-garbled"] = strange
    warnings["layout-uncertain"] = sum(value < 0.7 for value in assembly.confidence.values())
    shown = tuple(
        Block(len(blocks) + n, one.kind, one.text, f"page {one.kind}", page=one.page)  # type: ignore[arg-type]
        for n, one in enumerate(margins)
    )
    return Document(
        str(path),
        hashlib.sha256(data).hexdigest(),
        "pdf",
        tuple(blocks),
        tuple(assembly.grids),
        shown,
        (*assembly.apart, *apart),
        tuple(_block_before(assembly.last_on_page, number) for number, _ in pictures),
        properties,
        tuple(Warning(kind, _SENTENCES[kind], n) for kind, n in sorted(warnings.items()) if n),
    )


def _is_picture(box: tuple[float, float, float, float], page: object) -> bool:
    """Not a logo or an icon."""
    return box[2] - box[0] > 60 and box[3] - box[1] > 60


def _covers(page: object) -> bool:
    """Whether pictures fill most of a page."""
    width, height = page.width, page.height  # type: ignore[attr-defined]
    area = sum((b[2] - b[0]) * (b[3] - b[1]) for b in page.images)  # type: ignore[attr-defined]
    return bool(area > 0.4 * width * height)


def _block_before(last: dict[int, int], page: int) -> int:
    return max((block for number, block in last.items() if number <= page), default=-1)
