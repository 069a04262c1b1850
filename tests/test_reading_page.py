"""``docs/reading.md`` says what is true: the limits as they are, and each refusal as it reads."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from ehcaudit.auditing import read_plan
from ehcaudit.errors import InputError
from ehcaudit.readers import Limits
from tests import hostile, hostile_pdf
from tests.builders import docx_of, p, r

PAGE = (Path(__file__).parents[1] / "docs" / "reading.md").read_text("utf-8")
REFUSED: dict[str, Callable[[], bytes]] = {
    "empty/plan.docx": lambda: b"",
    "zeros/plan.docx": lambda: bytes(900),
    "cut/plan.docx": lambda: dict(hostile.truncated())["cut-5.docx"],
    "entities/plan.docx": hostile.entity_bomb,
    "web/plan.docx": lambda: b"<html><body>x</body></html>",
    "lie/plan.docx": hostile.lying_size,
    "bomb/plan.docx": lambda: hostile.packaged(b" " * 30_000_000),
    "deep/plan.docx": hostile.deep_nesting,
    "wordless/plan.docx": lambda: docx_of(p()),
    "zip/plan.pages": lambda: b"PK\x03\x04 and more",
    "scan/scan.pdf": hostile_pdf.without_words,
    "letters/plan.pdf": hostile_pdf.letters_without_meaning,
    "broken/plan.pdf": lambda: b"%PDF-1.7\nand nothing else",
    "photo/plan.pdf": lambda: b"\xff\xd8\xff\xe0" + bytes(900),
    "pages/plan.pdf": hostile_pdf.million_pages,
    "letter/letter.docx": lambda: docx_of(p(r("Dear Ann, the fair is on Saturday."))),
}


def test_the_limits_are_as_the_page_says() -> None:
    (block,) = (part for part in PAGE.split("```") if part.startswith("toml\n[limits]"))
    assert tomllib.loads(block.removeprefix("toml\n"))["limits"] == asdict(Limits())


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_reads_as_the_page_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir()
    path.write_bytes(REFUSED[name]())
    with pytest.raises(InputError) as caught:
        read_plan(path)
    line = str(caught.value).replace(str(path), path.name)
    assert f"| `{line}` | `{caught.value.code}` |" in PAGE
