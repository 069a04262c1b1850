"""Break sample plans at random, audit what comes of it, and print what ends in neither a report nor a failure entry.

usage: python tools/fuzz.py [FOLDER] [--minutes N] [--seed N] [--jobs N] [--keep DIR]

FOLDER (sample_plans) holds Word files; where LibreOffice is installed some of them are printed to PDF as well. Each
round takes one file and breaks it in a few places: bytes of the file itself, or bytes, numbers, tags and stretches of
the XML inside a Word file, zipped up again. It is then audited in a worker process, as ``check`` does it. Counted as
found: an error inside ehcaudit, a worker that died (but on a PDF, where PDFium may end it: contained, and told apart),
evidence that is not in its place. The same seed breaks the same files in the same way, whatever the number of jobs.
Ends with 1 where something was found; --keep writes the broken files there.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ehcaudit.auditing import Job
from ehcaudit.checks import Policy
from ehcaudit.model import PlanAudit
from ehcaudit.readers import Limits
from ehcaudit.rules import load_rules
from ehcaudit.scoring import Scale
from ehcaudit.workers import Lost, work

SEEDS = (b"\0", b"\xff", b"-1", b"0", b"99999999999", b"<w:p>", b"</w:p>", b"<w:tc/>", b"</w:tbl>", b"&#x0;", b"&a;",
         b'w:val="-1"', b"\xed\xa0\x80", "\u202e\u200b\ufffd".encode(), b"endobj", b"1 0 R", b"<<", b">>", b"stream\n",
         b"]]>", b"<!--", b"Section F", b"%", b"(", b" " * 500, b"a" * 5000)  # fmt: skip
"""What is put in: signs that parsers stumble over."""
PDFS = 4
"""So many of the plans are also printed."""


@dataclass(frozen=True, slots=True)
class Base:
    """A sound file."""

    name: str
    data: bytes
    parts: tuple[tuple[str, bytes], ...] = ()
    """Members of a Word file."""


@dataclass(frozen=True, slots=True)
class Auditor:
    """Audits one file and says how that ended, in a word or two."""

    job: Job

    def __call__(self, path: Path) -> str:
        """ "report", the code of a failure, or what is wrong."""
        answer = self.job(path)
        if not isinstance(answer, PlanAudit):
            return f"internal: {answer.message}" if answer.error == "internal" else answer.error
        blocks = (*answer.plan.document.blocks, *answer.plan.document.margins)
        for finding in answer.findings:
            for part in finding.evidence:
                if blocks[part.block_id].text[part.start : part.end] != part.quote:
                    return f"misplaced evidence of {finding.rule}"
        return "report"


def broken(data: bytes, dice: random.Random) -> bytes:
    """A few bytes of a file changed, taken out, put in, doubled or moved."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        if not out:
            break
        at = dice.randrange(len(out))
        size = min(dice.choice((1, 1, 2, 8, 64, 1024)), len(out) - at)
        way = dice.randrange(8)
        if way == 0:
            out[at] ^= 1 << dice.randrange(8)
        elif way == 1:
            out[at : at + size] = dice.randbytes(size)
        elif way == 2:
            del out[at : at + size]
        elif way == 3:
            out[at:at] = dice.choice(SEEDS)
        elif way == 4:
            out[at:at] = out[at : at + size] * dice.choice((1, 2, 50))
        elif way == 5:
            to = dice.randrange(len(out))
            out[to : to + size] = out[at : at + size]
        elif way == 6:
            numbers = list(re.finditer(rb"\d+", bytes(out[at : at + 400])))
            if numbers:
                found = dice.choice(numbers)
                out[at + found.start() : at + found.end()] = dice.choice((b"0", b"-1", b"4294967296", b"2", b"1e9"))
        elif dice.random() < 0.1:
            del out[at:]
    return bytes(out)


