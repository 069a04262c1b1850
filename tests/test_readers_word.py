"""Each oddity of Word files, by itself: what is kept, what is kept apart, where it stands."""
# ruff: noqa: E501  (XML reads better on one line)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import (
    BY,
    HEAD,
    NAMESPACES,
    STRICT_W,
    W,
    deleted,
    docx_of,
    either,
    ins,
    level,
    listed,
    numbering,
    p,
    part,
    picture,
    r,
    relations,
    saved,
    sdt,
    style,
    tbl,
    tc,
    text_box,
    tr,
    vml_box,
    zipped,
)
from lxml import etree

from ehcaudit.errors import Damaged, Empty, Encrypted, InputError, NotFound, OldFormat, TooLarge, TooSlow, Unsupported
from ehcaudit.model import Cell, Document, KeptApart, Mark
from ehcaudit.readers import live_lines, read, skip_reason, suffixes
from ehcaudit.readers.base import Limits

Read = Callable[..., Document]


@pytest.fixture
def word(tmp_path: Path) -> Read:
    def reading(body: str, *, limits: Limits | None = None, **parts: Any) -> Document:
        return read(saved(tmp_path, docx_of(body, **parts)), limits=limits)

    return reading


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def apart(document: Document) -> list[tuple[str, str]]:
    return [(kept.kind, kept.text) for kept in document.apart]


def kinds(document: Document) -> list[str]:
    return [warning.kind for warning in document.warnings]


# ---------------------------------------------------------------- what is live


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (sdt(p("Block control")), ["Block control"]),
        (tbl(sdt(tr("Row control"))), ["Row control"]),
        (tbl([sdt(tc("Cell control"))]), ["Cell control"]),
        (p(r("Run ") + sdt(r("control"))), ["Run control"]),
        (sdt(sdt(p("Nested control"))), ["Nested control"]),
        (p(f"<w:moveTo {BY}>{r('Moved here')}</w:moveTo>"), ["Moved here"]),
        (p(f'<w:hyperlink r:id="rId9">{r("a link")}</w:hyperlink>'), ["a link"]),
        (p(f'<w:fldSimple w:instr=" DATE ">{r("1 May 2026")}</w:fldSimple>'), ["1 May 2026"]),
        (
            p(
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r>'
                f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("Field result")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            ),
            ["Field result"],
        ),
        (p(f'<w:smartTag w:element="place">{r("Northtown")}</w:smartTag>'), ["Northtown"]),
        (f'<w:customXml w:element="x">{p("Custom XML")}</w:customXml>', ["Custom XML"]),
        (p(f'<w:dir w:val="rtl">{r("right to ")}<w:bdo w:val="ltr">{r("left")}</w:bdo></w:dir>'), ["right to left"]),
        (p(f"<w:r><w:ruby><w:rt>{r('top')}</w:rt><w:rubyBase>{r('base')}</w:rubyBase></w:ruby></w:r>"), ["topbase"]),
        (p(r("Host") + text_box(p("In a box"))), ["Host", "In a box"]),
        (p(vml_box(p("In an old box")) + r("Host")), ["Host", "In an old box"]),
        (p(either(text_box(p("Once")), vml_box(p("Once")))), ["Once"]),
        (p(either("<w:r/>", vml_box(p("Only in the fallback")))), ["Only in the fallback"]),
        (p("<w:unknown>" + r("wrapped") + "</w:unknown>"), ["wrapped"]),
        (
            p("<w:r><w:t>soft</w:t><w:softHyphen/><w:t>ly non</w:t><w:noBreakHyphen/><w:t>stop</w:t></w:r>"),
            ["softly non-stop"],
        ),
        (p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r>"), ["a b c d"]),
        (p(r("  two\u00a0\u2003 spaces \n") + r(" and more ")), ["two spaces and more"]),
        (p(r("hyp") + r("hen", "<w:b/>") + r("ated")), ["hyphenated"]),
        (
            p(
                "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
            ),
            ["1 2"],
        ),
        (r("Text without a paragraph"), ["Text without a paragraph"]),
    ],
)
def test_what_word_shows_is_read_wherever_it_is_wrapped(word: Read, body: str, expected: list[str]) -> None:
    document = word(body)
    assert texts(document) == expected
    assert document.apart == ()


def test_comments_and_instructions_inside_text_do_not_cut_it_off(word: Read) -> None:
    assert texts(word(p("<w:r><w:t>before<!-- x --> mid<?pi x?>dle <![CDATA[& after]]></w:t></w:r>"))) == [
        "before middle & after"
    ]


