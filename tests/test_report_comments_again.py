"""A commented copy that people have worked on, audited again: what they said and decided stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import W, p, zipped
from commented import (
    DAY,
    SAMPLES,
    W14,
    W15,
    attribute,
    audited,
    commented,
    found,
    legal,
    parts,
    run_with,
    same_plan,
    saved,
    states,
    told,
    under,
    words_of,
)
from lxml import etree

from ehcaudit.engine import audit
from ehcaudit.model import Plan, PlanAudit, Result, Section
from ehcaudit.readers import read
from ehcaudit.reports.annotate import Done
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.comments import LIST, write_copy, write_folder
from ehcaudit.rules import load_rules


def edited(path: Path, name: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """The copy as a person saved it: ``change`` is given its XML parts as trees."""
    members: dict[str, Any] = dict(parts(path))
    trees = {key: etree.fromstring(data) for key, data in members.items() if key.startswith("word/") and b"<" in data}
    change(trees)
    members |= {key: etree.tostring(root, xml_declaration=True, encoding="UTF-8") for key, root in trees.items()}
    other = path.parent / name
    other.write_bytes(zipped(members))
    return other


def wording(trees: dict[str, Any], old: str, new: str) -> None:
    """Change words of the text."""
    (text,) = [t for t in trees["word/document.xml"].iter(f"{{{W}}}t") if old in (t.text or "")]
    text.text = text.text.replace(old, new)


def close(trees: dict[str, Any], at: int, done: str = "1") -> None:
    """Resolve a comment, or open it again."""
    key = trees["word/comments.xml"][at][-1].get(f"{W14}paraId")
    (state,) = [one for one in trees["word/commentsExtended.xml"] if one.get(f"{W15}paraId") == key]
    state.set(f"{W15}done", done)


def reply(trees: dict[str, Any], at: int, words: str = "I have asked the school.", number: str = "70") -> None:
    """Answer a comment, with the marks of Word: a reply has the same words under it."""
    comments, document = trees["word/comments.xml"], trees["word/document.xml"]
    to = comments[at]
    key = f"0000{int(number):04X}"
    made = etree.SubElement(comments, f"{{{W}}}comment", {f"{{{W}}}id": number, f"{{{W}}}author": "S. Head"})
    paragraph = etree.SubElement(made, f"{{{W}}}p", {f"{W14}paraId": key})
    etree.SubElement(etree.SubElement(paragraph, f"{{{W}}}r"), f"{{{W}}}t").text = words
    parent = {f"{W15}paraId": key, f"{W15}paraIdParent": to[-1].get(f"{W14}paraId"), f"{W15}done": "0"}
    etree.SubElement(trees["word/commentsExtended.xml"], f"{W15}commentEx", parent)
    for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        for mark in list(document.iter(f"{{{W}}}{name}")):
            if attribute(mark, "id") != attribute(to, "id"):
                continue
            own = mark.makeelement(mark.tag, {f"{{{W}}}id": number})
            if name == "commentReference":
                run = mark.makeelement(f"{{{W}}}r", {})
                run.append(own)
                mark.getparent().addnext(run)
            else:
                mark.addnext(own)


def done_to(path: Path, *quotes: Any, name: str, plan: PlanAudit | None = None) -> tuple[Path, Done]:
    plan = plan or audited(path, *quotes)
    copy = path.parent / f"{name}.docx"
    return copy, write_copy(plan, run_with(plan), copy)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A copy with comments on "Regular" and "as required"."""
    path = saved(tmp_path, p("Regular support as required in class.") + p("Weekly help."))
    return commented(path, "Regular", "as required", name="first")


# ---------------------------------------------------------------- replies


def test_a_reply_is_kept_with_its_comment_while_the_fault_is_there(first: Path) -> None:
    answered = edited(first, "answered.docx", lambda trees: reply(trees, 0))
    again = commented(answered, "Regular", "as required", name="again")
    assert told(again)["70"] == "I have asked the school."
    assert under(again) == {"0": "Regular", "1": "as required", "70": "Regular"}
    assert states(again) == ["0", "0", "0"]
    assert parts(again)["word/comments.xml"].count(b"S. Head") == 1
    same_plan(answered, again)


