"""A page of terminal text: what is written the short way is what rich would print, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ehcaudit.reports import page as pages
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.page import Page

SIGNS = "".join(chr(code) for code in range(32, 127)) + "£«»·×–—‘’“”…›≥─═█░"
CELLS = st.text(alphabet=SIGNS + "   é漢\t", max_size=30)
WORDS = st.lists(st.text(alphabet="abc–", min_size=1, max_size=20), max_size=9).map(" ".join)
HEADS = ("Plan, worst first", "Score", "Grade", "Fault")


def by_rich(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pages, "_unsure", lambda _: True)


def table(width: int, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    page = Page(ReportOptions(width=width))
    page.table(heads, rows, right=(1, 3), stretch=2, narrow=(0,))
    return page.bytes()


def line(width: int, words: str, indent: int) -> bytes:
    page = Page(ReportOptions(width=width))
    page.line(words, indent=indent, style="bold")
    return page.bytes()


def test_every_sign_that_is_written_without_rich_takes_one_cell() -> None:
    assert not pages._UNSURE.search(SIGNS)
    assert all(cell_len(sign) == 1 for sign in SIGNS)


@settings(deadline=None)
@given(words=CELLS | WORDS, width=st.integers(40, 60), indent=st.sampled_from([0, 0, 4]))
def test_a_line_is_broken_where_rich_breaks_it(words: str, width: int, indent: int) -> None:
    short = line(width, words, indent)
    with pytest.MonkeyPatch.context() as patch:
        by_rich(patch)
        assert short == line(width, words, indent)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(*[CELLS | WORDS] * 4), max_size=4)
    | st.lists(st.tuples(WORDS, st.just("7.5"), WORDS, st.just("–")), max_size=9),
    width=st.integers(40, 90),
    heads=st.sampled_from([HEADS, ("", "", "", ""), ("Plan", "", "", "Fault")]),
)
def test_a_table_is_laid_out_as_rich_does(
    rows: list[tuple[str, str, str, str]], width: int, heads: tuple[str, ...]
) -> None:
    short = table(width, heads, rows)
    with pytest.MonkeyPatch.context() as patch:
        by_rich(patch)
        assert short == table(width, heads, rows)


def test_a_table_of_plain_rows_does_not_go_by_way_of_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("a/sam.docx", "81.5", "Good", "–"), ("b/kim.docx", "9.0", "none", "12")]
    expected = (
        b"Plan, worst first  Score  Grade  Fault\n"
        b"a/sam.docx          81.5  Good       \xe2\x80\x93\n"
        b"b/kim.docx           9.0  none      12\n"
    )
    assert table(80, HEADS, rows) == expected
    monkeypatch.setattr(Page, "_console", property(lambda _: pytest.fail("rich was asked")))
    assert table(80, HEADS, rows) == expected
