"""The PDF reader: each test draws a small PDF and reads it back. Two print Word files by LibreOffice, where it is."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehcaudit.errors import Damaged, Empty, Encrypted, InputError, TooLarge, TooSlow
from ehcaudit.model import Cell, Document
from ehcaudit.plan import build
from ehcaudit.readers import Limits, read
from ehcaudit.readers.pdfium.margins import key_of

canvas_module = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab draws the test PDFs")
platypus = pytest.importorskip("reportlab.platypus")
styles = pytest.importorskip("reportlab.lib.styles")

ROOT = Path(__file__).parents[1]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PAGE = (595.0, 842.0)
BODY = styles.ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=13.5, spaceAfter=6)
TIGHT = styles.ParagraphStyle("tight", parent=BODY, spaceAfter=0)
HEAD = styles.ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=16, leading=20, spaceAfter=6)
CELL = styles.ParagraphStyle("cell", fontName="Helvetica", fontSize=10, leading=12)
GRID = [("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("VALIGN", (0, 0), (-1, -1), "TOP")]

NEED = (
    "Rowan finds the start of a task hard: he waits for an adult to stand beside him, and in six lessons out of ten "
    "he had written nothing after a quarter of an hour."
)
HELP = "A trained assistant sits with Rowan for the first ten minutes of each written task and draws the first step."
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
MONTHS += ("November", "December")
GOAL = "By July 2027 Rowan will begin a written task within two minutes in four lessons out of five."


def drawn(folder: Path, draw: Any, *, name: str = "plan.pdf", **options: Any) -> Path:
    """A PDF that ``draw(canvas)`` draws."""
    path = folder / name
    canvas = canvas_module.Canvas(str(path), pagesize=PAGE, invariant=1, **options)
    draw(canvas)
    canvas.save()
    return path


def flowed(folder: Path, parts: list[Any], *, on_page: Any = None, size: tuple[float, float] = PAGE) -> Path:
    """A PDF of paragraphs and tables that reportlab lays out over its pages."""
    path = folder / "plan.pdf"
    made = platypus.SimpleDocTemplate(str(path), pagesize=size, invariant=1)
    draw = on_page or (lambda canvas, made: None)
    made.build(parts, onFirstPage=draw, onLaterPages=draw)
    return path


def par(text: str, style: Any = BODY) -> Any:
    return platypus.Paragraph(text, style)


def table(rows: list[list[str]], widths: list[float], *more: Any, repeat: int = 0, lines: bool = True) -> Any:
    """A table; its cells' words wrap."""
    cells = [[par(text, CELL) for text in row] for row in rows]
    made = platypus.Table(cells, colWidths=widths, repeatRows=repeat)
    made.setStyle([*(GRID if lines else GRID[1:]), *more])
    return made


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def rows_of(document: Document, number: int = 0) -> dict[tuple[int, int], str]:
    """(row, column) → the words of a table's cell, paragraphs parted by a bar."""
    found: dict[tuple[int, int], list[str]] = {}
    for block in document.blocks:
        if block.cell and block.cell.table == number:
            found.setdefault((block.cell.row, block.cell.column), []).append(block.text)
    return {place: " | ".join(words) for place, words in found.items()}


# ---------------------------------------------------------------- paragraphs


def test_lines_of_a_paragraph_are_joined_and_paragraphs_stay_apart(tmp_path: Path) -> None:
    document = read(flowed(tmp_path, [par(NEED), par(HELP), par(GOAL)]))
    assert texts(document) == [NEED, HELP, GOAL]
    assert {block.kind for block in document.blocks} == {"paragraph"}
    assert [block.page for block in document.blocks] == [1, 1, 1]
    assert document.format == "pdf"
    assert document.blocks[1].path == "paragraph 2"


def test_paragraphs_without_space_between_are_told_apart_by_room_left_on_the_last_line(tmp_path: Path) -> None:
    document = read(flowed(tmp_path, [par(NEED, TIGHT), par("He is nine.", TIGHT), par(HELP, TIGHT)]))
    assert texts(document) == [NEED, "He is nine.", HELP]


