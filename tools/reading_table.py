"""What readers keep, lose and let through on a folder of Word files: ours, and plain python-docx beside it.

usage: python tools/reading_table.py FOLDER [--names]

FOLDER holds Word files and, if there is one, a reference.jsonl with a line for each ({"file": …, "ok": …}); without it
every .docx, .docm, .dotx and .dotm below FOLDER is read. The reference is counted here, from the main part's XML:
every w:t with the changes accepted, one branch of each mc:AlternateContent. A word is a run of letters and digits.
For our reader the words kept are live, hidden and struck-through; let through and doubled are looked for in live text.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree

Words = Counter[str]
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True,
                          remove_pis=True)  # fmt: skip
_GONE = ("del", "moveFrom", "delText")
_SPACES = ("tab", "br", "cr", "ptab")


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def name_of(element: Any) -> str:
    """The name of a WordprocessingML element; "" for any other."""
    space, _, name = str(element.tag).rpartition("}")
    return str(name) if space.endswith(("/wordprocessingml/2006/main", "/ooxml/wordprocessingml/main")) else ""


@dataclass
class Reference:
    """What stands in the main part of one file."""

    kept: Words
    gone: Words
    """Words that are deleted or moved away."""
    other: Words
    """Words of the branches that are not read."""


def reference(path: Path) -> Reference | None:
    """Count a file; None where it cannot be opened as a Word package."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            main = "word/document.xml"
            if "_rels/.rels" in names:
                for relation in etree.fromstring(archive.read(names["_rels/.rels"]), _PARSER):
                    if relation.get("Type", "").endswith("/officeDocument"):
                        main = str(PurePosixPath(relation.get("Target", "").lstrip("/"))).lower()
            root = etree.fromstring(archive.read(names[main]), _PARSER)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, OSError):
        return None
    other, gone = Words(), Words()
    while (choice := next(root.iter("{*}AlternateContent"), None)) is not None:
        branches = sorted(choice, key=lambda branch: branch.tag.endswith("}Fallback"))
        best = next((b for b in branches if any(e.text and e.text.strip() for e in b.iter("{*}t") if name_of(e))), None)
        best = branches[0] if best is None and branches else best
        for branch in branches:
            if branch is not best:
                other.update(bag(branch))
        choice.tag = "read"
        choice[:] = [best] if best is not None else []
    for element in [e for e in root.iter() if name_of(e) in _GONE]:
        parent = element.getparent()
        if parent is not None and not any(name_of(above) in _GONE for above in element.iterancestors()):
            texts = (e.text or "" for e in element.iter() if name_of(e) in ("t", "delText"))
            gone.update(word for text in texts for word in words_of(text))
            parent.remove(element)
    return Reference(bag(root), gone, other)


def bag(root: Any) -> Words:
    """The words of all paragraphs under an element; a paragraph in a text box is one of its own."""
    paragraphs: dict[Any, list[str]] = {}
    for element in root.iter():
        name = name_of(element)
        if name == "t":
            text = element.text or ""
        elif name == "noBreakHyphen":
            text = "-"
        elif name in _SPACES and element.getparent() is not None and name_of(element.getparent()) == "r":
            text = " "
        else:
            continue
        home = next((above for above in element.iterancestors() if name_of(above) == "p"), root)
        paragraphs.setdefault(home, []).append(text)
    return Words(word for parts in paragraphs.values() for word in words_of("".join(parts)))


def ours(path: Path) -> tuple[Words, Words]:
    """(live words, hidden and struck-through words) by ehcaudit."""
    from ehcaudit.readers import read

    document = read(path)
    live = Words(word for block in document.blocks if block.kind != "note" for word in words_of(block.text))
    return live, Words(
        word for one in document.apart if one.kind in ("hidden", "struck-through") for word in words_of(one.text)
    )


def plain(path: Path) -> tuple[Words, Words]:
    """The same by python-docx, as its documentation shows it: all paragraphs and all cells."""
    import docx

    document = docx.Document(str(path))
    found = Words(word for paragraph in document.paragraphs for word in words_of(paragraph.text))
    for table in document.tables:
        for row in table.rows:
            seen = set()
            for cell in row.cells:
                if cell._tc not in seen:
                    seen.add(cell._tc)
                    found.update(words_of(cell.text))
    return found, Words()


@dataclass
class Score:
    """One reader over all files."""

    name: str
    words: int = 0
    kept: int = 0
    shares: list[float] = field(default_factory=list)
    losing: list[str] = field(default_factory=list)
    let_through: int = 0
    doubled: int = 0
    raised: list[str] = field(default_factory=list)
    longest: tuple[float, str] = (0.0, "")

    def add(self, path: Path, truth: Reference, reader: Callable[[Path], tuple[Words, Words]]) -> None:
        """Read one file."""
        start = time.perf_counter()
        live, besides = Words(), Words()
        try:
            live, besides = reader(path)
        except Exception as error:  # noqa: BLE001 (whatever a reader throws at a good file is the finding)
            self.raised.append(f"{path.name}: {type(error).__name__}")
        self.longest = max(self.longest, (time.perf_counter() - start, path.name))
        total = truth.kept.total()
        if total:
            kept = total - (truth.kept - (live + besides)).total()
            self.words += total
            self.kept += kept
            self.shares.append(kept / total)
            if kept < total:
                self.losing.append(path.name)
        extra = live - truth.kept
        self.let_through += (extra & truth.gone).total()
        self.doubled += (extra & truth.other).total()

    def row(self) -> str:
        """One line of the table."""
        mean = sum(self.shares) / len(self.shares) if self.shares else 0.0
        return (
            f"| {self.name} | {self.kept / max(self.words, 1):.4f} | {mean:.4f} | {len(self.losing)} "
            f"| {self.let_through} | {self.doubled} | {len(self.raised)} | {self.longest[0]:.2f} s |"
        )


def main() -> None:
    """Read, count, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--names", action="store_true", help="also name the files that lose a word or raise")
    chosen = options.parse_args()
    listing = chosen.folder / "reference.jsonl"
    if listing.exists():
        entries = [json.loads(line) for line in listing.read_text("utf-8").splitlines() if line.strip()]
        files = [chosen.folder / entry["file"] for entry in entries if entry.get("ok", True)]
    else:
        files = sorted(path for kind in ("docx", "docm", "dotx", "dotm") for path in chosen.folder.rglob(f"*.{kind}"))
    scores = [Score("ehcaudit"), Score("python-docx, paragraphs and tables")]
    gone = other = with_words = wordless = 0
    for path in files:
        truth = reference(path)
        if truth is None:
            continue
        gone += truth.gone.total()
        other += truth.other.total()
        if not truth.kept:  # Nothing to keep; a reader may say so by an error.
            wordless += 1
            continue
        with_words += 1
        for score, reader in zip(scores, (ours, plain), strict=True):
            score.add(path, truth, reader)
    print(f"{with_words} files with {scores[0].words:,} words, and {wordless} without any\n")
    print(
        "| reader | all words | mean of files | files that lose a word "
        f"| deleted or moved words let through (of {gone}) "
        f"| alternate-branch words doubled (of {other}) | good files that raise | longest file |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for score in scores:
        print(score.row())
    if chosen.names:
        for score in scores:
            print(f"\n{score.name} loses a word of: {', '.join(score.losing) or 'none'}")
            print(f"{score.name} raises on: {', '.join(score.raised) or 'none'}")


if __name__ == "__main__":
    main()
