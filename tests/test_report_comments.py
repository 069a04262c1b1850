"""Copies of Word plans with comments: on exactly the words, with everything else as it was."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from builders import (
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
    r,
    relations,
    sdt,
    tbl,
    tc,
    text_box,
    vml_box,
    zipped,
)
from commented import (
    CARD,
    DAY,
    SAMPLES,
    TYPES,
    W14,
    attribute,
    audited,
    commented,
    found,
    legal,
    local,
    parts,
    run_with,
    same_plan,
    saved,
    states,
    told,
    tree,
    under,
    words_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ehcaudit.errors import InputError, UsageError
from ehcaudit.model import Evidence, PlanAudit, Result, Source
from ehcaudit.readers import Limits, read
from ehcaudit.readers.convert import office
from ehcaudit.readers.ooxml.package import open_package
from ehcaudit.readers.ooxml.places import Places
from ehcaudit.readers.word import read_original
from ehcaudit.reports import ReportOptions, find_report
from ehcaudit.reports.comments import LIST, copy_names, write_copy
from ehcaudit.reports.files import targets

SETTINGS = settings(max_examples=60, deadline=None)


# ---------------------------------------------------------------- on exactly the words


def test_a_run_is_split_at_the_words_and_keeps_its_looks(tmp_path: Path) -> None:
    path = saved(tmp_path, p(r("She will have regular sessions in class.", "<w:b/><w:color w:val='1F3864'/>")))
    copy = commented(path, "regular")
    assert words_of(copy) == ["regular"]
    same_plan(path, copy)


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        (tbl(("Need", "Provision"), ("Reading", tc("A group, as required, each week."))), "as required"),
        (sdt(p("Support as required, in class.")), "as required"),
        (p(r("Support ") + sdt(r("as required in")) + r(" class.")), "required in class"),
        (p(r("See ") + f'<w:hyperlink w:anchor="x">{r("as required by the report")}</w:hyperlink>'), "as required"),
        (p(r("Support ") + ins(r("as required in")) + r(" class.")), "required"),
        (p(r("Support as re") + deleted("not ") + r("quired.")), "as required"),
        (p(r("as") + "<w:r><w:tab/></w:r>" + r("  required now")), "as required"),
        (p("<w:r><w:t>one</w:t><w:noBreakHyphen/><w:t>to</w:t><w:noBreakHyphen/><w:t>one help</w:t></w:r>"), "to-one"),
        (p(f'<w:fldSimple w:instr=" HYPERLINK x ">{r("up to two hours")}</w:fldSimple>' + r(" a day")), "up to"),
        (
            p(
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK a</w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
                + r("regular input")
                + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            ),
            "regular",
        ),
        (tbl(("a", tc(tbl(("inner", "Access to a quiet space."))))), "Access to"),
        (p("<w:r><w:t> as needed </w:t></w:r>" + r("today")), "needed"),
        (f'<w:ins w:id="1" w:author="A" w:date="2026-05-01T10:00:00Z">{p("Help where possible.")}</w:ins>', "where"),
    ],
)
def test_the_words_under_a_comment_are_the_quote_wherever_they_stand(tmp_path: Path, body: str, quote: str) -> None:
    path = saved(tmp_path, body + p("Another paragraph."))
    copy = commented(path, quote)
    assert words_of(copy) == [quote]
    same_plan(path, copy)


def test_findings_on_the_same_and_on_crossing_words_have_a_comment_each(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular support as and when required by staff."))
    quotes = ["Regular support", "support as and when", "as and when required", "Regular support as", "staff."]
    copy = commented(path, *quotes)
    assert words_of(copy) == sorted(quotes)
    same_plan(path, copy)


def test_words_that_run_over_paragraphs_are_under_one_comment(tmp_path: Path) -> None:
    path = saved(tmp_path, p("He will have help,") + p("at times,") + p("in class."))
    copy = commented(path, ("help,", "at times,", "in class"))
    assert words_of(copy) == ["help, at times, in class"]
    same_plan(path, copy)


def test_words_elsewhere_are_named_in_the_comment_on_the_first(tmp_path: Path) -> None:
    path = saved(tmp_path, p("She is in Year 4.") + p("Between.") + p("She is in Year 6."))
    copy = commented(path, ("Year 4", "Year 6"))
    assert words_of(copy) == ["Year 4"]
    (words,) = told(copy).values()
    assert "paragraph 3: “Year 6”" in words
    assert "“Year 4” is vague" not in words
    same_plan(path, copy)


def test_words_of_a_text_box_are_commented_at_the_box_and_quoted(tmp_path: Path) -> None:
    drawn = text_box(p("Help as required")).removeprefix("<w:r>").removesuffix("</w:r>")
    both = f"<w:r>{either(drawn, vml_box(p('Help as required')).removeprefix('<w:r>').removesuffix('</w:r>'))}</w:r>"
    for name, box in (("drawn", f"<w:r>{drawn}</w:r>"), ("vml", vml_box(p("Help as required"))), ("both", both)):
        body = p(r("Before ") + box + r(" after."))
        path = saved(tmp_path, body, f"{name}.docx")
        copy = commented(path, "as required", name=f"{name}-copy")
        (words,) = told(copy).values()
        assert "“as required”" in words
        marks = [e for e in tree(copy).iter() if local(e).startswith("comment")]
        assert all(local(around) != "txbxContent" for mark in marks for around in mark.iterancestors())
        same_plan(path, copy)


def test_a_control_that_word_fills_in_by_itself_is_marked_as_a_whole(tmp_path: Path) -> None:
    binding = '<w:dataBinding w:xpath="/a" w:storeItemID="{0}"/>'
    path = saved(tmp_path, p(r("School: ") + sdt(r("a suitable school"), binding) + r(".")))
    copy = commented(path, "suitable")
    assert words_of(copy) == ["a suitable school"]
    assert "“suitable”" in next(iter(told(copy).values()))
    same_plan(path, copy)


def test_words_of_a_footnote_are_commented_where_the_text_refers_to_it(tmp_path: Path) -> None:
    notes = part("footnotes", f'<w:footnote w:id="2">{p("As and when needed.")}</w:footnote>')
    body = p(r("Support.") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + r(" More."))
    path = saved(tmp_path, body, footnotes=notes)
    copy = commented(path, "As and when")
    root = tree(copy)
    (start,) = [e for e in root.iter() if local(e) == "commentRangeStart"]
    assert local(start.getnext()[0]) == "footnoteReference"
    assert "“As and when”" in next(iter(told(copy).values()))
    same_plan(path, copy)


def test_words_of_a_page_header_are_commented_at_the_top(tmp_path: Path) -> None:
    path = saved(tmp_path, p() + p("Plan for Ada") + p("More."), header=part("hdr", p("DRAFT of May")))
    copy = commented(path, "DRAFT of May")
    assert words_of(copy) == ["Plan for Ada"]
    assert "page header: “DRAFT of May”" in next(iter(told(copy).values()))


def test_what_is_missing_is_commented_at_the_top(tmp_path: Path) -> None:
    path = saved(tmp_path, p() + p("Plan for Ada", style="Title") + p("More."))
    copy = commented(path, ())
    assert words_of(copy) == ["Plan for Ada"]
    same_plan(path, copy)


def test_a_heading_that_is_only_a_number_can_be_commented(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        p("Before.") + p("", properties=listed(1)) + p("After."),
        numbering=numbering(level(0, "upperLetter", "Section %1")),
    )
    copy = commented(path, "Section A")
    (start,) = [e for e in tree(copy).iter() if local(e) == "commentRangeStart"]
    assert local(start.getparent()[0]) == "pPr"
    same_plan(path, copy)


def test_a_plan_read_as_before_its_changes_is_commented_on_those_words(tmp_path: Path) -> None:
    path = saved(tmp_path, p(r("He has ") + ins(r("some ")) + deleted("weekly ") + r("help.")))
    before = read_original(path, Limits())
    copy = commented(path, "weekly help", document=replace(before, sha256=read(path).sha256))
    (start,) = [e for e in tree(copy).iter() if local(e) == "commentRangeStart"]
    assert local(start.getparent()) == "del"
    legal(copy)


# ---------------------------------------------------------------- any paragraph

WORD = st.text(alphabet="ab é😀-", min_size=1, max_size=6)
LOOKS = st.sampled_from(["", "<w:b/>", "<w:i/>", "<w:strike/>", "<w:vanish/>"])
RUNS = st.builds(r, WORD, LOOKS) | st.builds(lambda text: f"<w:r><w:t>{text}</w:t></w:r>", WORD)
PIECE = st.one_of(
    RUNS,
    RUNS,
    st.builds(ins, RUNS),
    st.builds(deleted, WORD),
    st.builds(sdt, RUNS),
    st.builds(lambda inner: f'<w:hyperlink w:anchor="x">{inner}</w:hyperlink>', RUNS),
    st.builds(lambda a, b: f"<w:r><w:t>{a}</w:t><w:tab/><w:t xml:space='preserve'>{b}</w:t></w:r>", WORD, WORD),
    st.just('<w:proofErr w:type="spellStart"/>'),
    st.just("<w:r><w:noBreakHyphen/><w:br/></w:r>"),
)
PARAGRAPHS = st.lists(st.lists(PIECE, min_size=1, max_size=5).map("".join).map(p), min_size=1, max_size=4)


@SETTINGS
@given(PARAGRAPHS, st.data())
def test_any_words_of_any_paragraph_can_be_commented(
    tmp_path_factory: Any, body: list[str], data: st.DataObject
) -> None:
    path = saved(tmp_path_factory.mktemp("any"), p("Start.") + "".join(body))
    document = read(path)
    spans: list[Evidence] = []
    for _ in range(data.draw(st.integers(1, 3))):
        block = data.draw(st.sampled_from(document.blocks))
        start = data.draw(st.integers(0, len(block.text) - 1))
        end = data.draw(st.integers(start + 1, len(block.text)))
        quote = block.text[start:end]
        # A finding's fingerprint folds case and white space, so " a" and "a" would be one finding twice.
        if quote.strip() and all(s.quote.casefold().split() != quote.casefold().split() for s in spans):
            spans.append(Evidence(block.id, start, end, quote))
    copy = commented(path, *spans)
    assert words_of(copy) == sorted(" ".join(span.quote.split()) for span in spans)
    if spans:
        same_plan(path, copy)
        again = commented(copy, *spans, name="again")
        assert parts(again) == parts(copy)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.docx")))
def test_every_block_of_a_sample_plan_is_found_in_its_file(name: str) -> None:
    path = SAMPLES / name
    with path.open("rb") as handle:
        places = Places(open_package(path, Limits(), handle))
        for block in read(path).blocks:
            if block.kind != "note":
                place = places.place(block)
                assert place is not None
                assert place.text == block.text


# ---------------------------------------------------------------- what a comment says


def test_a_comment_says_what_why_how_who_and_on_what_grounds(tmp_path: Path) -> None:
    copy = commented(saved(tmp_path, p("Regular support in class.")), "Regular")
    (comment,) = tree(copy, "word/comments.xml")
    assert attribute(comment, "author") == "ehcaudit"
    assert attribute(comment, "date") == "2026-11-24T00:00:00Z"
    lines = told(copy)["0"].split("\n")
    assert lines[0] == "Major: Provision is vague (medium confidence)"
    assert lines[1] == "What: This is vague."
    assert "Why: Nobody can tell whether it was given." in lines
    assert "How to fix: Say how often." in lines
    assert any(line.startswith("Who: ") for line in lines)
    assert "Source: L v Clarke and Somerset [1998] ELR 129" in lines
    assert re.fullmatch("Rule: provision/vague · section F · finding [0-9a-f]{16} · [0-9a-f]{8}", lines[-1])
    looks = [run[0] for run in comment.iter() if local(run) == "r"]
    assert {next(attribute(child, "val") for child in look if local(child) == "lang") for look in looks} == {"en-GB"}


@pytest.mark.parametrize(
    ("cite", "shown"),
    [
        ("SEND Code of Practice (2015), 9.66: an outcome is the benefit made", "SEND Code of Practice (2015), 9.66"),
        ("Public guidance of councils: outcomes are short", "Public guidance of councils: outcomes are short"),
        ("A checklist (2020, section F: who): ask", "A checklist (2020, section F: who): ask"),
    ],
)
def test_a_source_is_as_short_as_it_can_be_looked_up_by(tmp_path: Path, cite: str, shown: str) -> None:
    plan = audited(saved(tmp_path, p("Regular support.")), "Regular")
    card = replace(CARD, sources=(Source(cite, date(2026, 11, 23)),))
    write_copy(plan, replace(run_with(plan), cards={CARD.id: card}), tmp_path / "copy.docx")
    assert f"\nSource: {shown}\n" in told(tmp_path / "copy.docx")["0"]


def test_a_question_is_put_as_one(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular support in class."))
    plan = audited(path)
    finding = found(plan.plan.document, "Regular", query=True)
    plan = replace(plan, results=(Result(CARD.id, "query", findings=(finding,)),))
    write_copy(plan, run_with(plan), tmp_path / "copy.docx")
    assert told(tmp_path / "copy.docx")["0"].startswith("A person must decide: Provision is vague\n")


def test_control_characters_of_a_plan_do_not_break_the_comment(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Year\u202e 4 here\u2028.") + p("x") + p("Year 5"))
    copy = commented(path, ("Year 5", "Year\u202e 4"))
    assert "“Year 4”" in told(copy)["0"]
    legal(copy)


# ---------------------------------------------------------------- comments that are there already

THEIRS = (
    '<w:comment w:id="0" w:author="S. Head" w:date="2026-03-02T09:00:00Z"><w:p><w:r><w:t>Ask Mum</w:t></w:r></w:p>'
    "</w:comment>"
)
MARKED = (
    '<w:commentRangeStart w:id="0"/>' + r("Regular support") + '<w:commentRangeEnd w:id="0"/>'
    '<w:r><w:commentReference w:id="0"/></w:r>' + r(" in class.")
)


def test_other_peoples_comments_stay_as_they_are(tmp_path: Path) -> None:
    types = TYPES.replace(
        "</Types>",
        '<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.comments+xml"/></Types>',
    )
    path = saved(tmp_path, p(MARKED), comments=part("comments", THEIRS), more={"[Content_Types].xml": types})
    copy = commented(path, "support in")
    assert under(copy) == {"0": "Regular support", "1": "support in"}
    assert told(copy)["0"] == "Ask Mum"
    assert attribute(tree(copy, "word/comments.xml")[0], "author") == "S. Head"
    same_plan(path, copy)


def test_a_second_run_replaces_our_comments_and_gives_the_same_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular support as required in class."))
    first = commented(path, "Regular", "as required", name="first")
    second = commented(first, "Regular", "as required", name="second")
    assert second.read_bytes() == first.read_bytes()
    assert states(second) == ["0", "0"]


def test_a_comment_whose_fault_is_gone_is_marked_resolved_and_opens_again_with_the_fault(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular support as required in class."))
    first = commented(path, "Regular", "as required", name="first")
    second = commented(first, "as required", "in class", name="second")
    assert states(second) == ["1", "0", "0"]
    assert sorted(under(second).values()) == ["Regular", "as required", "in class"]
    third = commented(second, "Regular", "as required", "in class", name="third")
    assert states(third) == ["0", "0", "0"]
    none = commented(third, name="none")
    assert states(none) == ["1", "1", "1"]
    assert words_of(none) == ["Regular", "as required", "in class"]
    same_plan(path, none)


def test_a_comment_moves_with_its_words_and_keeps_its_replies(tmp_path: Path) -> None:
    first = commented(saved(tmp_path, p("Regular support in class.")), "support", name="first")
    members = parts(first)
    number = tree(first, "word/comments.xml")[0][-1].get(f"{W14}paraId")
    reply = (
        f'<w:comment xmlns:w="{W}" xmlns:w14="{W14[1:-1]}" w:id="7" w:author="S. Head"><w:p w14:paraId="0000000A">'
        "<w:r><w:t>Agreed</w:t></w:r></w:p></w:comment>"
    )
    comments = members["word/comments.xml"].decode().replace("</w:comments>", f"{reply}</w:comments>")
    extended = (
        members["word/commentsExtended.xml"]
        .decode()
        .replace(
            "</w15:commentsEx>",
            f'<w15:commentEx w15:paraId="0000000A" w15:paraIdParent="{number}" w15:done="0"/></w15:commentsEx>',
        )
    )
    body = members["word/document.xml"].decode().replace(
        '<w:commentRangeStart w:id="0"/>', '<w:commentRangeStart w:id="0"/><w:commentRangeStart w:id="7"/>'
    ).replace('<w:commentRangeEnd w:id="0"/>', '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>'
              '<w:commentRangeEnd w:id="0"/>').replace("Regular ", "Regular and more ")  # fmt: skip
    replied = tmp_path / "replied.docx"
    replied.write_bytes(
        zipped(
            members | {"word/document.xml": body, "word/comments.xml": comments, "word/commentsExtended.xml": extended}
        )
    )
    copy = commented(replied, "support", name="second")
    assert told(copy)["7"] == "Agreed"
    assert tree(copy, "word/comments.xml")[0][-1].get(f"{W14}paraId") == number
    assert f'w15:paraIdParent="{number}"' in parts(copy)["word/commentsExtended.xml"].decode()
    assert under(copy)["0"] == "support"
    same_plan(replied, copy)


def test_comments_that_cannot_be_read_are_not_lost(tmp_path: Path) -> None:
    path = saved(tmp_path, p(MARKED), comments="<w:comments")
    with pytest.raises(InputError, match="damaged"):
        commented(path, "support")


def test_nothing_to_say_leaves_every_part_as_it_was(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Two hours a week."))
    assert parts(commented(path)) == parts(path)


# ---------------------------------------------------------------- kinds of package


def test_a_strict_package_is_commented_in_its_own_names(tmp_path: Path) -> None:
    body = f"<w:body>{p('Regular support.')}</w:body>".replace(f'"{W}"', f'"{STRICT_W}"')
    document = f"{HEAD}<w:document {NAMESPACES.replace(W, STRICT_W)}>{body}</w:document>"
    path = tmp_path / "strict.docx"
    rels = relations(("rId1", "officeDocument", "word/document.xml")).replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    path.write_bytes(docx_of("", document=document, more={"[Content_Types].xml": TYPES, "_rels/.rels": rels}))
    copy = commented(path, "Regular")
    assert tree(copy, "word/comments.xml").tag == f"{{{STRICT_W}}}comments"
    assert (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships/comments"
        in parts(copy)["word/_rels/document.xml.rels"]
    )
    assert words_of(copy) == ["Regular"]
    assert [block.text for block in read(copy).blocks] == ["Regular support."]


def test_the_main_part_may_stand_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(docx_of(p("Regular support."), main="doc/main.xml", more={"[Content_Types].xml": TYPES}))
    copy = commented(path, "Regular")
    assert "doc/comments.xml" in parts(copy)
    assert "doc/commentsExtended.xml" in parts(copy)


def test_macros_and_other_parts_are_carried_over_byte_for_byte(tmp_path: Path) -> None:
    odd = {
        "word/vbaProject.bin": bytes(range(256)) * 9,
        "customXml/item1.xml": b"<a>\r\n</a>",
        "word/media/a.png": b"\x89PNG",
    }
    path = saved(tmp_path, p("Regular support."), more=odd)
    copy = commented(path, "Regular")
    assert {name: parts(copy)[name] for name in odd} == odd


# ---------------------------------------------------------------- the folder


def test_the_folder_holds_a_copy_of_each_word_plan_and_says_which_have_none(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = saved(tmp_path / "a", p("Regular support."))
    other = saved(tmp_path / "b", p("Support as required."))
    note = tmp_path / "b" / "plan.txt"
    note.write_text("Regular support.", encoding="utf-8")
    old = one.read_bytes()
    run = run_with(audited(one, "Regular"), audited(other, "as required"), audited(note, "Regular"))
    (target,) = targets([f"comments={tmp_path / 'out'}"], force=False)
    target.write(run, ReportOptions())
    assert one.read_bytes() == old
    assert words_of(tmp_path / "out" / "a" / "plan.docx") == ["Regular"]
    assert words_of(tmp_path / "out" / "b" / "plan.docx") == ["as required"]
    assert not (tmp_path / "out" / "b" / "plan.txt").exists()
    said = (tmp_path / "out" / LIST).read_text(encoding="utf-8")
    assert "a/plan.docx: 1 comment\n" in said.replace("\\", "/")
    assert "Without comments: 1 plan. Only Word plans (.docx) get comments." in said


def test_a_plan_that_has_changed_since_the_audit_gets_no_comments(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular support."))
    plan = audited(path, "Regular")
    saved(tmp_path, p("Weekly support."))
    find_report("comments").write(run_with(plan), (out := tmp_path / "out").mkdir() or out, ReportOptions())
    assert [file.name for file in out.iterdir()] == [LIST]
    assert "has changed since it was audited" in (out / LIST).read_text(encoding="utf-8")


def test_copies_of_plans_are_not_made_for_a_redacted_report(tmp_path: Path) -> None:
    plan = audited(saved(tmp_path, p("Regular support.")), "Regular")
    (target,) = targets([f"comments={tmp_path / 'out'}"], force=False)
    with pytest.raises(UsageError, match="cannot be redacted"):
        target.write(run_with(plan), ReportOptions(redact=True))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["x/plan.docx"], ["plan.docx"]),
        (["x/plan.docx", "x/y/plan.docx"], ["plan.docx", "y/plan.docx"]),
        (["x/plan.docx", "x/PLAN.docx"], ["plan.docx", "PLAN (2).docx"]),
        ([f"x/{LIST}"], [f"{Path(LIST).stem} (2).txt"]),
        (["../a/p.docx", "b/p.docx"], None),
    ],
)
def test_each_copy_has_a_name_of_its_own_inside_the_folder(paths: list[str], names: list[str] | None) -> None:
    made = list(copy_names(paths).values())
    assert len({name.casefold() for name in made}) == len(paths)
    assert all(".." not in name and not Path(name).is_absolute() for name in made)
    assert names is None or made == names


# ---------------------------------------------------------------- other programs


@pytest.fixture(scope="module")
def sample(tmp_path_factory: Any) -> tuple[Path, Path, PlanAudit]:
    """A sample plan, its commented copy, and the audit."""
    from ehcaudit.engine import audit

    path = SAMPLES / "06-callum-year-7.docx"
    run = audit([path], as_of=DAY)
    copy = tmp_path_factory.mktemp("sample") / path.name
    write_copy(run.plans[0], run, copy)
    return path, copy, run.plans[0]


def test_a_sample_plan_has_its_comments_on_the_words_of_its_findings(sample: tuple[Path, Path, PlanAudit]) -> None:
    path, copy, plan = sample
    same_plan(path, copy)
    quoted = [finding for finding in plan.findings if len(finding.evidence) == 1]
    assert len(quoted) > 5
    words = under(copy)
    for number, text in told(copy).items():
        one = [finding for finding in quoted if finding.fingerprint in text]
        assert [finding.evidence[0].quote for finding in one] in ([], [words[number]])


def test_python_docx_reads_the_comments_of_a_sample_plan(sample: tuple[Path, Path, PlanAudit]) -> None:
    _, copy, plan = sample
    comments = list(docx.Document(str(copy)).comments)
    assert len(comments) == len(plan.findings)
    assert {comment.author for comment in comments} == {"ehcaudit"}


@pytest.mark.skipif(office() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_shows_the_comments_of_a_sample_plan_on_the_same_words(
    sample: tuple[Path, Path, PlanAudit], tmp_path: Path
) -> None:
    _, copy, plan = sample
    profile = (tmp_path / "profile").as_uri()
    command = [str(office()), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "odt", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(copy)], check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(BytesIO((tmp_path / f"{copy.stem}.odt").read_bytes())) as archive:
        content = etree.fromstring(archive.read("content.xml"))
    shown: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for event, element in etree.iterwalk(content, events=("start", "end")):
        name = local(element)
        if event == "start" and name == "annotation":
            shown[attribute(element, "name")] = []
            words[attribute(element, "name")] = "\n".join(element.itertext())
        elif event == "start" and name == "annotation-end":
            words[attribute(element, "name")] += "\n=" + "".join(shown.pop(attribute(element, "name")))
        inside = any(local(one) == "annotation" for one in element.iterancestors())
        if not inside and shown:
            text = element.text if event == "start" and name not in ("annotation", "s") else None
            text = " " if event == "start" and name == "s" else text
            text = element.tail if event == "end" else text
            for so_far in shown.values():
                so_far.append(text or "")
    assert len(words) == len(plan.findings)
    for finding in plan.findings:
        if len(finding.evidence) == 1:
            (text,) = [text for text in words.values() if finding.fingerprint in text]
            assert " ".join(text.rpartition("\n=")[2].split()) == finding.evidence[0].quote