def test_paragraphs_that_fill_their_last_line_are_told_apart_by_how_the_others_begin_and_end(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Courier", 10)  # All letters are of one width: eighty to a line.
        for n, (one, two) in enumerate(lines):
            for at, line in enumerate((one, two)):
                canvas.drawString(57, 760 - 12 * (2 * n + at), line)

    def pair(second: str) -> tuple[str, str]:
        return "Rowan finds it hard to begin a task that he has been set by an adult in a class", second

    full = "of thirty, and needs a person at his side who waits, without a word said. Then."
    lines = [
        pair("of any size. He waits."),
        pair("of any size. He waits."),
        pair("of any size. He waits."),
        pair(full),
        pair("of any size. He waits."),
        ("He then begins, and goes on for as long as an adult stands beside him, he says", full),
        ("He is glad of that, and it has been so for the whole of his time at the school", "and at home."),
    ]
    document = read(drawn(tmp_path, draw))
    assert texts(document) == [" ".join(pair) for pair in lines[:5]] + [" ".join(map(" ".join, lines[5:]))]


def test_a_paragraph_that_runs_over_a_page_break_is_one(tmp_path: Path) -> None:
    long = " ".join([NEED, HELP, GOAL] * 18)
    document = read(flowed(tmp_path, [par(long), par("The end.")]))
    assert texts(document) == [long, "The end."]
    assert document.blocks[1].page == 2


def test_larger_words_are_headings_with_levels_by_their_size(tmp_path: Path) -> None:
    smaller = styles.ParagraphStyle("smaller", parent=HEAD, fontSize=13)
    parts = [
        par("Section B: Special educational needs", HEAD),
        par("Cognition and learning", smaller),
        *[par(NEED)] * 4,
    ]
    document = read(flowed(tmp_path, parts))
    assert [(b.kind, b.level, b.bold) for b in document.blocks[:2]] == [("heading", 0, True), ("heading", 1, True)]
    assert document.blocks[2].kind == "paragraph"


def test_bookmarks_say_which_lines_are_headings(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.bookmarkPage("a")
        canvas.bookmarkPage("top")
        canvas.addOutlineEntry("Plan", "top", 0)
        canvas.addOutlineEntry("Section A: Views of Rowan", "a", 1)
        canvas.setFont("Helvetica", 11)
        for n, line in enumerate(["Section A: Views of Rowan", "He likes kites."]):
            canvas.drawString(72, 700 - 30 * n, line)

    first, second = read(drawn(tmp_path, draw)).blocks
    assert (first.kind, first.level, second.kind) == ("heading", 1, "paragraph")


def test_bullets_and_numbers_that_stand_apart_are_labels(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 11)
        for n, (label, words, indent) in enumerate(
            [("1.", "He reads alone.", 0), ("2.", "He counts in twos.", 0), ("•", "up to forty", 36), ("", "Plain.", 0)]
        ):
            canvas.drawString(72 + indent, 700 - 20 * n, label)
            canvas.drawString(72 + indent + (20 if label else 0), 700 - 20 * n, words)

    document = read(drawn(tmp_path, draw))
    assert [(b.kind, b.label, b.level, b.text) for b in document.blocks] == [
        ("list-item", "1.", 0, "He reads alone."),
        ("list-item", "2.", 0, "He counts in twos."),
        ("list-item", "•", 1, "up to forty"),
        ("paragraph", "", None, "Plain."),
    ]


def test_bold_italic_grey_and_underlined_words_are_marked_where_they_stand(tmp_path: Path) -> None:
    said = '<b>Needs:</b> a quiet place <i>each day</i> <u>at school</u> <font color="#999999">[add more]</font>'
    (block,) = read(flowed(tmp_path, [par(said)])).blocks
    marked = {mark.kind: block.text[mark.start : mark.end] for mark in block.marks}
    assert marked == {"bold": "Needs:", "italic": "each day", "underline": "at school", "grey": "[add more]"}
    assert not block.bold


def test_struck_out_words_are_kept_apart(tmp_path: Path) -> None:
    document = read(flowed(tmp_path, [par("Rowan has <strike>two hours</strike> three hours of teaching a week.")]))
    assert texts(document) == ["Rowan has three hours of teaching a week."]
    assert [(one.kind, one.text, one.block) for one in document.apart] == [("struck-through", "two hours", 0)]


def test_a_word_broken_at_a_line_end_is_mended_and_a_typed_hyphen_stays(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 11)
        for n, line in enumerate(
            [
                "Help with communication is given to Rowan by an adult whom he knows, in a small-",
                "group room away from the hall. He has learned to ask for it; good communi-",
                "cation needs calm, and before lunch on most days of the week he works at self-",
                "help skills.",
            ]
        ):
            text = canvas.beginText(72, 700 - 14 * n)
            text.setHorizScale(45000 / canvas.stringWidth(line, "Helvetica", 11) if n < 3 else 100)
            text.textLine(line)
            canvas.drawText(text)

    said = " ".join(texts(read(drawn(tmp_path, draw))))
    assert "good communication needs calm" in said
    assert "self-help" in said
    assert "small-group" in said


def test_ligatures_and_soft_hyphens_are_undone() -> None:
    from ehcaudit.readers.pdfium.page import _CLEAN

    assert "di\ufb03cult \ufb01ve co\u2011operation".translate(_CLEAN) == "difficult five co-operation"


# ---------------------------------------------------------------- headers and footers


def test_running_headers_and_footers_are_margins_and_no_plan_text(tmp_path: Path) -> None:
    def draw(canvas: Any, made: Any) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(72, 810, "OFFICIAL – SENSITIVE")
        canvas.drawString(72, 30, f"Rowan A. Draft EHC plan. Page {canvas.getPageNumber()} of 3")

    words = [f"{word}: {NEED}" for word in MONTHS * 3]
    document = read(flowed(tmp_path, [par(word) for word in words], on_page=draw))
    assert max(block.page or 0 for block in document.blocks) >= 2
    assert texts(document) == words
    assert [(m.kind, m.text) for m in document.margins] == [
        ("header", "OFFICIAL – SENSITIVE"),
        ("footer", "Rowan A. Draft EHC plan. Page 1 of 3"),
    ]
    assert [m.id for m in document.margins] == [len(document.blocks), len(document.blocks) + 1]


def test_a_heading_that_opens_many_pages_is_no_running_header(tmp_path: Path) -> None:
    parts: list[Any] = []
    for n in range(6):
        parts += [par("Section E" if n % 2 else MONTHS[n], HEAD), par(f"{MONTHS[n]} {NEED}"), platypus.PageBreak()]
    document = read(flowed(tmp_path, parts))
    assert texts(document).count("Section E") == 3
    assert not document.margins


def test_a_watermark_across_all_pages_is_a_margin(tmp_path: Path) -> None:
    def draw(canvas: Any, made: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 60)
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "DRAFT")
        canvas.restoreState()

    words = [f"{word}: {NEED}" for word in MONTHS * 3]
    document = read(flowed(tmp_path, [par(word) for word in words], on_page=draw))
    assert [m.text for m in document.margins] == ["DRAFT"]
    assert texts(document) == words


def test_numbers_do_not_keep_running_lines_from_being_the_same() -> None:
    assert key_of("Page 3 of 12") == key_of("Page 11 of 12")


# ---------------------------------------------------------------- tables


def test_a_ruled_table_gives_rows_and_columns(tmp_path: Path) -> None:
    rows = [["Need", "Provision", "Outcome"], [NEED, HELP, GOAL], ["He tires by two o'clock.", HELP, GOAL]]
    document = read(flowed(tmp_path, [par("Before."), table(rows, [150, 150, 150]), par("After.")]))
    assert rows_of(document) == {(r, c): rows[r][c] for r in range(3) for c in range(3)}
    assert (document.tables[0].rows, document.tables[0].columns) == (3, 3)
    assert texts(document)[0] == "Before."
    assert texts(document)[-1] == "After."
    assert document.blocks[1].path == "table 1 › row 1 › column 1"


def test_merged_cells_span_rows_and_columns(tmp_path: Path) -> None:
    rows = [["Communication", "", ""], ["Need", HELP, GOAL], ["", HELP, "Second goal"]]
    spans = (("SPAN", (0, 0), (2, 0)), ("SPAN", (0, 1), (0, 2)))
    document = read(flowed(tmp_path, [table(rows, [100, 170, 170], *spans)]))
    cells = {block.text: block.cell for block in document.blocks}
    assert cells["Communication"] == Cell(0, 0, 0, 1, 3)
    assert cells["Need"] == Cell(0, 1, 0, 2, 1)
    assert cells["Second goal"] == Cell(0, 2, 2)


def test_a_table_over_pages_keeps_its_columns_and_loses_its_repeated_header(tmp_path: Path) -> None:
    rows = [["B – Needs", "F – Provision"]] + [[f"{n}. {NEED}", f"{n}: {HELP}"] for n in range(30)]
    document = read(flowed(tmp_path, [table(rows, [220, 220], repeat=1)]))
    assert max(block.page or 0 for block in document.blocks) >= 2
    assert len(document.tables) == 1
    assert document.tables[0].rows == 31
    assert document.tables[0].header_rows == 1
    assert rows_of(document) == {(r, c): rows[r][c] for r in range(31) for c in range(2)}


def test_a_row_that_breaks_over_the_page_is_one_row(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for top, left, right in (
            (700, ["Need one."], ["First help."]),
            (
                100,
                ["He waits for an adult to stand beside him before he"],
                ["A trained assistant sits with him, or near his desk,"],
            ),
        ):
            for x, words in ((72, left), (302, right)):
                for n, line in enumerate(words):
                    canvas.drawString(x + 5, top - 12 - 12 * n, line)
        for y in (700, 100, 60):
            canvas.line(72, y, 532, y)
        for x in (72, 302, 532):
            canvas.line(x, 60, x, 700)
        canvas.showPage()
        canvas.setFont("Helvetica", 10)
        canvas.drawString(77, 760, "begins, in most of his lessons at the school.")
        canvas.drawString(307, 760, "for ten minutes of each task.")
        canvas.drawString(77, 730, "Need three.")
        canvas.drawString(307, 730, "Third help.")
        for y in (775, 745, 715):
            canvas.line(72, y, 532, y)
        for x in (72, 302, 532):
            canvas.line(x, 715, x, 775)

    assert rows_of(read(drawn(tmp_path, draw))) == {
        (0, 0): "Need one.",
        (0, 1): "First help.",
        (1, 0): "He waits for an adult to stand beside him before he begins, in most of his lessons at the school.",
        (1, 1): "A trained assistant sits with him, or near his desk, for ten minutes of each task.",
        (2, 0): "Need three.",
        (2, 1): "Third help.",
    }


def test_two_tables_of_other_columns_stay_two_tables(tmp_path: Path) -> None:
    one = table([["Need", "Provision"], [NEED, HELP]], [220, 220])
    two = table([["Who", "What", "When"], ["School", "Report", "May 2026"]], [100, 170, 170])
    document = read(flowed(tmp_path, [one, platypus.PageBreak(), two]))
    assert [(t.rows, t.columns) for t in document.tables] == [(2, 2), (2, 3)]


def test_a_table_in_a_cell_is_nested(tmp_path: Path) -> None:
    inner = table([["Monday", "Tuesday"], ["Swim", "Rest"]], [80, 80])
    outer = platypus.Table([[par("Week", CELL), inner]], colWidths=[100, 220])
    outer.setStyle([*GRID, ("LEFTPADDING", (0, 0), (-1, -1), 10), ("TOPPADDING", (0, 0), (-1, -1), 8)])
    document = read(flowed(tmp_path, [outer]))
    assert document.tables[1].parent is not None
    assert document.tables[1].parent.column == 1
    assert rows_of(document, 1)[1, 0] == "Swim"


def test_a_table_without_lines_is_read_by_its_columns(tmp_path: Path) -> None:
    rows = [["Need", "Provision"], [NEED, "An adult sits beside him."], ["He tires.", HELP], [NEED, HELP]]
    document = read(flowed(tmp_path, [par("Above it."), table(rows, [200, 200], lines=False), par(NEED)]))
    assert rows_of(document) == {(r, c): rows[r][c] for r in range(4) for c in range(2)}
    assert document.blocks[1].confidence < 1


def test_labels_and_values_set_apart_by_tabs_stay_on_their_lines(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 11)
        for n, (label, value) in enumerate(
            [("Name:", "Rowan Ash"), ("Date of birth:", "4 May 2017"), ("School:", "Fell View"), ("Year:", "4")]
        ):
            canvas.drawString(72, 700 - 16 * n, label)
            canvas.drawString(200, 700 - 16 * n, value)

    assert texts(read(drawn(tmp_path, draw))) == [
        "Name: Rowan Ash",
        "Date of birth: 4 May 2017",
        "School: Fell View",
        "Year: 4",
    ]


# ---------------------------------------------------------------- columns, turned pages


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    frames = [platypus.Frame(x, 500, 210, 280, id=str(x)) for x in (60, 310)]
    made = platypus.BaseDocTemplate(str(path), pagesize=PAGE, invariant=1)
    made.addPageTemplates([platypus.PageTemplate("two", frames)])
    words = [f"{n} {NEED}" for n in range(5)]
    made.build([par(word) for word in words])
    document = read(path)
    assert texts(document) == words
    assert not document.tables


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_reads_as_it_is_shown(tmp_path: Path, turn: int) -> None:
    """The page is stored on its side, with /Rotate to set it right, as printers and scanners do."""

    def draw(canvas: Any) -> None:
        canvas.setPageRotation(turn)
        width, height = PAGE
        move = {90: (width, 0), 180: (width, height), 270: (0, height)}[turn]
        canvas.translate(*move)
        canvas.rotate(turn)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 500, "The first line of the page.")
        canvas.drawString(72, 470, "The second line of the page.")

    assert texts(read(drawn(tmp_path, draw))) == ["The first line of the page.", "The second line of the page."]


def test_a_landscape_table_set_sideways_on_an_upright_page_is_a_table(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.translate(PAGE[0], 0)
        canvas.rotate(90)
        made = table([["Need", "Provision"], [NEED, HELP]], [300, 300])
        made.wrapOn(canvas, 600, 500)
        made.drawOn(canvas, 72, 300)

    assert rows_of(read(drawn(tmp_path, draw)))[1, 1] == HELP


# ---------------------------------------------------------------- forms, remarks, pictures


def test_values_of_form_fields_are_text(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        form = canvas.acroForm
        canvas.drawString(72, 700, "Name of child:")
        form.textfield(name="n", x=200, y=694, width=200, height=20, value="Rowan Ash")
        canvas.drawString(72, 650, "Area:")
        form.choice(name="a", x=200, y=644, width=150, height=20, value="Hearing", options=["Hearing", "Sight"])
        canvas.drawString(72, 600, "Travel help:")
        form.checkbox(name="t", x=200, y=596, checked=True)
        canvas.drawString(72, 550, "Nursing help:")
        form.checkbox(name="u", x=200, y=546, checked=False)

    said = texts(read(drawn(tmp_path, draw)))
    assert said == ["Name of child: Rowan Ash", "Area: Hearing", "Travel help: ☒", "Nursing help: ☐"]


def test_a_blank_form_gives_its_labels_alone(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 700, "Name of child:")
        canvas.acroForm.textfield(name="n", x=200, y=694, width=200, height=20)

    assert texts(read(drawn(tmp_path, draw))) == ["Name of child:"]


def test_a_sticky_note_is_a_comment_and_no_plan_text(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 700, "Section A")
        canvas.textAnnotation("Ask the nurse about this", Rect=[300, 690, 320, 710])

    document = read(drawn(tmp_path, draw))
    assert texts(document) == ["Section A"]
    assert [(one.kind, one.text) for one in document.apart] == [("comment", "Ask the nurse about this")]


def picture() -> Any:
    image = pytest.importorskip("PIL.Image").new("RGB", (40, 60), (200, 180, 90))
    return pytest.importorskip("reportlab.lib.utils").ImageReader(image)


def test_a_scan_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = drawn(tmp_path, lambda canvas: canvas.drawImage(picture(), 0, 0, *PAGE))
    with pytest.raises(Empty, match=r"this PDF is a scan; run OCR first \(for example OCRmyPDF\) and try again"):
        read(path)


def test_a_scanned_page_among_others_is_warned_of(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 700, "Section A: the views of Rowan")
        canvas.showPage()
        canvas.drawImage(picture(), 0, 0, *PAGE)

    document = read(drawn(tmp_path, draw))
    assert {w.kind: w.count for w in document.warnings} == {"image-not-read": 1, "page-is-picture": 1}
    assert document.images == (0,)


def test_words_that_were_recognised_from_a_scan_are_less_sure(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawImage(picture(), 0, 0, *PAGE)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        text.textLine("Rowan likes kites.")
        canvas.drawText(text)

    document = read(drawn(tmp_path, draw))
    assert texts(document) == ["Rowan likes kites."]
    assert document.blocks[0].confidence < 0.8
    assert "text-recognised" in {w.kind for w in document.warnings}


def test_letters_without_meaning_are_told_and_not_read(tmp_path: Path) -> None:
    shifted = "".join(chr((ord(c) - 94) % 26 + 97) if c.isalpha() else c for c in " ".join([NEED, HELP, GOAL]).lower())
    with pytest.raises(Empty, match="the letters of its fonts have no meaning"):
        read(flowed(tmp_path, [par(shifted)] * 4))


# ---------------------------------------------------------------- what is refused


def test_a_password_is_named(tmp_path: Path) -> None:
    path = drawn(tmp_path, lambda canvas: canvas.drawString(72, 700, "Closed."), encrypt="let me in")
    with pytest.raises(Encrypted, match="protected with a password"):
        read(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7\nnothing that follows is a PDF", "is damaged"),
        (b"<!DOCTYPE html><html><body>Plan</body></html>", r"is not a PDF \(it is a web page"),
        (b"PK\x03\x04 and so on", r"is not a PDF \(it is a zip archive"),
    ],
)
def test_what_is_no_pdf_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=why) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_pages_objects_and_time_have_limits(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        for _ in range(5):
            canvas.drawString(72, 700, "Words.")
            canvas.showPage()

    path, limits = drawn(tmp_path, draw), Limits()
    with pytest.raises(TooLarge, match=r"more than 4 pages \(settings: limits.max_pages\)"):
        read(path, limits=replace(limits, max_pages=4))
    with pytest.raises(TooLarge, match=r"settings: limits.max_objects"):
        read(path, limits=replace(limits, max_objects=2))
    with pytest.raises(TooSlow):
        read(path, limits=replace(limits, max_seconds=0))


def small_pdf() -> bytes:
    out = io.BytesIO()
    canvas = canvas_module.Canvas(out, pagesize=PAGE, invariant=1, pageCompression=0)
    canvas.drawString(72, 700, "Section A: the views of Rowan")
    canvas.rect(72, 500, 200, 100)
    canvas.acroForm.textfield(name="n", x=80, y=520, width=90, height=20, value="Kites")
    canvas.save()
    return out.getvalue()


def outcome(path: Path) -> str:
    try:
        return read(path, limits=Limits(max_seconds=5)).format
    except InputError as error:
        return error.code


def test_a_file_cut_short_anywhere_ends_in_a_document_or_one_sentence(tmp_path: Path) -> None:
    whole = small_pdf()
    path = tmp_path / "plan.pdf"
    seen = Counter[str]()
    for end in range(8, len(whole), max(len(whole) // 40, 1)):
        path.write_bytes(whole[:end])
        seen[outcome(path)] += 1
    assert set(seen) <= {"pdf", "damaged", "empty"}
    assert seen["damaged"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_bytes_changed_ends_in_a_document_or_one_sentence(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(small_pdf())
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "plan.pdf"
    path.write_bytes(bytes(content))
    # "scan" is a page whose words a changed byte has taken away.
    assert outcome(path) in {"pdf", "damaged", "empty", "scan", "encrypted", "too-large", "too-slow"}


def test_pdfium_is_loaded_only_when_a_pdf_is_read() -> None:
    code = "import sys, ehcaudit.readers as r; r.suffixes(); sys.exit('pypdfium2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------- the same plan as Word and as PDF


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_sample_plan_printed_by_libreoffice_has_the_same_sections_items_and_threads(tmp_path: Path) -> None:
    samples = sorted((ROOT / "sample_plans").glob("*.docx"))[:3]
    if not samples:
        pytest.skip("there are no sample plans yet")
    assert OFFICE is not None
    profile = (tmp_path / "profile").as_uri()
    command = [OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(tmp_path), *map(str, samples)], check=True, capture_output=True, timeout=180)
    for word in samples:
        one, two = build(read(word)), build(read(tmp_path / f"{word.stem}.pdf"))
        assert list(one.sections) == list(two.sections)
        for letter in one.sections:
            assert one.text_of(letter).split() == two.text_of(letter).split(), (word.name, letter)
        assert [(i.kind, i.section, i.text) for i in one.items] == [(i.kind, i.section, i.text) for i in two.items]
        assert [(t.needs, t.outcomes, t.provisions) for t in one.threads] == [
            (t.needs, t.outcomes, t.provisions) for t in two.threads
        ]
