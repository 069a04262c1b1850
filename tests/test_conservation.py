"""Nothing read may vanish: each visible character of a generated Word file lands in one block or is kept apart."""
# ruff: noqa: E501  (XML reads better on one line)

from __future__ import annotations

import importlib.util
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from builders import (
    BY,
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
    saved,
    sdt,
    style,
    tbl,
    tc,
    text_box,
    tr,
    vml_box,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehcaudit.errors import InputError
from ehcaudit.model import Document
from ehcaudit.readers import live_lines, read
from ehcaudit.readers.base import Limits

STYLES = part(
    "styles",
    style("Struck", "<w:rPr><w:strike/></w:rPr>", kind="character")
    + style("Title1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
    + style("Gone", "<w:rPr><w:vanish/></w:rPr>"),
)
LISTS = numbering(level(0, "decimal", "%1."), level(1, "lowerLetter", "(%2)"))
LOOKS = (
    "",
    "<w:b/>",
    '<w:strike w:val="0"/>',
    "<w:strike/>",
    "<w:vanish/>",
    '<w:rStyle w:val="Struck"/>',
    '<w:color w:val="FFFFFF"/>',
)
PROPERTIES = (
    "",
    listed(1),
    listed(1, 1),
    '<w:pStyle w:val="Title1"/>',
    '<w:pStyle w:val="Gone"/>',
    f"<w:rPr><w:del {BY}/></w:rPr>",
)


def everything(document: Document) -> str:
    """All text of a document, live or not, without white space."""
    parts = [block.text for block in (*document.blocks, *document.margins)] + [one.text for one in document.apart]
    return "".join("".join(parts).split())


class Drawn:
    """One generated body, with what must be found in it and where."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.serial = 0
        self.live: list[str] = []
        self.apart: list[str] = []
        self.never: list[str] = []

    def word(self, kept: list[str]) -> str:
        self.serial += 1
        kept.append(f"w{self.serial}x")
        return kept[-1]

    def run(self, gone: bool) -> str:
        look = self.data.draw(st.sampled_from(LOOKS))
        apart = gone or look in ("<w:strike/>", "<w:vanish/>", '<w:rStyle w:val="Struck"/>')
        return r(f" {self.word(self.apart if apart else self.live)} ", look)

    def inline(self, gone: bool, depth: int) -> str:
        kind = self.data.draw(st.integers(0, 10 if depth else 7))
        if kind < 3:
            return self.run(gone)
        if kind == 3:
            return deleted(f" {self.word(self.apart)} ")
        if kind == 4:
            return ins(self.run(gone))
        if kind == 5:
            return f"<w:moveFrom {BY}>{self.run(True)}</w:moveFrom>"
        if kind == 6:
            return sdt(self.run(gone), self.data.draw(st.sampled_from(("", "<w:showingPlcHdr/>"))))
        if kind == 7:
            return f'<w:hyperlink r:id="rId9">{self.run(gone)}</w:hyperlink>{picture()}'
        if kind == 8:
            return text_box(self.blocks(gone, depth - 1))
        if kind == 9:
            inner = self.blocks(gone, depth - 1)
            # The fallback says the same again, and is not read where the choice holds text.
            return either(
                text_box(p(f" {self.word(self.live if not gone else self.apart)} ") + inner),
                vml_box(p(f" {self.word(self.never)} ")),
            )
        return f"<w:del {BY}>{text_box(self.blocks(True, depth - 1))}</w:del>"

    def paragraph(self, gone: bool, depth: int) -> str:
        properties = self.data.draw(st.sampled_from(PROPERTIES))
        hidden = "Gone" in properties
        return p(
            "".join(self.inline(gone or hidden, depth) for _ in range(self.data.draw(st.integers(0, 3)))) or "<w:r/>",
            properties=properties,
        )

    def blocks(self, gone: bool, depth: int) -> str:
        return "".join(self.block(gone, depth) for _ in range(self.data.draw(st.integers(1, 3))))

    def block(self, gone: bool, depth: int) -> str:
        kind = self.data.draw(st.integers(0, 4 if depth else 1))
        if kind < 2:
            return self.paragraph(gone, depth)
        if kind == 2:
            return sdt(self.blocks(gone, depth - 1))
        rows = []
        for _ in range(self.data.draw(st.integers(1, 2))):
            out = gone or self.data.draw(st.integers(0, 5)) == 0
            span = self.data.draw(
                st.sampled_from(
                    (
                        "",
                        '<w:gridSpan w:val="2"/>',
                        '<w:vMerge w:val="restart"/>',
                        "<w:vMerge/>",
                        '<w:hMerge w:val="continue"/>',
                    )
                )
            )
            cells = tc(self.blocks(out, depth - 1), properties=span) + tc(self.paragraph(out, 0))
            rows.append(tr(cells, properties=f"<w:del {BY}/>" if out and not gone else ""))
        return tbl(*rows)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_every_visible_word_lands_in_one_block_or_is_kept_apart(tmp_path: Path, data: st.DataObject) -> None:
    drawn = Drawn(data)
    body = p(f" {drawn.word(drawn.live)} ") + drawn.blocks(False, 3)
    document = read(saved(tmp_path, docx_of(body, styles=STYLES, numbering=LISTS)))
    live = Counter(word for block in document.blocks for word in block.text.split())
    apart = Counter(word for one in document.apart for word in one.text.split())
    assert live == Counter(drawn.live)
    assert apart == Counter(drawn.apart)
    assert sum(w.count for w in document.warnings if w.kind == "image-not-read") == len(document.images)
    for number, block in enumerate(document.blocks):
        assert block.id == number
        assert block.text == " ".join(block.text.split()) != ""
        assert all(0 <= mark.start < mark.end <= len(block.text) for mark in block.marks)
        if block.cell is not None:
            table = document.tables[block.cell.table]
            assert block.cell.row + block.cell.row_span <= table.rows
            assert block.cell.column + block.cell.column_span <= table.columns
    assert all(one.block is None or 0 <= one.block < len(document.blocks) for one in document.apart)
    lines = Counter(
        word
        for line in live_lines(document, deleted=True, hidden=True)
        for word in line.split()
        if word.startswith("w")
    )
    assert lines == live + apart


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12),
            st.sampled_from(LOOKS),
        ),
        max_size=6,
    )
)
def test_every_character_of_a_run_is_kept_as_it_is(tmp_path: Path, runs: list[tuple[str, str]]) -> None:
    body = p("start") + p("".join(r(text, look) for text, look in runs) or "<w:r/>")
    document = read(saved(tmp_path, docx_of(body, styles=STYLES)))
    assert Counter(everything(document)) == Counter("".join(("start" + "".join(text for text, _ in runs)).split()))
    for block in document.blocks:
        for mark in block.marks:
            assert block.text[mark.start : mark.end].strip() == block.text[mark.start : mark.end] != ""


def whole_file() -> bytes:
    """A file with something of everything."""
    body = (
        p("Section A", style="Title1")
        + p(
            r("One ") + ins(r("two")) + deleted("three") + '<w:r><w:footnoteReference w:id="2"/></w:r>',
            properties=listed(1),
        )
        + tbl(
            [tc("x", properties='<w:gridSpan w:val="2"/>'), sdt(tc("y"))],
            [tc(p(text_box(p("box"))), tbl(["deep"])), "z"],
        )
    )
    notes = part("footnotes", f'<w:footnote w:id="2">{p("Note")}</w:footnote>')
    return docx_of(body, styles=STYLES, numbering=LISTS, footnotes=notes, header=part("hdr", p("Top")))


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(tmp_path: Path, seed: int) -> None:
    chance, content, read_, refused = random.Random(seed), whole_file(), 0, 0
    for _ in range(60):
        broken = bytearray(content)
        if chance.random() < 0.2:
            del broken[chance.randrange(len(broken)) :]
        for _ in range(chance.randrange(1, 5)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            document = read(saved(tmp_path, bytes(broken)), limits=Limits(max_seconds=5))
        except InputError as error:
            refused += bool(str(error))
        else:
            read_ += 1
            assert isinstance(document, Document)
    assert refused
    assert read_ + refused == 60


@pytest.mark.parametrize("seed", range(6))
def test_a_file_with_damaged_xml_is_read_or_refused_and_never_crashes(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [
        "w:p",
        "w:r",
        "w:t",
        "w:tbl",
        "w:tr",
        "w:tc",
        "w:sdt",
        "w:del",
        "w:pPr",
        "w:rPr",
        "w:tcPr",
        "w:txbxContent",
        "w:sym",
        "m:r",
        "w:ffData",
    ]
    for _ in range(60):
        parts: list[str] = []
        open_names: list[str] = []
        for _ in range(chance.randrange(1, 60)):
            if open_names and chance.random() < 0.4:
                parts.append(f"</{open_names.pop()}>")
            else:
                open_names.append(chance.choice(names))
                parts.append(
                    f'<{open_names[-1]} w:val="{chance.choice(["1", "-1", "x", "", "99999999999"])}" w:id="{chance.random()}">'
                )
                parts.append(chance.choice(["", "words"]))
        body = "".join(parts) + "".join(f"</{name}>" for name in reversed(open_names))
        try:
            read(saved(tmp_path, docx_of(p("Here") + body, styles=STYLES, numbering=LISTS)))
        except InputError as error:
            pytest.fail(f"{error} for {body}")


@pytest.fixture(scope="module")
def table() -> ModuleType:
    path = Path(__file__).resolve().parent.parent / "tools" / "reading_table.py"
    spec = importlib.util.spec_from_file_location("reading_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reading_table"] = module
    spec.loader.exec_module(module)
    return module


def test_the_reading_table_counts_what_is_kept_gone_and_said_twice(table: ModuleType, tmp_path: Path) -> None:
    body = (
        p(r("Kept hyp") + r("hen") + deleted("gone"))
        + p(either(text_box(p("Once")), vml_box(p("Twice"))))
        + p(f"<w:moveFrom {BY}>{r('away')}</w:moveFrom>")
    )
    path = saved(tmp_path, docx_of(body))
    truth = table.reference(path)
    assert truth.kept == Counter(["kept", "hyphen", "once"])
    assert truth.gone == Counter(["gone", "away"])
    assert truth.other == Counter(["twice"])
    score = table.Score("all wrong")
    score.add(path, truth, lambda _: (Counter(["kept", "gone", "twice"]), Counter()))
    assert (score.kept, score.words, score.let_through, score.doubled, len(score.losing)) == (1, 3, 1, 1, 1)
    ours = table.Score("ehcaudit")
    ours.add(path, truth, table.ours)
    assert (ours.kept, ours.let_through, ours.doubled, ours.raised) == (3, 0, 0, [])