def test_the_order_of_the_document_is_kept_with_tables_between_paragraphs(word: Read) -> None:
    document = word(p("One") + tbl(["Two", "Three"], ["Four", "Five"]) + p("Six"))
    assert [(b.text, b.path) for b in document.blocks] == [
        ("One", "paragraph 1"),
        ("Two", "table 1 › row 1 › column 1"),
        ("Three", "table 1 › row 1 › column 2"),
        ("Four", "table 1 › row 2 › column 1"),
        ("Five", "table 1 › row 2 › column 2"),
        ("Six", "paragraph 2"),
    ]
    assert [(table.rows, table.columns) for table in document.tables] == [(2, 2)]


def test_an_insertion_is_live_and_marked_with_whose_and_when(word: Read) -> None:
    (block,) = word(p(r("Daily ") + ins(r("and weekly")) + r(" help"))).blocks
    assert block.text == "Daily and weekly help"
    assert block.marks == (Mark("inserted", 6, 16, "A. Officer", "2026-05-01T10:00:00Z"),)


def test_sixteen_nested_alternatives_are_one_text(word: Read) -> None:
    inner = r("Once only")
    for _ in range(16):
        inner = either(inner, inner)
    assert texts(word(p(inner))) == ["Once only"]


def test_a_table_in_a_text_box_in_a_table_keeps_its_place(word: Read) -> None:
    document = word(tbl([tc(p(r("Outer") + text_box(tbl(["Inner"]))))]))
    assert [(b.text, b.path) for b in document.blocks] == [
        ("Outer", "table 1 › row 1 › column 1"),
        ("Inner", "table 1 › row 1 › column 1 › table 1 › row 1 › column 1"),
    ]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ('w:font="Wingdings" w:char="F0FE"', "☑ Yes"),
        ('w:font="Wingdings" w:char="F0A8"', "☐ Yes"),
        ('w:font="Wingdings 2" w:char="0052"', "☑ Yes"),
        ('w:font="Symbol" w:char="F0B3"', "≥ Yes"),
        ('w:font="Calibri" w:char="00BD"', "½ Yes"),
        ('w:font="Arial" w:char="F041"', "A Yes"),
    ],
)
def test_a_symbol_is_the_character_that_its_font_shows(word: Read, sign: str, expected: str) -> None:
    assert texts(word(p(f"<w:r><w:sym {sign}/></w:r>{r(' Yes')}"))) == [expected]


@pytest.mark.parametrize("sign", ['w:font="Webdings" w:char="F061"', 'w:char="D800"', 'w:char="zz"', ""])
def test_a_sign_that_no_character_stands_for_is_named_in_a_warning(word: Read, sign: str) -> None:
    document = word(p(f"<w:r><w:sym {sign}/></w:r>{r('Yes')}"))
    assert texts(document) == ["Yes"]
    assert kinds(document) == ["symbol-not-shown"]


