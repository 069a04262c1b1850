"""Amendments: tracked changes, working documents' keys, and the plan as it was before them."""

from __future__ import annotations

from pathlib import Path

from ehcaudit.model import Document
from ehcaudit.plan.amendments import before, find_amendments
from ehcaudit.readers import read
from tests.builders import deleted, docx_of, ins, p, r, saved, tbl

BOLD, STRUCK = "<w:b/>", "<w:strike/>"
KEY = p(r("Key: bold text is the parents' addition; bold text struck through is the parents' deletion."))
PROVISION = p(
    r("A therapist will see Ada ")
    + r("regularly", BOLD + STRUCK)
    + r(" ")
    + r("for 45 minutes each week", BOLD)
    + r(" at school.")
)


def document(tmp_path: Path, *body: str, original: bool = False) -> Document:
    return read(saved(tmp_path, docx_of("".join(body))), original=original)


def lines(read: Document) -> list[str]:
    return [block.text for block in read.blocks]


def test_tracked_changes_are_told_with_who_and_when(tmp_path: Path) -> None:
    found = find_amendments(document(tmp_path, p(r("Two ") + ins(r("long ")) + deleted("short ") + r("sessions."))))
    assert [(change.text, change.author) for change in found.added] == [("long", "A. Officer")]
    assert [kept.text for kept in found.deleted] == ["short"]
    assert found.added[0].when
    assert found.deleted[0].author


def test_a_plan_as_it_was_before_has_the_deleted_words_and_not_the_added_ones(tmp_path: Path) -> None:
    body = p(r("Two ") + ins(r("long ")) + deleted("short ") + r("sessions."))
    assert lines(document(tmp_path, body)) == ["Two long sessions."]
    was = document(tmp_path, body, original=True)
    assert lines(was) == ["Two short sessions."]
    assert [(kept.kind, kept.text) for kept in was.apart] == [("added", "long")]


def test_a_deleted_paragraph_mark_still_parts_two_paragraphs_in_the_original(tmp_path: Path) -> None:
    body = p(r("First."), properties="<w:rPr><w:del/></w:rPr>") + p(r("Second."))
    assert lines(document(tmp_path, body)) == ["First. Second."]
    assert lines(document(tmp_path, body, original=True)) == ["First.", "Second."]


def test_a_key_makes_bold_an_addition_and_struck_text_a_deletion(tmp_path: Path) -> None:
    found = find_amendments(document(tmp_path, KEY, PROVISION))
    assert [change.text for change in found.added] == ["for 45 minutes each week"]
    assert [kept.text for kept in found.deleted] == ["regularly"]
    assert found.key == ("bold",)


def test_without_a_key_bold_is_emphasis(tmp_path: Path) -> None:
    assert find_amendments(document(tmp_path, PROVISION)).added == ()


def test_a_plan_that_speaks_of_bold_print_gives_no_key(tmp_path: Path) -> None:
    body = p(r("Worksheets in bold type will be added to his tray each day.")) + PROVISION
    assert find_amendments(document(tmp_path, body)).key == ()


def test_a_bold_label_is_no_addition(tmp_path: Path) -> None:
    found = find_amendments(
        document(tmp_path, KEY, p(r("Outcome 2", BOLD)), tbl([p(r("By whom", BOLD)), p(r("SALT"))]))
    )
    assert found.added == ()


def test_the_keyed_original_leaves_additions_out_and_puts_deletions_back(tmp_path: Path) -> None:
    was = before(document(tmp_path, KEY, PROVISION, original=True))
    assert lines(was)[1] == "A therapist will see Ada regularly at school."
    assert ("added", "for 45 minutes each week") in [(kept.kind, kept.text) for kept in was.apart]
    assert all(mark.end <= len(block.text) for block in was.blocks for mark in block.marks)


def test_colours_of_a_key_in_several_lines_are_each_read(tmp_path: Path) -> None:
    key = p(r("Italic – the council's amendments")) + p(r("Strikethrough – text to be deleted"))
    found = find_amendments(document(tmp_path, key, p(r("He will have ") + r("two", "<w:i/>") + r(" sessions."))))
    assert [(change.text, change.look) for change in found.added] == [("two", "italic")]
