"""Text and Markdown: what becomes a heading, an item, a cell; encodings; what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcaudit.errors import Empty, InputError, TooLarge, Unsupported
from ehcaudit.model import Cell, Mark, Table
from ehcaudit.readers import live_lines, read
from ehcaudit.readers.base import Limits
from ehcaudit.readers.text import from_markdown


def test_a_line_is_a_block_and_headings_and_items_are_known() -> None:
    document = from_markdown(
        "# Section E\n\n## Cognition ##\nOne line\nanother\n- a dash\n  * a star\n"
        "1. first\n(b) second\nii) third\nA. Views"
    )
    assert [(b.kind, b.label, b.level, b.text) for b in document.blocks] == [
        ("heading", "", 0, "Section E"),
        ("heading", "", 1, "Cognition"),
        ("paragraph", "", None, "One line"),
        ("paragraph", "", None, "another"),
        ("list-item", "•", 0, "a dash"),
        ("list-item", "•", 1, "a star"),
        ("list-item", "1.", 0, "first"),
        ("list-item", "(b)", 0, "second"),
        ("list-item", "ii)", 0, "third"),
        ("paragraph", "", None, "A. Views"),
    ]  # fmt: skip
    assert [b.path for b in document.blocks[:3]] == ["paragraph 1", "paragraph 2", "paragraph 3"]
    assert document.format == "text"


@pytest.mark.parametrize(
    "line", ["SECTION E", "#hash", "2026 was good.", "-5 degrees", "e.g. this", "=====", "**", "a ** b"]
)
def test_what_only_looks_like_markup_is_a_paragraph_as_it_stands(line: str) -> None:
    assert [(b.kind, b.text) for b in from_markdown(line).blocks] == [("paragraph", line)]


def test_a_pipe_table_is_a_table_with_a_block_for_each_line_of_a_cell() -> None:
    document = from_markdown(
        "Before\n| Need | By whom |\n|---|:---:|\n| Reads<br>- writes |  |\n| a \\| b | **TA**\n\nAfter\n| lone | row |"
    )
    assert document.tables == (Table(3, 2, header_rows=1), Table(1, 2))
    assert [(b.text, b.kind, b.cell, b.path) for b in document.blocks] == [
        ("Before", "paragraph", None, "paragraph 1"),
        ("Need", "paragraph", Cell(0, 0, 0), "table 1 › row 1 › column 1"),
        ("By whom", "paragraph", Cell(0, 0, 1), "table 1 › row 1 › column 2"),
        ("Reads", "paragraph", Cell(0, 1, 0), "table 1 › row 2 › column 1"),
        ("writes", "list-item", Cell(0, 1, 0), "table 1 › row 2 › column 1"),
        ("a | b", "paragraph", Cell(0, 2, 0), "table 1 › row 3 › column 1"),
        ("TA", "paragraph", Cell(0, 2, 1), "table 1 › row 3 › column 2"),
        ("After", "paragraph", None, "paragraph 2"),
        ("lone", "paragraph", Cell(1, 0, 0), "table 2 › row 1 › column 1"),
        ("row", "paragraph", Cell(1, 0, 1), "table 2 › row 1 › column 2"),
    ]  # fmt: skip


def test_an_empty_first_cell_keeps_its_column() -> None:
    assert [(b.text, b.cell) for b in from_markdown("|| second |").blocks] == [("second", Cell(0, 0, 1))]


def test_bold_is_marked_and_struck_text_is_kept_apart() -> None:
    document = from_markdown("**Who:** the ~~old~~ new **TA**\n**All of it**\n~~Nothing left~~")
    assert [(b.text, b.bold) for b in document.blocks] == [("Who: the new TA", False), ("All of it", True)]
    assert document.blocks[0].marks == (Mark("bold", 0, 4), Mark("bold", 13, 15))
    assert [(k.kind, k.text, k.block) for k in document.apart] == [
        ("struck-through", "old", 0),
        ("struck-through", "Nothing left", 1),
    ]
    assert list(live_lines(document, deleted=True)) == ["Who: the new TA", "old", "All of it", "Nothing left"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "draft.txt"
    path.write_bytes("Sam’s café\r\nnext".encode(encoding))
    document = read(path)
    assert [b.text for b in document.blocks] == ["Sam’s café", "next"]
    assert document.warnings == ()


def test_windows_text_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_bytes("Sam’s café".encode("cp1252"))
    document = read(path)
    assert [b.text for b in document.blocks] == ["Sam’s café"]
    assert [w.kind for w in document.warnings] == ["encoding-guessed"]


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", Empty, "0 bytes"),
        (b" \n\t\n", Empty, "no words"),
        (b"Private\0words", Unsupported, "not a text file"),
        (b"PK\x03\x04Private", Unsupported, "a zip archive"),
        (b"%PDF-1.7 Private", Unsupported, "a PDF"),
        (b"x\n" * 30, TooLarge, "max_blocks"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, error: type[InputError], says: str) -> None:
    path = tmp_path / "draft.md"
    path.write_bytes(content)
    with pytest.raises(error, match=says) as caught:
        read(path, limits=Limits(max_blocks=20))
    assert "Private" not in str(caught.value)


@given(st.text(alphabet="ab#-*|~ \\\n\t1.()\u00a0é<br>", max_size=80))
def test_any_text_gives_normal_blocks_whose_marks_fit(text: str) -> None:
    document = from_markdown(text)
    for number, block in enumerate(document.blocks):
        assert block.id == number
        assert block.text
        assert block.text == " ".join(block.text.split())
        assert all(0 <= mark.start < mark.end <= len(block.text) for mark in block.marks)
        if block.cell is not None:
            assert block.cell.row < document.tables[block.cell.table].rows
            assert block.cell.column < document.tables[block.cell.table].columns