def test_legacy_form_fields_show_the_chosen_entry_and_the_tick(word: Read) -> None:
    def field(data: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'

    entries = '<w:listEntry w:val="Weekly"/><w:listEntry w:val="Daily"/>'
    document = word(
        p(r("How often:") + field(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>'))
        + p(field(f"<w:ddList>{entries}</w:ddList>"))
        + p(field('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>') + r("Yes"))
        + p(field('<w:checkBox><w:default w:val="0"/></w:checkBox>') + r("No"))
        + p(field(f'<w:ddList><w:result w:val="99"/>{entries}</w:ddList>') + r("Out of range"))
    )
    assert texts(document) == ["How often: Daily", "Weekly", "☒ Yes", "☐ No", "Out of range"]


def test_a_control_that_shows_its_prompt_is_marked_as_placeholder(word: Read) -> None:
    document = word(
        p(r("Date: ") + sdt(r("Click here to enter a date."), "<w:showingPlcHdr/>"))
        + sdt(p("Choose an item."), "<w:showingPlcHdr/>")
        + sdt(p("A real answer"), '<w:showingPlcHdr w:val="0"/>')
        + p(r("Prompt by style", '<w:rStyle w:val="Prompt"/>')),
        styles=part("styles", style("Prompt", name="Placeholder Text", kind="character")),
    )
    marks = [[(m.kind, b.text[m.start : m.end]) for m in b.marks] for b in document.blocks]
    assert marks == [
        [("placeholder", "Click here to enter a date.")],
        [("placeholder", "Choose an item.")],
        [],
        [("placeholder", "Prompt by style")],
    ]


def test_diagrams_and_titles_of_charts_are_read_and_word_art_too(word: Read) -> None:
    drawing = "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    document = word(
        p(r("Circle of support") + drawing.format('<dgm:relIds r:dm="rId50" r:lo="x"/>'))
        + p(drawing.format('<c:chart r:id="rId51"/>'))
        + p('<w:r><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>'),
        links=(("rId50", "diagramData", "d.xml"), ("rId51", "chart", "c.xml")),
        more={
            "word/d.xml": f"<x {a}><a:p><a:r><a:t>Mum</a:t></a:r></a:p><a:p><a:r><a:t>Key </a:t></a:r><a:r><a:t>worker</a:t></a:r></a:p></x>",
            "word/c.xml": f"<x {a}><a:p><a:r><a:t>Attendance</a:t></a:r></a:p><v>93</v></x>",
        },
    )
    assert texts(document) == ["Circle of support", "Mum", "Key worker", "Attendance", "DRAFT"]
    assert kinds(document) == ["chart-not-read"]


# ---------------------------------------------------------------- what is kept apart


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (p(r("Live") + deleted("gone")), "deleted"),
        (p(r("Live") + f"<w:del {BY}>{r('gone')}</w:del>"), "deleted"),
        (p(r("Live") + ins(deleted("gone"))), "deleted"),
        (p(r("Live") + "<w:r><w:delText>gone</w:delText></w:r>"), "deleted"),
        (p(r("Live") + f"<w:moveFrom {BY}>{r('gone')}</w:moveFrom>"), "moved-from"),
        (p(r("Live") + r("gone", "<w:strike/>")), "struck-through"),
        (p(r("Live") + r("gone", '<w:dstrike w:val="1"/>')), "struck-through"),
        (p(r("Live") + r("gone", '<w:rStyle w:val="Out"/>')), "struck-through"),
        (p(r("Live") + r("gone", '<w:rStyle w:val="OutToo"/>')), "struck-through"),
        (p("Live") + p("gone", style="OutLine"), "struck-through"),
        (p(r("Live") + r("gone", "<w:vanish/>")), "hidden"),
        (p("Live") + p("gone", style="Secret"), "hidden"),
        (p("Live") + tbl(tr("gone", properties=f"<w:del {BY}/>")), "deleted"),
        (p("Live") + tbl([tc("gone", properties=f"<w:cellDel {BY}/>")]), "deleted"),
        (p("Live") + tbl(tr("gone", properties="<w:hidden/>")), "hidden"),
        (p(r("Live") + f"<w:del {BY}>{text_box(p('gone'))}</w:del>"), "deleted"),
    ],
)
def test_what_is_not_live_is_kept_apart(word: Read, body: str, kind: str) -> None:
    document = word(
        body,
        styles=part(
            "styles",
            style("Out", "<w:rPr><w:strike/></w:rPr>", kind="character")
            + style("OutToo", based_on="Out", kind="character")
            + style("OutLine", "<w:rPr><w:dstrike/></w:rPr>")
            + style("Secret", "<w:rPr><w:vanish/></w:rPr>"),
        ),
    )
    assert texts(document) == ["Live"]
    assert apart(document) == [(kind, "gone")]
    assert document.apart[0].block == 0


def test_a_deletion_says_whose_and_when(word: Read) -> None:
    document = word(p(r("Weekly") + deleted("daily")))
    assert document.apart == (KeptApart("deleted", "daily", "paragraph 1", 0, "A. Officer", "2026-05-01T10:00:00Z"),)


def test_a_toggle_that_is_switched_off_is_off(word: Read) -> None:
    styles = part("styles", style("Out", "<w:rPr><w:strike/><w:vanish/></w:rPr>"))
    body = p(r("Shown again", '<w:strike w:val="0"/><w:vanish w:val="false"/>'), style="Out")
    assert texts(word(body, styles=styles)) == ["Shown again"]


def test_two_styles_that_both_switch_a_toggle_on_switch_it_off(word: Read) -> None:
    styles = part(
        "styles",
        style("Line", "<w:rPr><w:b/><w:strike/></w:rPr>")
        + style("Word", "<w:rPr><w:b/><w:strike/></w:rPr>", kind="character"),
    )
    document = word(p(r("shown ", '<w:rStyle w:val="Word"/>') + r("struck"), style="Line"), styles=styles)
    assert texts(document) == ["shown"]
    assert not document.blocks[0].bold
    assert apart(document) == [("struck-through", "struck")]


def test_styles_that_are_based_on_each_other_end(word: Read) -> None:
    styles = part(
        "styles",
        style("A", "<w:rPr><w:b/></w:rPr>", based_on="B")
        + style("B", "<w:rPr><w:i/></w:rPr>", based_on="A")
        + style("C", based_on="C"),
    )
    document = word(p("Round", style="A") + p("and round", style="B") + p("itself", style="C"), styles=styles)
    assert texts(document) == ["Round", "and round", "itself"]
    assert document.blocks[0].bold


