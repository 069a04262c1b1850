"""PDF → Document: text with its places by PDFium, put back into lines, paragraphs, lists and tables.

A PDF knows no paragraphs; what is given here is read off the page, and ``Block.confidence`` says how sure that is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ehcaudit.errors import Damaged, Empty, InputError, Scan, TooLarge
from ehcaudit.model import Block, Document, Warning
from ehcaudit.readers.base import Clock, Limits, kind_of

if TYPE_CHECKING:
    from ehcaudit.readers.pdfium.page import Box, RawPage

SUFFIXES = (".pdf",)

SCAN = "this PDF is a scan; run OCR first (for example OCRmyPDF) and try again"
LETTERS = "the letters of its fonts have no meaning; run OCR first (for example OCRmyPDF with --force-ocr)"
_SENTENCES = {
    "image-not-read": "Pictures were not read: words in them are not audited.",
    "page-is-picture": "Pages that are pictures were not read: run OCR on the file (for example OCRmyPDF).",
    "page-not-read": "Pages that are damaged were not read.",
    "text-recognised": "The words of some pages were recognised from a scan (OCR): some may be wrong.",
    "text-garbled": "The letters of some pages have no meaning (a font without a map): words may be missing.",
    "layout-uncertain": "The order of the words on some pages is uncertain.",
    "form-not-read": "A form that only Adobe Reader shows (XFA) was not read.",
}
_RECOGNISED, GARBLED = 0.75, 0.2
"""How sure the words of such pages are."""


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
    warnings = _judge(pages)
    warnings["page-not-read"] = opened.lost
    warnings["form-not-read"] = int(opened.unread_form)
    margins = take_margins(pages)
    flows = []
    for page in pages:
        clock.check()
        flows.append(flow_of(page))
    assembly = Assembly(clock, headings)
    assembly.add(flows)
    blocks = assembly.blocks
    if len(blocks) > limits.max_blocks:
        raise TooLarge(f"{path}: has more than {limits.max_blocks} paragraphs (settings: limits.max_blocks).")
    waiting = opened.unread_form and sum(page.characters for page in pages) < 1500
    if not blocks or waiting or warnings["text-garbled"] > 0.8 * sum(page.characters > 0 for page in pages):
        raise _empty(path, pages, warnings)
    warnings["layout-uncertain"] = sum(flow.confidence < 0.7 for flow in flows)
    # A picture with recognised words over it is a scanned page, and was read.
    pictures = [page.number for page in pages if not _recognised(page) for box in page.images if _is_picture(box)]
    warnings["image-not-read"] = len(pictures)
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
        (*assembly.apart, *opened.comments),
        tuple(_last_before(assembly.last_on_page, number) for number in pictures),
        properties,
        tuple(Warning(kind, _SENTENCES[kind], n) for kind, n in sorted(warnings.items()) if n),
    )


def _judge(pages: list[RawPage]) -> Counter[str]:
    """How far each page's words can be trusted (``RawPage.confidence``), and what to warn of."""
    from ehcaudit.readers.pdfium.known import means_nothing

    found: Counter[str] = Counter()
    for page in pages:
        if page.characters < 12 and _covered(page):
            found["page-is-picture"] += 1
        if _recognised(page):
            found["text-recognised"] += 1
            page.confidence *= _RECOGNISED
        if page.strange > 0.05 * page.characters or means_nothing(" ".join([run.text for run in page.runs[:40]])):
            found["text-garbled"] += 1
            page.confidence = min(page.confidence, GARBLED)
    return found


def _empty(path: Path, pages: list[RawPage], warnings: Counter[str]) -> InputError:
    if warnings["form-not-read"]:
        why = "it is a form that only Adobe Reader shows (XFA); print it to a new PDF there and try again"
    elif warnings["text-garbled"]:
        scan = Scan(f"{path}: {LETTERS}.")
        scan.letters = True
        return scan
    elif warnings["page-is-picture"] or any(page.images or page.objects for page in pages):
        return Scan(f"{path}: {SCAN}.")
    elif warnings["page-not-read"]:
        return Damaged(f"{path}: its pages are damaged; look for another copy.")
    else:
        why = "there are no words in it; look for another copy"
    return Empty(f"{path}: {why}.")


def _recognised(page: RawPage) -> bool:
    """Whether most of a page's words are the unseen text layer that recognition puts over a scan."""
    return page.unseen > 0.5 * page.characters > 0


def _is_picture(box: Box) -> bool:
    """Not a logo or an icon."""
    return box.x1 - box.x0 > 60 and box.bottom - box.top > 60


def _covered(page: RawPage) -> bool:
    """Whether pictures fill most of a page."""
    return sum((b.x1 - b.x0) * (b.bottom - b.top) for b in page.images) > 0.4 * page.width * page.height


def _last_before(last: dict[int, int], page: int) -> int:
    """The last block of a page, or of one before it; -1 where there is none."""
    return max((block for number, block in last.items() if number <= page), default=-1)
