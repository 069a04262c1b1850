"""Make the README's pictures anew from the sample plans: ``docs/images/*.png``, each under 300 KB.

usage: python tools/make_images.py [NAME ...]      (without a name, all)

Needs Chromium (all but workbook), LibreOffice (``soffice``: comments, workbook) and ``pdftoppm`` of
poppler-utils (comments, workbook). On Debian: apt-get install chromium libreoffice-writer libreoffice-calc
poppler-utils fonts-dejavu-core. Every picture is of a report as it was written, of plans that are fictional.
"""

from __future__ import annotations

import ctypes
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from ehcaudit.engine import audit
from ehcaudit.model import Run
from ehcaudit.reports import ReportOptions, render
from ehcaudit.reports.files import targets
from ehcaudit.rules import load_rules

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
AS_OF = date(2026, 11, 25)
SAMPLE = "03-tilly-year-2"
LARGEST = 300_000
COLUMNS, LINES = 88, 50
"""Of the terminal: what is beyond these lines is cut off."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WITH_NOTES = (
    'pdf:writer_pdf_Export:{"ExportNotes":{"type":"boolean","value":"%s"},"PageRange":{"type":"string","value":"%s"}}'
)
FIRST_SHEET = 'pdf:calc_pdf_Export:{"PageRange":{"type":"string","value":"1"}}'
OUTCOMES = 3
"""The page of the sample on which its outcomes stand."""
DOTS = 96
MARGIN = """<!doctype html><meta charset="utf-8"><title>comments</title><style>
body { margin: 0; background: #f3f4f6; font: 12px/1.35 "Liberation Sans", Arial, sans-serif; color: #17222c; }
img, svg { position: absolute; left: 0; top: 0; }
path { fill: none; stroke: #b3541e; stroke-width: 1.25; stroke-dasharray: 3 3; }
div { position: absolute; left: 740px; width: 348px; box-sizing: border-box; height: 90px; overflow: hidden;
  background: #fff6e5; border: 1px solid #d9b98a; border-left: 4px solid #b3541e; border-radius: 3px;
  padding: 4px 8px; }
p { margin: 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
small { color: #5d4a33; float: right; }
</style>"""


def program(*names: str) -> str:
    """The first of these programs that is installed; ends the script with its name where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SystemExit(f"{names[0]} is needed for this picture and is not installed; see the top of this script")
    return found


def run_program(*words: str, home: Path) -> None:
    """Run a program to its end, quietly, with a home of its own."""
    done = subprocess.run(words, capture_output=True, timeout=300, check=False, env={**os.environ, "HOME": str(home)})
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-400:]}")


def shoot(page: Path, picture: Path, size: tuple[int, int], folder: Path, *, only: str = "") -> None:
    """So many pixels (wide, high) of a page from its top in Chromium; ``only`` what stands under that heading's id."""
    if only:
        words = page.read_text(encoding="utf-8")
        words = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", words)  # It forbids a style of ours.
        others = f"main > :not(:has({only})), .section:not(:has({only})):has(~ .section {only})"
        style = (
            f"<style>.top, .parts, .pager, footer, {others} {{ display: none }} main {{ padding-top: 1rem }}</style>"
        )
        page = page.with_name(f"only-{page.name}")
        page.write_text(words.replace("</head>", f"{style}</head>", 1), encoding="utf-8")
    run_program(
        program(*CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-first-run",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={size[0]},{size[1]}",
        "--virtual-time-budget=5000",
        f"--screenshot={picture}",
        page.as_uri(),
        home=folder,
    )


def printed(file: Path, filter_: str, folder: Path) -> Path:
    """An office file as LibreOffice prints it through this filter."""
    folder.mkdir(exist_ok=True)
    run_program(
        program("soffice"),
        f"-env:UserInstallation={(folder / 'office').as_uri()}",
        "--headless",
        "--convert-to",
        filter_,
        "--outdir",
        str(folder),
        str(file),
        home=folder,
    )
    return folder / f"{file.stem}.pdf"


def drawn(pdf: Path, picture: Path, dots: int, box: tuple[int, int, int, int], folder: Path) -> None:
    """A box (left, top, width, height in pixels) of the first page of a PDF at so many dots an inch."""
    x, y, width, height = map(str, box)
    run_program(
        program("pdftoppm"),
        *("-png", "-singlefile", "-f", "1", "-l", "1", "-r", str(dots)),
        *("-x", x, "-y", y, "-W", width, "-H", height),
        str(pdf),
        str(picture.with_suffix("")),
        home=folder,
    )


def terminal(run: Run, picture: Path, folder: Path) -> None:
    """What stdout shows of one plan."""
    said = render(run, "terminal", ReportOptions(width=COLUMNS, color=True)).decode("utf-8")
    lines = [f"$ ehcaudit check {SAMPLE}.docx", *said.splitlines()][:LINES]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    svg = console.export_svg(title="ehcaudit", theme=DIMMED_MONOKAI)
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)  # They would be fetched.
    svg = svg.replace("Fira Code, monospace", "DejaVu Sans Mono, monospace").replace("Fira Code", "DejaVu Sans Mono")
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert size
    width, height = (round(float(part)) for part in size.groups())
    page = folder / "terminal.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><style>body{margin:0}svg{display:block;width:960px;height:auto}</style>'
        + svg,
        encoding="utf-8",
    )
    shoot(page, picture, (960, round(960 * height / width)), folder)


def site(run: Run, picture: Path, folder: Path) -> Path:
    """The HTML report as a folder."""
    place = folder / f"site-{picture.stem}"
    targets([f"html={place}"], force=False)[0].write(run, ReportOptions())
    return place


def plan(run: Run, picture: Path, folder: Path) -> None:
    """The top of the page of one plan."""
    shoot(site(run, picture, folder) / "plans" / f"{SAMPLE}.html", picture, (1100, 1060), folder)


def findings(run: Run, picture: Path, folder: Path) -> None:
    """The outcomes' findings on that page."""
    page = site(run, picture, folder) / "plans" / f"{SAMPLE}.html"
    shoot(page, picture, (1100, 1000), folder, only='[id^="E-"]')


def thread(run: Run, picture: Path, folder: Path) -> None:
    """The golden thread on that page."""
    shoot(site(run, picture, folder) / "plans" / f"{SAMPLE}.html", picture, (1100, 760), folder, only="#thread")


def caseload(run: Run, picture: Path, folder: Path) -> None:
    """The overview of all sample plans."""
    shoot(site(run, picture, folder) / "index.html", picture, (1100, 1360), folder)


def heat(run: Run, picture: Path, folder: Path) -> None:
    """The heat maps of the overview."""
    shoot(site(run, picture, folder) / "index.html", picture, (1100, 1100), folder, only="#heat")


def comments(run: Run, picture: Path, folder: Path) -> None:
    """A commented Word copy: the page as LibreOffice prints it, its comments beside it as LibreOffice reads them.

    Without a window LibreOffice 7 draws no comments in the margin, so the margin is drawn here from the PDF's notes.
    """
    copies = folder / "copies"
    targets([f"comments={copies}"], force=False)[0].write(run, ReportOptions())
    copy = copies / f"{SAMPLE}.docx"
    words = printed(copy, WITH_NOTES % ("false", OUTCOMES), folder / "words")
    notes = notes_of(printed(copy, WITH_NOTES % ("true", OUTCOMES), folder / "notes"))
    drawn(words, folder / "page.png", DOTS, (70, 30, 700, 670), folder)
    lines, boxes = [], []
    for place, (x, y, told) in enumerate(sorted(notes, key=lambda note: (round(note[1]), note[0]))[:7]):
        left, down, top = round(x) - 70, round(y) - 30, 12 + 93 * place
        lines.append(f'<path d="M{left} {down}H728L740 {top + 12}"/>')
        title, _, rest = told.partition("\n")
        rest = rest.replace("\n", " ")
        boxes.append(
            f'<div style="top:{top}px"><small>ehcaudit</small><b>{escape(title)}</b><p>{escape(rest)}</p></div>'
        )
    page = folder / "comments.html"
    page.write_text(
        f'{MARGIN}<img src="page.png" alt=""><svg width="1100" height="670">{"".join(lines)}</svg>{"".join(boxes)}',
        encoding="utf-8",
    )
    shoot(page, picture, (1100, 670), folder)


def notes_of(pdf: Path) -> list[tuple[float, float, str]]:
    """Each note on the first page: where it stands (pixels from the left and the top), and its words."""
    found = []
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
            note = raw.FPDFPage_GetAnnot(page.raw, index)
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_TEXT:
                box = raw.FS_RECTF()
                raw.FPDFAnnot_GetRect(note, box)
                size = raw.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFAnnot_GetStringValue(
                    note, b"Contents", ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size
                )
                words = buffer.raw[:-2].decode("utf-16-le")
                found.append((box.left * DOTS / 72, (page.get_height() - box.bottom) * DOTS / 72, words))
            raw.FPDFPage_CloseAnnot(note)
    return found


def workbook(run: Run, picture: Path, folder: Path) -> None:
    """The workbook's first sheet."""
    book = folder / "audit.xlsx"
    targets([f"xlsx={book}"], force=False)[0].write(run, ReportOptions())
    drawn(printed(book, FIRST_SHEET, folder), picture, 150, (40, 50, 1170, 1190), folder)


PICTURES: dict[str, Callable[[Run, Path, Path], None]] = {
    "terminal": terminal,
    "plan": plan,
    "findings": findings,
    "thread": thread,
    "caseload": caseload,
    "heat": heat,
    "comments": comments,
    "workbook": workbook,
}


def main() -> int:
    """Make the pictures that are named, or all."""
    wanted = sys.argv[1:] or list(PICTURES)
    if strange := [name for name in wanted if name not in PICTURES]:
        raise SystemExit(f"{strange[0]} is not one of {', '.join(PICTURES)}")
    os.chdir(ROOT)
    rules = load_rules().choose()
    one = audit([f"sample_plans/{SAMPLE}.docx"], rules=rules, as_of=AS_OF)
    every = audit(["sample_plans"], rules=rules, as_of=AS_OF)
    IMAGES.mkdir(exist_ok=True)
    for name in wanted:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            made = folder / f"{name}.png"
            PICTURES[name](one if name in ("terminal", "comments") else every, made, folder)
            size = made.stat().st_size
            if size > LARGEST:
                raise SystemExit(f"{name}.png is of {size:,} bytes; the README's pictures stay under {LARGEST:,}")
            shutil.copyfile(made, IMAGES / made.name)
            print(f"docs/images/{made.name}: {size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