def test_stretches_with_live_words_between_them_are_kept_apart_singly(word: Read) -> None:
    document = word(
        p(
            r("Sam ")
            + r("has", "<w:strike/>")
            + r(" is ")
            + r("big", "<w:strike/>")
            + r("ger", "<w:strike/>")
            + r(" tall")
        )
    )
    assert texts(document) == ["Sam is tall"]
    assert apart(document) == [("struck-through", "has"), ("struck-through", "bigger")]


def test_a_comment_stands_by_the_block_it_is_about(word: Read) -> None:
    comments = part("comments", f"<w:comment {BY}>{p('Is this right?')}</w:comment>")
    document = word(p("One") + p(r("Two") + '<w:r><w:commentReference w:id="1"/></w:r>'), comments=comments)
    assert document.apart == (
        KeptApart("comment", "Is this right?", "paragraph 2", 1, "A. Officer", "2026-05-01T10:00:00Z"),
    )


def test_paragraphs_whose_mark_between_them_is_deleted_are_one(word: Read) -> None:
    gone = f"<w:rPr><w:del {BY}/></w:rPr>"
    document = word(p(r("20 minutes"), properties=gone) + p("of speech therapy") + p("Next"))
    assert texts(document) == ["20 minutes of speech therapy", "Next"]
    assert document.blocks[0].anchor == "word/document.xml#0"
    apart_from_tables = word(p(r("Before"), properties=gone) + tbl(["Cell"]) + p("After"))
    assert texts(apart_from_tables) == ["Before", "Cell", "After"]


def test_a_paragraph_that_is_all_deleted_counts_no_number(word: Read) -> None:
    gone = f"<w:rPr><w:del {BY}/></w:rPr>"
    document = word(
        p("First", properties=listed(1))
        + p(deleted("Second"), properties=listed(1) + gone)
        + p("Third", properties=listed(1)),
        numbering=numbering(level(0, "decimal", "%1.")),
    )
    assert [(b.label, b.text) for b in document.blocks] == [("1.", "First"), ("2.", "Third")]
    assert apart(document) == [("deleted", "Second")]


# ---------------------------------------------------------------- notes, headers, footers


