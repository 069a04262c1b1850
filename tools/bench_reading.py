"""The same plans as Word and as PDF: what comes out alike, what is kept, what it costs.

usage: python tools/bench_reading.py [FOLDER] [--tagged] [--show NAME]

FOLDER (sample_plans) holds Word files. Each is printed to PDF by LibreOffice (``soffice``), in a folder that is gone
afterwards, unless a PDF of the same name lies beside it. Compared with the Word reading of the same file:

- words kept: the words of the Word file that the PDF reading has (headers and footers too, automatic numbers not);
- same section: the share of words that stand in the same section;
- items and threads: the share that are equal, by kind, section and words (threads by the words of their items).

Times are the best of some runs. A page of PDF is held against ``pypdfium2``'s bare text extraction, a Word file against
a plain walk over all cells with python-docx. Peak memory is that of a process which reads the one file.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ehcaudit.model import Document, Plan
from ehcaudit.plan import build
from ehcaudit.readers import read

Bag = Counter[object]
_UNTAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"false"}}'
_TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
_PEAK = """
import re, sys
from pathlib import Path
from ehcaudit.readers import read
read(Path(sys.argv[1]))
told = Path("/proc/self/status")
print(int(re.search(r"VmHWM:\\s+(\\d+)", told.read_text())[1]) // 1024 if told.exists() else 0)
"""


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def all_words(document: Document) -> Bag:
    """Every word that is read as live text, headers and footers counted in."""
    return Counter(word for block in (*document.blocks, *document.margins) for word in words_of(block.text))


def by_section(plan: Plan) -> Bag:
    """(section, word), headings included; what is in no section counts as one of its own."""
    return Counter(
        (plan.section_of.get(block.id, ""), word) for block in plan.document.blocks for word in words_of(block.text)
    )


def items(plan: Plan) -> Bag:
    """(kind, section, words) of all items."""
    return Counter((item.kind, item.section, " ".join(words_of(item.text))) for item in plan.items)


def threads(plan: Plan) -> Bag:
    """The words of each thread's needs, outcomes and provisions."""
    said = {item.id: " ".join(words_of(item.text)) for item in plan.items}
    return Counter(
        tuple(tuple(sorted(said[i] for i in ids)) for ids in (thread.needs, thread.outcomes, thread.provisions))
        for thread in plan.threads
    )


def share(one: Bag, two: Bag) -> tuple[int, int]:
    """(how many of both are alike, how many there are in the larger of the two)."""
    return (one & two).total(), max(one.total(), two.total())


def best(work: Callable[[], object], runs: int) -> float:
    """The shortest of some runs, in milliseconds."""
    found = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found = min(found, (time.perf_counter() - start) * 1000)
    return found


def bare_pdf(path: Path) -> int:
    """All text by pypdfium2's own call; how many pages there are."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    for number in range(len(pdf)):
        page = pdf[number]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    count = len(pdf)
    pdf.close()
    return count


def bare_docx(path: Path) -> None:
    """All paragraphs and cells by python-docx, as its documentation shows it."""
    import docx

    document = docx.Document(str(path))
    _ = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                _ = [paragraph.text for paragraph in cell.paragraphs]


def peak(path: Path) -> int:
    """Megabytes of a process that reads the file."""
    done = subprocess.run([sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or 0)


@dataclass
class Line:
    """One plan's figures: (alike, of) each, and milliseconds."""

    name: str
    kept: tuple[int, int]
    sections: tuple[int, int]
    items: tuple[int, int]
    threads: tuple[int, int]
    pages: int
    pdf: float
    bare_pdf: float
    word: float
    bare_word: float
    memory: int

    def row(self) -> str:
        """A line of the table."""
        per = [f"{100 * a / max(b, 1):.2f} %" for a, b in (self.kept, self.sections, self.items, self.threads)]
        pages = max(self.pages, 1)
        return (
            f"| {self.name} | {' | '.join(per)} | {self.pages} | {self.pdf / pages:.2f} ms "
            f"| {self.pdf / max(self.bare_pdf, 1e-9):.2f} | {self.word:.0f} ms "
            f"| {self.word / max(self.bare_word, 1e-9):.2f} | {self.memory} MB |"
        )


def total(lines: list[Line]) -> Line:
    """All plans together."""

    def add(name: str) -> tuple[int, int]:
        return sum(getattr(one, name)[0] for one in lines), sum(getattr(one, name)[1] for one in lines)

    return Line(
        f"**all {len(lines)}**", add("kept"), add("sections"), add("items"), add("threads"),
        sum(one.pages for one in lines), sum(one.pdf for one in lines), sum(one.bare_pdf for one in lines),
        sum(one.word for one in lines), sum(one.bare_word for one in lines), max(one.memory for one in lines),
    )  # fmt: skip


def printed(files: list[Path], folder: Path, tagged: bool) -> None:
    """Print Word files to PDF by LibreOffice, with a profile of its own."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        sys.exit("LibreOffice (soffice) is not installed: apt-get install --no-install-recommends libreoffice-writer")
    subprocess.run(
        [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         _TAGGED if tagged else _UNTAGGED, "--outdir", str(folder), *map(str, files)],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip


def compare(word: Path, pdf: Path, runs: int, show: bool) -> Line:
    """Read both, and count."""
    one, two = read(word), read(pdf)
    first, second = build(one), build(two)
    if show:
        for name, count in (("section", by_section), ("item", items), ("thread", threads)):
            a, b = count(first), count(second)
            for entry, n in sorted(((a - b) + Counter()).items(), key=str):
                print(f"- {name} in Word alone: {n} × {entry}")
            for entry, n in sorted(((b - a) + Counter()).items(), key=str):
                print(f"- {name} in PDF alone: {n} × {entry}")
    kept = all_words(one)
    pages = bare_pdf(pdf)
    return Line(
        word.stem, ((kept & all_words(two)).total(), kept.total()), share(by_section(first), by_section(second)),
        share(items(first), items(second)), share(threads(first), threads(second)), pages,
        best(lambda: read(pdf), runs), best(lambda: bare_pdf(pdf), runs),
        best(lambda: read(word), runs), best(lambda: bare_docx(word), runs), peak(pdf),
    )  # fmt: skip


def main() -> None:
    """Print, read, compare, tell."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", default=Path("sample_plans"))
    options.add_argument("--tagged", action="store_true", help="print PDFs with structure tags")
    options.add_argument("--show", metavar="NAME", default="", help="list what differs in the plan of this name")
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    files = sorted(path for path in chosen.folder.glob("*.docx") if not path.name.startswith(("~$", "._")))
    if chosen.show:
        files = [path for path in files if chosen.show in path.stem]
    if not files:
        sys.exit(f"{chosen.folder}: there are no Word files in it.")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        missing = [path for path in files if not path.with_suffix(".pdf").exists()]
        if missing:
            printed(missing, folder, chosen.tagged)
        for path in files:
            beside = path.with_suffix(".pdf")
            pdf = beside if beside.exists() else folder / beside.name
            if not pdf.exists():
                print(f"{path.name}: LibreOffice made no PDF of it", file=sys.stderr)
                continue
            lines.append(compare(path, pdf, chosen.runs, bool(chosen.show)))
    print(
        "| plan | words kept | same section | items equal | threads equal | pages | PDF a page | × bare PDFium "
        "| Word | × python-docx walk | peak memory |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for line in [*lines, total(lines)]:
        print(line.row())


if __name__ == "__main__":
    main()