def broken_xml(data: bytes, dice: random.Random) -> bytes:
    """Elements of an XML part taken out, doubled, nested or renamed, so that it often stays well formed."""
    tags = list(re.finditer(rb"<(w:[a-zA-Z]+)[^>]*?(/?)>", data))
    if not tags:
        return broken(data, dice)
    tag = dice.choice(tags)
    name = tag[1]
    end = tag.end() if tag[2] else data.find(b"</" + name + b">", tag.end())
    end = end if tag[2] or end < 0 else end + len(name) + 3
    if end < 0:
        return broken(data, dice)
    whole = data[tag.start() : end]
    other = dice.choice(tags)
    way = dice.randrange(6)
    if way == 0:
        return data[: tag.start()] + data[end:]
    if way == 1:
        return data[:end] + whole * dice.choice((1, 3, 200)) + data[end:]
    if way == 2:
        return data[: other.start()] + whole + data[other.start() :]
    if way == 3:
        outer = dice.choice(
            (b"w:del", b"w:ins", b"w:moveFrom", b"w:sdt", b"w:tc", b"w:tbl", b"w:r", b"w:p", b"w:hyperlink")
        )
        deep = dice.choice((1, 2, 60, 300))
        return data[: tag.start()] + (b"<" + outer + b">") * deep + whole + (b"</" + outer + b">") * deep + data[end:]
    if way == 4:
        return (
            data.replace(name, dice.choice(tags)[1]) if dice.random() < 0.5 else data.replace(b"<" + name, b"<w:x", 1)
        )
    return re.sub(
        rb'="[^"]*"', lambda found: dice.choice((found[0], b'=""', b'="-7"', b'="99999999999"')), data, count=200
    )


def bases(folder: Path) -> Iterator[Base]:
    """The sound files."""
    words = sorted(folder.glob("*.docx"))
    for path in words:
        with zipfile.ZipFile(path) as archive:
            parts = tuple((info.filename, archive.read(info)) for info in archive.infolist())
        yield Base(path.name, path.read_bytes(), parts)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: Word files alone", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(
            [office, f"-env:UserInstallation={(Path(made) / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
             "--outdir", made, *map(str, words[:PDFS])],
            check=True, capture_output=True, timeout=600,
        )  # fmt: skip
        for path in sorted(Path(made).glob("*.pdf")):
            yield Base(path.name, path.read_bytes())


def one(base: Base, dice: random.Random) -> bytes:
    """One broken file."""
    if not base.parts or dice.random() < 0.2:
        return broken(base.data, dice)
    parts = dict(base.parts)
    likely = [name for name in parts if name.endswith((".xml", ".rels"))]
    for _ in range(dice.choice((1, 1, 2, 5))):
        name = "word/document.xml" if dice.random() < 0.6 and "word/document.xml" in parts else dice.choice(likely)
        parts[name] = (broken if dice.random() < 0.3 else broken_xml)(parts[name], dice)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def main() -> int:
    """Break, audit, tell."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", default=Path("sample_plans"))
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--keep", type=Path, help="where to write the files on which something was found")
    chosen = options.parse_args()
    sound = list(bases(chosen.folder))
    if not sound:
        sys.exit(f"{chosen.folder}: there are no Word files in it.")
    limits = Limits()
    job = Job(load_rules().choose(persona="pedantic"), date(2026, 9, 1), Policy(), limits, Scale())
    ended, seen, slowest, found = Counter[str](), Counter[str](), 0.0, False
    stop = time.monotonic() + 60 * chosen.minutes
    with tempfile.TemporaryDirectory() as folder:

        def files() -> Iterator[Path]:
            number = 0
            while time.monotonic() < stop:
                dice = random.Random(f"{chosen.seed} {number}")
                base = dice.choice(sound)
                path = Path(folder) / f"{number}-{base.name}"
                path.write_bytes(one(base, dice))
                yield path
                number += 1

        begun = time.monotonic()
        for path, answer in work(
            Auditor(job), files(), jobs=chosen.jobs, seconds=limits.max_seconds, memory=limits.max_memory
        ):
            took, begun = time.monotonic() - begun, time.monotonic()
            slowest = max(slowest, took)
            said = answer.reason if isinstance(answer, Lost) else answer
            bad = said.startswith(("internal", "misplaced")) or (said == "crashed" and path.suffix != ".pdf")
            found = found or bad
            ended[said.partition(":")[0]] += 1
            if bad or said in ("too-slow", "crashed"):
                what = said.replace(str(path), "…")
                seen[what] += 1
                if seen[what] == 1:
                    print(f"{path.name} (seed {chosen.seed}): {what}", flush=True)
                if chosen.keep and seen[what] <= 3:
                    chosen.keep.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, chosen.keep / path.name)
            path.unlink()
    print(f"{ended.total():,} broken files of {len(sound)} sound ones, seed {chosen.seed}, slowest {slowest:.1f} s")
    for said, count in ended.most_common():
        print(f"  {count:6,} {said}")
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