def test_a_note_stands_right_after_the_block_that_refers_to_it(word: Read) -> None:
    footnotes = part(
        "footnotes",
        f'<w:footnote w:id="-1" w:type="separator">{p("line")}</w:footnote><w:footnote w:id="2">{p("The note")}</w:footnote>',
    )
    endnotes = part("endnotes", f'<w:endnote w:id="2">{p("The end note")}</w:endnote>')
    body = (
        p(r("One") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + tbl([tc(p(r("Cell") + '<w:r><w:endnoteReference w:id="2"/></w:r>'))])
        + p("Two")
    )
    document = word(body, footnotes=footnotes, endnotes=endnotes)
    assert [(b.kind, b.text, b.path) for b in document.blocks] == [
        ("paragraph", "One", "paragraph 1"),
        ("note", "The note", "paragraph 1 › note"),
        ("paragraph", "Cell", "table 1 › row 1 › column 1"),
        ("note", "The end note", "table 1 › row 1 › column 1 › note"),
        ("paragraph", "Two", "paragraph 2"),
    ]
    assert document.blocks[3].cell == document.blocks[2].cell


def test_a_note_goes_with_its_deleted_reference_and_an_orphan_is_hidden(word: Read) -> None:
    footnotes = part(
        "footnotes", f'<w:footnote w:id="2">{p("Gone too")}</w:footnote><w:footnote w:id="3">{p("Orphan")}</w:footnote>'
    )
    document = word(
        p(r("Live") + f'<w:del {BY}><w:r><w:footnoteReference w:id="2"/></w:r></w:del>'), footnotes=footnotes
    )
    assert texts(document) == ["Live"]
    assert apart(document) == [("deleted", "Gone too"), ("hidden", "Orphan")]


def test_headers_and_footers_are_read_once_and_stand_in_the_margins(word: Read) -> None:
    header = part("hdr", p("FINAL PLAN") + tbl(["Name: Robin"]))
    document = word(
        p("Body"), header1=header, header2=header, footer1=part("ftr", p(r("Page ") + r("hid", "<w:vanish/>")))
    )
    assert texts(document) == ["Body"]
    assert [(b.id, b.kind, b.text) for b in document.margins] == [
        (1, "header", "FINAL PLAN"),
        (2, "header", "Name: Robin"),
        (3, "footer", "Page"),
    ]
    assert apart(document) == [("hidden", "hid")]


# ---------------------------------------------------------------- tables


def test_merged_cells_count_once_with_their_spans(word: Read) -> None:
    document = word(
        tbl(
            [tc("Wide", properties='<w:gridSpan w:val="2"/>'), tc("Tall", properties='<w:vMerge w:val="restart"/>')],
            ["A", "B", tc(p(), properties="<w:vMerge/>")],
            ["C", "D", tc("(cont.)", properties='<w:vMerge w:val="continue"/>')],
            ["E", "F", "G"],
        )
    )
    assert {b.text: b.cell for b in document.blocks} == {
        "Wide": Cell(0, 0, 0, 1, 2),
        "Tall": Cell(0, 0, 2, 3, 1),
        "A": Cell(0, 1, 0),
        "B": Cell(0, 1, 1),
        "C": Cell(0, 2, 0),
        "D": Cell(0, 2, 1),
        "(cont.)": Cell(0, 0, 2, 3, 1),
        "E": Cell(0, 3, 0),
        "F": Cell(0, 3, 1),
        "G": Cell(0, 3, 2),
    }
    assert [(t.rows, t.columns) for t in document.tables] == [(4, 3)]


def test_cells_that_old_word_merged_sideways_are_one(word: Read) -> None:
    document = word(
        tbl(
            [
                tc("Wide", properties='<w:hMerge w:val="restart"/>'),
                tc(p(), properties="<w:hMerge/>"),
                tc("er", properties="<w:hMerge/>"),
                "X",
            ]
        )
    )
    assert [(b.text, b.cell) for b in document.blocks] == [
        ("Wide", Cell(0, 0, 0, 1, 3)),
        ("er", Cell(0, 0, 0, 1, 3)),
        ("X", Cell(0, 0, 3)),
    ]


def test_cells_that_are_left_out_before_and_after_a_row_shift_the_grid(word: Read) -> None:
    document = word(tbl(tr("B", properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'), ["a", "b", "c"]))
    assert [(b.text, b.cell.column if b.cell else None) for b in document.blocks] == [
        ("B", 1),
        ("a", 0),
        ("b", 1),
        ("c", 2),
    ]


@pytest.mark.parametrize("count", ["2000000000", "-4", "x", "", "9" * 5000])
def test_an_absurd_span_is_clamped(word: Read, count: str) -> None:
    document = word(
        tbl(
            [tc("A", properties=f'<w:gridSpan w:val="{count}"/>'), "B"],
            tr("C", properties=f'<w:gridBefore w:val="{count}"/>'),
        )
    )
    assert texts(document) == ["A", "B", "C"]
    assert 2 <= document.tables[0].columns <= 65


def test_a_nested_table_knows_the_cell_it_stands_in(word: Read) -> None:
    document = word(tbl(["x", tc(p("Above"), tbl(["one"]), tbl(["two"]), p("Below"))]))
    assert [(b.text, b.path) for b in document.blocks] == [
        ("x", "table 1 › row 1 › column 1"),
        ("Above", "table 1 › row 1 › column 2"),
        ("one", "table 1 › row 1 › column 2 › table 1 › row 1 › column 1"),
        ("two", "table 1 › row 1 › column 2 › table 2 › row 1 › column 1"),
        ("Below", "table 1 › row 1 › column 2"),
    ]
    assert [table.parent for table in document.tables] == [None, Cell(0, 0, 1), Cell(0, 0, 1)]


def test_fifty_nested_tables_are_read(word: Read) -> None:
    inner = p("Deep")
    for _ in range(50):
        inner = tbl([tc(inner, p())])
    assert texts(word(inner)) == ["Deep"]


def test_rows_that_repeat_as_a_header_are_counted(word: Read) -> None:
    document = word(
        tbl(tr("Need", properties="<w:tblHeader/>"), tr("Sub", properties='<w:tblHeader w:val="true"/>'), ["x"])
    )
    assert document.tables[0].header_rows == 2


# ---------------------------------------------------------------- numbers, headings, looks


def test_automatic_numbers_are_labels(word: Read) -> None:
    lists = numbering(
        level(0, "upperLetter", "Section %1:"),
        level(1, "decimal", "%1.%2"),
        level(2, "lowerRoman", "(%3)"),
        level(3, "bullet", "\uf0b7"),
    )
    document = word(
        "".join(p("x", properties=listed(1, at)) for at in (0, 1, 1, 2, 2, 3, 0, 1)) + p("off", properties=listed(0)),
        numbering=lists,
    )
    assert [b.label for b in document.blocks] == [
        "Section A:",
        "A.1",
        "A.2",
        "(i)",
        "(ii)",
        "•",
        "Section B:",
        "B.1",
        "",
    ]
    assert [b.kind for b in document.blocks] == ["list-item"] * 8 + ["paragraph"]
    assert [b.level for b in document.blocks] == [0, 1, 1, 2, 2, 3, 0, 1, None]
    assert {b.text for b in document.blocks} == {"x", "off"}


def test_a_list_that_starts_anew_starts_anew(word: Read) -> None:
    lists = numbering(
        level(0, "decimal", "%1."), overrides='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    )
    document = word("".join(p("x", properties=listed(key)) for key in (1, 1, 2, 2)), numbering=lists)
    assert [b.label for b in document.blocks] == ["1.", "2.", "5.", "6."]


def test_a_style_gives_its_number_by_the_level_that_names_it(word: Read) -> None:
    lists = numbering(level(0, "decimal", "%1"), level(1, "lowerLetter", "(%2)", '<w:pStyle w:val="Sub"/>'))
    number = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    document = word(
        p("a", style="Sub") + p("b", style="Below"),
        numbering=lists,
        styles=part("styles", style("Sub", number) + style("Below", based_on="Sub")),
    )
    assert document.blocks[0].label == "(a)"
    assert document.blocks[1].kind == "list-item"


def test_a_count_of_a_thousand_million_ends(word: Read) -> None:
    lists = part(
        "numbering",
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1000000000"/><w:numFmt w:val="upperRoman"/>'
        '<w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    )
    (block,) = word(p("x", properties=listed(1)), numbering=lists).blocks
    assert block.text == "x"
    assert len(block.label) < 20


def test_a_section_heading_that_stands_in_the_numbering_alone_is_a_block(word: Read) -> None:
    document = word(
        p(properties=listed(1)) + p("Outcomes") + p(properties=listed(2)),
        numbering=numbering(level(0, "upperLetter", "Section %1")),
    )
    assert texts(document) == ["Section A", "Outcomes"]


def test_headings_are_known_by_outline_level_and_by_name(word: Read) -> None:
    styles = part(
        "styles",
        style("H1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>', name="heading 1")
        + style("Mine", based_on="H1")
        + style("berschrift2", name="heading 2")
        + style("T", name="Title")
        + style("Toc", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>', name="TOC Heading", based_on="H1"),
    )
    document = word(
        p("a", style="H1") + p("b", style="Mine") + p("c", style="berschrift2") + p("d", style="T") + p("e", style="Toc")
        + p("f", properties='<w:outlineLvl w:val="3"/>') + p("g", style="H1", properties='<w:outlineLvl w:val="9"/>'),
        styles=styles,
    )  # fmt: skip
    assert [(b.kind, b.level) for b in document.blocks] == [
        ("heading", 0), ("heading", 0), ("heading", 1), ("heading", 0), ("paragraph", None), ("heading", 3), ("paragraph", None),
    ]  # fmt: skip


def test_looks_are_marked_as_stretches_of_the_text(word: Read) -> None:
    grey, white = '<w:color w:val="808080"/>', '<w:color w:val="FFFFFF"/>'
    document = word(
        p(r("All bold", "<w:b/>"))
        + p(r("Bold: ", "<w:b/>") + r("and ", "<w:b/><w:i/>") + r("not"))
        + p(
            r("guidance", grey)
            + r(" unseen ", white)
            + r("yellow", '<w:highlight w:val="yellow"/>')
            + r("under", '<w:u w:val="single"/>')
        )
        + tbl([tc(p(r("White on blue", white)), properties='<w:shd w:val="clear" w:fill="1F3864"/>')])
    )
    assert [b.bold for b in document.blocks] == [True, False, False, False]
    assert [[(m.kind, b.text[m.start : m.end]) for m in b.marks] for b in document.blocks] == [
        [("bold", "All bold")],
        [("bold", "Bold: and"), ("italic", "and")],
        [("grey", "guidance"), ("white", "unseen"), ("highlight", "yellow"), ("underline", "under")],
        [],
    ]


def test_an_anchor_is_the_index_of_the_paragraph_in_its_part_whatever_was_not_read(word: Read) -> None:
    body = p("") + p(either(text_box(p("Read")), vml_box(p("Not read") + p("Nor this")))) + tbl(["Cell"]) + p("Last")
    document = word(body)
    root = etree.fromstring(f"<w:body {NAMESPACES}>{body}</w:body>")
    every = list(root.iter(f"{{{W}}}p"))
    for block in document.blocks:
        name, _, number = (block.anchor or "").partition("#")
        assert name == "word/document.xml"
        assert "".join(every[int(number)].itertext()) == block.text


# ---------------------------------------------------------------- packages


def test_the_main_part_is_found_by_its_relationship_whatever_its_name(tmp_path: Path) -> None:
    assert texts(read(saved(tmp_path, docx_of(p("Here"), main="Content/Main Part.XML")))) == ["Here"]


def test_other_prefixes_strict_names_and_utf_16_are_read(tmp_path: Path) -> None:
    strict = f'<?xml version="1.0" encoding="UTF-16"?><document xmlns="{STRICT_W}"><body><p><r><rPr><strike/></rPr><t>out</t></r><r><t>Live</t></r></p></body></document>'
    document = read(saved(tmp_path, docx_of("", document=strict.encode("utf-16"))))
    assert texts(document) == ["Live"]
    assert apart(document) == [("struck-through", "out")]


@pytest.mark.parametrize("suffix", [".docx", ".docm", ".dotx", ".dotm", ".DOCX", ".doc"])
def test_every_name_of_a_word_file_is_read(tmp_path: Path, suffix: str) -> None:
    assert texts(read(saved(tmp_path, docx_of(p("Here")), f"plan{suffix}"))) == ["Here"]


def test_member_names_in_other_capitals_and_backslashes_are_found(tmp_path: Path) -> None:
    content = zipped(
        {
            "_RELS/.RELS": relations(("rId1", "officeDocument", "\\Word\\Document.xml")),
            "WORD\\document.XML": part("document", f"<w:body>{p('Here')}</w:body>"),
        }
    )
    assert texts(read(saved(tmp_path, content))) == ["Here"]


def test_a_damaged_side_part_is_left_out_with_a_warning(word: Read) -> None:
    document = word(
        p("Here"), styles="<w:styles", header=part("hdr", p("Top")), links=(("rId7", "footer", "none.xml"),)
    )
    assert texts(document) == ["Here"]
    assert kinds(document) == ["part-not-read"]


def test_pictures_and_embedded_objects_are_named_in_warnings(word: Read) -> None:
    document = word(
        p(picture())
        + p(r("One") + picture())
        + p("<w:r><w:object/></w:r>")
        + '<w:altChunk r:id="rId5"/>'
        + p('<w:subDoc r:id="rId6"/>')
    )
    assert texts(document) == ["One"]
    assert document.images == (-1, 0)
    assert {w.kind: w.count for w in document.warnings} == {
        "altchunk-not-read": 1, "embedded-object": 1, "image-not-read": 2, "subdocument-not-read": 1,
    }  # fmt: skip


def test_core_properties_are_read(tmp_path: Path) -> None:
    core = '<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:title>Plan</dc:title><cp:lastModifiedBy>Officer</cp:lastModifiedBy></cp:coreProperties>'
    rels = relations(
        ("rId1", "officeDocument", "word/document.xml"), ("rId2", "metadata/core-properties", "docProps/core.xml")
    )
    content = docx_of(p("Here"), more={"_rels/.rels": rels, "docProps/core.xml": core})
    assert read(saved(tmp_path, content)).properties == {"title": "Plan", "lastModifiedBy": "Officer"}


# ---------------------------------------------------------------- what is refused, and how


def ole(*names: str) -> bytes:
    """The head of an OLE compound file with a directory right after it."""
    head = bytearray(512)
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    head[30:32] = (9).to_bytes(2, "little")
    return bytes(head) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", Empty, "is empty"),
        (b"\0" * 2000, Empty, "only zeros"),
        (ole("EncryptedPackage"), Encrypted, "password protected"),
        (ole("WordDocument"), OldFormat, "save it as .docx"),
        (ole("Workbook"), Unsupported, "another old Office file"),
        (ole("__properties_version1.0"), Unsupported, "Outlook"),
        (b"{\\rtf1 Private words}", OldFormat, "an RTF file"),
        (b"%PDF-1.7 Private words", Unsupported, "a PDF"),
        (b"\xff\xd8\xff\xe0 Private words", Unsupported, "a JPEG picture"),
        (b"<!DOCTYPE html><p>Private words", Unsupported, "a web page"),
        (b"Private words", Unsupported, "a plain text file"),
        (b"PK\x03\x04 Private words", Damaged, "damaged"),
        (zipped({"a.txt": "Private words"}), Damaged, "no Word document"),
        (zipped({"xl/workbook.xml": "<a/>"}), Unsupported, "an Excel workbook"),
        (docx_of("", document="<w:doc"), Damaged, "not well-formed"),
        (docx_of("", document="<html>Private words</html>"), Damaged, "main part is not a Word document"),
        (docx_of("", document=b""), Damaged, "damaged"),
        (docx_of("", document='<!DOCTYPE x [<!ENTITY e "Private words">]>' + part("document", p("&e;"))[len(HEAD) :]), Damaged, "document type"),
        (docx_of("", document=("<!-- " + "x" * 5000 + " --><!DOCTYPE x>" + part("document", p("Private words"))[len(HEAD) :])), Damaged, "document type"),
        (docx_of("", document=part("document", "<w:x>" * 400 + "</w:x>" * 400)), TooLarge, "nested"),
        (docx_of(p("Private words")).replace(b"\x08\x00", b"\x63\x00"), Damaged, "damaged"),
        (docx_of(p()), Empty, "there are no words in it"),
        (docx_of(p(picture())), Empty, "a scan"),
        (docx_of('<w:altChunk r:id="rId5"/>'), Empty, "inserted from another file"),
        (docx_of(p("<w:r><w:object/></w:r>")), Empty, "embedded object"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence_of_its_own(
    tmp_path: Path, content: bytes, error: type[InputError], says: str
) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(error) as caught:
        read(path)
    message = str(caught.value)
    assert type(caught.value) is error
    assert says in message
    assert message.startswith(f"{path}: ")
    assert "Private" not in message
    assert "\n" not in message


def test_a_missing_file_a_folder_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        read(tmp_path / "none.docx")
    (tmp_path / "folder.docx").mkdir()
    with pytest.raises(NotFound, match="is a folder"):
        read(tmp_path / "folder.docx")
    with pytest.raises(Unsupported, match=r"a PNG picture.*\.docx"):
        read(saved(tmp_path, b"\x89PNG\r\n", "scan.png"))


@pytest.mark.skipif(not hasattr(__import__("os"), "mkfifo"), reason="no pipes on this platform")
def test_a_pipe_is_refused_without_being_opened(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "plan.docx")
    with pytest.raises(NotFound, match="not a regular file"):
        read(tmp_path / "plan.docx")


@pytest.mark.parametrize(
    ("limits", "error", "says"),
    [
        (Limits(max_bytes=100), TooLarge, "max_bytes"),
        (Limits(max_expanded=1000), TooLarge, "max_expanded"),
        (Limits(max_blocks=10), TooLarge, "max_blocks"),
        (Limits(max_depth=3), TooLarge, "max_depth"),
        (Limits(max_seconds=0.0), TooSlow, "max_seconds"),
    ],
)
def test_each_limit_is_named_where_it_is_passed(word: Read, limits: Limits, error: type[InputError], says: str) -> None:
    with pytest.raises(error, match=says):
        word(tbl(*[["a", "b"] for _ in range(800)]), limits=limits)


def test_a_part_that_unpacks_to_far_more_than_its_size_is_refused_and_one_that_is_not_needed_is_not_unpacked(
    tmp_path: Path,
) -> None:
    bomb = b" " * 30_000_000
    with pytest.raises(TooLarge, match="max_ratio"):
        read(saved(tmp_path, docx_of("", document=bomb)))
    assert texts(read(saved(tmp_path, docx_of(p("Here"), more={"word/media/image1.png": bomb})))) == ["Here"]


def test_repetitive_plans_are_no_bombs(word: Read) -> None:
    assert len(word(tbl(*[["The same words in every row of the table"] * 3 for _ in range(3000)])).blocks) == 9000


def test_lock_files_and_resource_forks_are_passed_over() -> None:
    assert skip_reason(Path("~$plan.docx")) == "a lock file of Word"
    assert skip_reason(Path("._plan.docx")) == "a resource fork of macOS"
    assert skip_reason(Path("plan.docx")) == ""
    assert {".docx", ".docm", ".dotx", ".dotm", ".txt", ".md"} <= set(suffixes())


# ---------------------------------------------------------------- lines for the text command


def test_live_lines_add_what_is_asked_for_where_it_stood(word: Read) -> None:
    document = word(
        p(r("One") + deleted("was one") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + p(r("Two ") + r("hid", "<w:vanish/>"), properties=listed(1))
        + p("Three", properties=listed(1, 1)),
        numbering=numbering(level(0, "decimal", "%1."), level(1, "bullet", "o")),
        footnotes=part("footnotes", f'<w:footnote w:id="2">{p("Note")}</w:footnote>'),
        header=part("hdr", p("Top")),
    )
    assert list(live_lines(document)) == ["One", "1. Two", "Three"]
    assert list(live_lines(document, deleted=True)) == ["One", "was one", "1. Two", "Three"]
    assert list(live_lines(document, hidden=True)) == ["One", "1. Two", "hid", "Three"]
    assert list(live_lines(document, notes=True)) == ["Top", "One", "Note", "1. Two", "Three"]


def test_a_file_whose_words_are_all_hidden_is_read(word: Read) -> None:
    document = word(p(r("Only hidden", "<w:vanish/>")))
    assert document.blocks == ()
    assert list(live_lines(document, hidden=True)) == ["Only hidden"]