def test_a_thread_is_resolved_as_a_whole_when_the_fault_is_gone_and_says_so(first: Path) -> None:
    answered = edited(first, "answered.docx", lambda trees: reply(trees, 0))
    again, done = done_to(answered, "as required", name="again")
    assert done == Done(made=0, replaced=1, resolved=1)
    assert told(again)["70"] == "I have asked the school."
    assert "No longer reported by ehcaudit on 24 November 2026." in told(again)["0"]
    assert states(again) == ["1", "0", "1"]
    assert under(again)["0"] == under(again)["70"] == "Regular"
    legal(again)


def test_a_reply_moves_with_its_comment(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        reply(trees, 1)
        wording(trees, "as required", "each day")
        wording(trees, "Weekly help.", "Weekly help as required.")

    moved = commented(edited(first, "moved.docx", change), "Regular", "as required", name="again")
    assert under(moved) == {"0": "Regular", "1": "as required", "70": "as required"}
    assert len(told(moved)) == 3
    legal(moved)


# ---------------------------------------------------------------- what a person decided


def test_a_comment_that_a_person_resolved_stays_resolved_while_the_fault_stands(first: Path) -> None:
    closed = edited(first, "closed.docx", lambda trees: close(trees, 1))
    again, done = done_to(closed, "Regular", "as required", name="again")
    assert states(again) == ["0", "1"]
    assert done == Done(made=0, replaced=2, resolved=0, closed=1)


def test_a_comment_that_we_resolved_opens_again_with_the_fault_and_no_longer_says_it_is_gone(first: Path) -> None:
    gone = commented(first, "as required", name="gone")
    assert states(gone) == ["1", "0"]
    back = commented(gone, "Regular", "as required", name="back")
    assert states(back) == ["0", "0"]
    assert "No longer reported" not in told(back)["0"]
    assert parts(back)["word/comments.xml"] == parts(first)["word/comments.xml"]


def test_a_comment_that_a_person_opened_again_is_not_resolved_a_second_time(first: Path) -> None:
    gone = commented(first, "as required", name="gone")
    opened = edited(gone, "opened.docx", lambda trees: close(trees, 0, "0"))
    again, done = done_to(opened, "as required", name="again")
    assert states(again) == ["0", "0"]
    assert done.resolved == 0
    assert told(again)["0"].count("No longer reported") == 1


def test_words_that_a_person_wrote_into_our_comment_are_kept(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        comment = trees["word/comments.xml"][0]
        comment[1].addnext(etree.fromstring(p("Agreed with Mum on Friday.").replace("<w:p>", f'<w:p xmlns:w="{W}">')))

    noted = edited(first, "noted.docx", change)
    again, done = done_to(noted, "Regular", "as required", name="again")
    assert "Agreed with Mum on Friday." in told(again)["0"]
    assert done == Done(made=0, replaced=2, resolved=0)
    gone = commented(again, "as required", name="gone")
    assert "Agreed with Mum on Friday." in told(gone)["0"]
    assert states(gone) == ["1", "0"]
    back = commented(gone, "Regular", "as required", name="back")
    assert "Agreed with Mum on Friday." in told(back)["0"]
    assert "No longer reported" not in told(back)["0"]
    assert states(back) == ["0", "0"]


def test_our_comments_are_known_without_their_author_and_quoted_ones_are_not_taken_for_ours(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        comments = trees["word/comments.xml"]
        reply(trees, 0, "Look: Rule: provision/vague · section F · finding 0123456789abcdef · 01234567")
        for comment in comments:
            comment.set(f"{{{W}}}author", "Author")

    again, done = done_to(edited(first, "nameless.docx", change), "Regular", name="again")
    assert done == Done(made=0, replaced=1, resolved=1)
    assert told(again)["70"].startswith("Look: Rule: ")
    assert "No longer" not in told(again)["70"]
    assert states(again) == ["0", "1", "0"]


def test_a_comment_of_ours_deleted_by_hand_comes_back_while_the_fault_stands(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        comments = trees["word/comments.xml"]
        number = attribute(comments[0], "id")
        comments.remove(comments[0])
        for mark in list(trees["word/document.xml"].iter()):
            if etree.QName(mark).localname.startswith("comment") and attribute(mark, "id") == number:
                mark.getparent().remove(mark)

    again, done = done_to(edited(first, "fewer.docx", change), "Regular", "as required", name="again")
    assert done == Done(made=1, replaced=1, resolved=0)
    assert words_of(again) == ["Regular", "as required"]


# ---------------------------------------------------------------- what this run did not look at


def test_a_rule_that_was_not_run_resolves_nothing(first: Path) -> None:
    plan = audited(first)
    other = replace(plan, results=(Result("voice/other", "met"),))
    again, done = done_to(first, name="again", plan=other)
    assert done == Done(0, 0, 0)
    assert parts(again) == parts(first)


def test_a_rule_that_could_not_be_assessed_resolves_nothing(first: Path) -> None:
    plan = audited(first)
    blind = replace(plan, results=tuple(replace(one, status="not_assessed") for one in plan.results))
    again, done = done_to(first, name="again", plan=blind)
    assert done == Done(0, 0, 0)
    assert states(again) == ["0", "0"]


def test_a_section_that_was_left_out_resolves_nothing(first: Path) -> None:
    plan = audited(first)
    partial = replace(plan, plan=Plan(plan.plan.document, {}, partial=True))
    _, done = done_to(first, name="again", plan=partial)
    assert done == Done(0, 0, 0)
    with_f = replace(plan, plan=Plan(plan.plan.document, {"F": Section("F", "", True)}, partial=True))
    _, done = done_to(first, name="again-f", plan=with_f)
    assert done == Done(0, 0, 2)


def test_the_real_command_with_fewer_rules_or_sections_resolves_nothing(tmp_path: Path) -> None:
    from commented import DAY, SAMPLES

    source = SAMPLES / "03-tilly-year-2.docx"
    run = audit([source], as_of=DAY)
    copy = tmp_path / "copy.docx"
    write_copy(run.plans[0], run, copy)
    few = audit([copy], rules=load_rules().choose(select=["outcomes"]), as_of=DAY)
    part = audit([copy], sections=("E",), as_of=DAY)
    for number, run in enumerate((few, part)):
        again = tmp_path / f"again-{number}.docx"
        done = write_copy(run.plans[0], run, again)
        assert done.resolved == 0
        assert done.replaced > 0
        assert set(states(again)) == {"0"}


# ---------------------------------------------------------------- a changed text


def test_a_thread_follows_its_sentence_when_that_was_changed_but_not_put_right(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        reply(trees, 1)
        wording(trees, "as required", "as and when required")

    again, done = done_to(edited(first, "changed.docx", change), "Regular", "as and when required", name="again")
    assert done == Done(made=0, replaced=2, resolved=0)
    assert under(again) == {"0": "Regular", "1": "as and when required", "70": "as and when required"}
    assert "“as required”" not in told(again)["1"]
    legal(again)


def test_of_two_faults_in_the_same_words_the_one_put_right_is_the_one_resolved(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help.") + p("More regular help."))
    document = read(path)
    one, two = (found(document, quote) for quote in ("Regular help", "regular help"))
    two = replace(two, fingerprint="2" * 16)  # As judging tells the second of the same words apart, by its turn.
    plan = audited(path)
    copy = tmp_path / "first.docx"
    plan = replace(plan, results=(Result(plan.results[0].rule, "not_met", findings=(one, two)),))
    write_copy(plan, run_with(plan), copy)

    def change(trees: dict[str, Any]) -> None:
        reply(trees, 0, "Done.", "70")
        reply(trees, 1, "Not done.", "71")
        wording(trees, "Regular help", "Two hours of help a week")

    mended = edited(copy, "mended.docx", change)
    # What was the second is the first now, and has the fingerprint of the first.
    again, done = done_to(mended, "regular help", name="again")
    assert done == Done(made=0, replaced=1, resolved=1)
    assert under(again)["71"] == "regular help"
    assert states(again) == ["1", "0", "1", "0"]


def test_a_comment_copied_along_with_its_words_is_not_taken_for_two_of_one_finding(first: Path) -> None:
    def change(trees: dict[str, Any]) -> None:
        body = trees["word/document.xml"][0]
        twin = etree.fromstring(etree.tostring(body[0]))
        for mark in twin.iter():
            if etree.QName(mark).localname.startswith("comment"):
                mark.set(f"{{{W}}}id", str(int(attribute(mark, "id")) + 30))
        body.append(twin)
        for comment in list(trees["word/comments.xml"]):
            copied = etree.fromstring(etree.tostring(comment))
            copied.set(f"{{{W}}}id", str(int(attribute(comment, "id")) + 30))
            copied[-1].set(f"{W14}paraId", f"000000A{attribute(comment, 'id')}")
            trees["word/comments.xml"].append(copied)

    twice = edited(first, "twice.docx", change)
    again = commented(twice, "Regular", "as required", name="again")
    legal(again)
    assert under(again)["0"] == "Regular"
    assert states(again) == ["0", "0", "1", "1"]


def test_rounds_of_the_same_audit_change_nothing_more(first: Path) -> None:
    copy = edited(first, "worked-on.docx", lambda trees: (reply(trees, 0), close(trees, 1)))
    rounds = []
    for number in range(4):
        copy = commented(copy, "as required", "Weekly", name=f"round-{number}")
        rounds.append(copy.read_bytes())
    assert rounds[1] == rounds[2] == rounds[3]
    assert len(told(copy)) == 4
    legal(copy)


def test_a_comment_whose_words_are_the_same_keeps_its_date(first: Path) -> None:
    plan = audited(first, "Regular", "as required")
    later = replace(run_with(plan), as_of=run_with(plan).as_of.replace(year=2027))
    write_copy(plan, later, first.parent / "later.docx")
    assert parts(first.parent / "later.docx")["word/comments.xml"] == parts(first)["word/comments.xml"]


def test_the_list_says_what_became_of_earlier_comments(first: Path) -> None:
    closed = edited(first, "closed.docx", lambda trees: close(trees, 1))
    plan = audited(closed, "as required", "Weekly")
    out = first.parent / "out"
    out.mkdir()
    write_folder(run_with(plan), out, ReportOptions())
    assert (
        "closed.docx: 2 comments (1 earlier one brought up to date); 1 resolved by a person, the fault is still there; "
        "1 earlier one marked resolved, no longer reported\n"
    ) in (out / LIST).read_text(encoding="utf-8")


def test_what_a_baseline_holds_back_gets_no_comment_and_an_earlier_one_is_resolved(tmp_path: Path) -> None:
    source = tmp_path / "plan.docx"
    source.write_bytes((SAMPLES / "06-callum-year-7.docx").read_bytes())
    run = audit([source], as_of=DAY, write_baseline=tmp_path / "known.json")
    copy = tmp_path / "copy.docx"
    write_copy(run.plans[0], run, copy)
    made = len(told(copy))
    known = audit([source], as_of=DAY, baseline=tmp_path / "known.json")
    none = tmp_path / "none.docx"
    assert write_copy(known.plans[0], known, none) == Done(0, 0, 0)
    assert parts(none) == parts(source)
    source.write_bytes(copy.read_bytes())  # A baseline knows a plan by its name.
    again = audit([source], as_of=DAY, baseline=tmp_path / "known.json")
    done = write_copy(again.plans[0], again, tmp_path / "again.docx")
    assert done.resolved == made > 5
    assert all(
        "No longer reported by ehcaudit on" in words
        for words in list(told(tmp_path / "again.docx").values())[: done.resolved]
    )
