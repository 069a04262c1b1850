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
CELLS = st.text(alphabet=SIGNS + "é漢\t", max_size=12)
HEADS = ("Plan, worst first", "Score", "Grade", "Fault")


def by_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_fits", lambda *_: False)
    monkeypatch.setattr(pages, "_plain_table", lambda *_: [])


def table(width: int, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    page = Page(ReportOptions(width=width))
    page.table(heads, rows, right=(1, 3), stretch=2, narrow=(0,))
    return page.bytes()


def test_every_sign_that_is_written_without_rich_takes_one_cell() -> None:
    assert not pages._UNSURE.search(SIGNS)
    assert all(cell_len(sign) == 1 for sign in SIGNS)


@settings(deadline=None)
@given(words=st.text(alphabet=SIGNS + "é漢\t", max_size=60), width=st.integers(40, 60))
def test_a_line_that_has_room_is_what_rich_prints(words: str, width: int) -> None:
    short, long = Page(ReportOptions(width=width)), Page(ReportOptions(width=width))
    short.line(words)
    with pytest.MonkeyPatch.context() as patch:
        by_rich(patch)
        long.line(words)
    assert short.bytes() == long.bytes()


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=4),
    width=st.integers(40, 80),
    heads=st.sampled_from([HEADS, ("", "", "", "")]),
)
def test_a_table_that_has_room_is_what_rich_prints(
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
