"""What a commented copy carries over, what stops one, and what can never be written over."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from builders import (
    deleted,
    docx_of,
    either,
    ins,
    p,
    part,
    r,
    relations,
    sdt,
    style,
    tbl,
    tc,
    text_box,
    tr,
    vml_box,
    zipped,
)
from commented import (
    SAMPLES,
    TYPES,
    attribute,
    audited,
    commented,
    legal,
    local,
    parts,
    run_with,
    same_plan,
    saved,
    told,
    tree,
    under,
    words_of,
)
from lxml import etree

from ehcaudit.errors import Damaged, UsageError
from ehcaudit.model import Plan, Section
from ehcaudit.readers import Limits, read
from ehcaudit.readers.convert import office
from ehcaudit.reports import ReportOptions
from ehcaudit.reports.comments import LIST, copy_names, write_copy, write_folder
from ehcaudit.reports.files import targets


def packed(path: Path) -> dict[str, tuple[bytes, int, tuple[int, ...]]]:
    """Each member as it is packed, with its method and date."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        data = path.read_bytes()
        for info in archive.infolist():
            name, extra = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
            start = info.header_offset + 30 + name + extra
            found[info.filename] = data[start : start + info.compress_size], info.compress_type, info.date_time
    return found


# ---------------------------------------------------------------- the archive


def test_what_does_not_change_is_carried_over_as_it_was_packed_in_its_order(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help."), more={"word/media/a.png": os.urandom(5000), "docProps/app.xml": "<a/>"})
    copy = commented(path, "Regular")
    before, after = packed(path), packed(copy)
    same = set(before) - {"word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert list(after)[: len(before)] == list(before)
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None


class _Stream(BytesIO):
    """A target that cannot be sought in, so that ``zipfile`` writes sizes after the content."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


def test_an_archive_written_as_a_stream_is_copied_into_a_usual_one(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help."), more={"word/media/a.png": b"\x89PNG" * 50})
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(path).items():
            archive.writestr(name, data)
    path.write_bytes(stream.getvalue())
    with zipfile.ZipFile(path) as archive:
        assert all(info.flag_bits & 8 for info in archive.infolist())
    copy = commented(path, "Regular")
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None
        assert not any(info.flag_bits & 8 for info in archive.infolist())
    same_plan(path, copy)


def test_a_picture_that_does_not_unpack_stops_neither_the_copy_nor_the_report(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help."), more={"word/media/a.png": b"\x89PNG" + b"a picture " * 40})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("word/media/a.png")
    data[info.header_offset + 30 + len(info.filename) + 6] ^= 0xFF
    path.write_bytes(data)
    other = saved(tmp_path, p("Support as required."), "other.docx")
    (out := tmp_path / "out").mkdir()
    write_folder(run_with(audited(path, "Regular"), audited(other, "as required")), out, ReportOptions())
    assert words_of(out / "other.docx") == ["as required"]
    assert packed(out / "plan.docx")["word/media/a.png"] == packed(path)["word/media/a.png"]


def test_members_that_overlap_are_not_unrolled_into_a_huge_copy(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help."), more={"word/media/a.bin": os.urandom(200_000)})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        directory, count = archive.start_dir, len(archive.infolist())
        info = archive.getinfo("word/media/a.bin")
    entries, end = data[directory:-22], data[-22:]
    at = entries.index(b"word/media/a.bin") - 46
    entry = entries[at : at + 46 + len(info.filename)]
    more = b"".join(entry.replace(b"a.bin", f"{n:05}".encode()) for n in range(50))
    total = count + 50
    end = end[:8] + struct.pack("<HHII", total, total, len(entries) + len(more), directory) + end[20:]
    path.write_bytes(data[:directory] + entries + more + end)
    with pytest.raises(Damaged, match="not a whole zip archive"):
        commented(path, "Regular")


def test_a_part_is_replaced_under_the_name_it_has_in_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    types = TYPES.replace("/word/document.xml", "/word/my%20plan.xml")
    members = parts(saved(tmp_path, p("Regular help.")))
    members["word/my plan.xml"] = members.pop("word/document.xml")
    members["_rels/.rels"] = relations(("rId1", "officeDocument", "/word/my%20plan.xml")).encode()
    members["[Content_Types].xml"] = types.encode()
    path.write_bytes(zipped(dict(members)))
    copy = commented(path, "Regular")
    assert "word/my%20plan.xml" not in parts(copy)
    assert b"commentRangeStart" in parts(copy)["word/my plan.xml"]
    assert [block.text for block in read(copy).blocks] == ["Regular help."]


def test_a_main_part_with_another_name_and_absolute_targets_is_commented(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    more: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES.replace("document.xml", "document2.xml"),
        "_rels/.rels": relations(("rId1", "officeDocument", "/word/document2.xml")),
        "word/my.xml": part("comments", ""),
    }
    links = (("rId5", "comments", "/word/my.xml"),)
    path.write_bytes(docx_of(p("Regular help."), main="word/document2.xml", more=more, links=links))
    copy = commented(path, "Regular")
    assert "word/comments.xml" not in parts(copy)
    assert len(tree(copy, "word/my.xml")) == 1
    assert b'PartName="/word/my.xml"' in parts(copy)["[Content_Types].xml"]
    assert b"commentRangeStart" in parts(copy)["word/document2.xml"]


# ---------------------------------------------------------------- a plan with everything in it

FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> %s </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>%s<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
RUBY = (
    "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>gloss</w:t></w:r></w:rt>"
    "<w:rubyBase><w:r><w:t>base words</w:t></w:r></w:rubyBase></w:ruby></w:r>"
)
MOVED = 'w:id="%s" w:author="A" w:date="2026-05-01T10:00:00Z"'
EVERYTHING = "".join(
    [
        p("Plan for Ada", style="Title"),
        p(r("Help in cl") + '<w:proofErr w:type="spellStart"/>' + r("ass, as ", "<w:b/>") + r("requ", "<w:i/>")
          + '<w:bookmarkStart w:id="4" w:name="b"/>' + r("ired by staff.") + '<w:bookmarkEnd w:id="4"/>'),
        p("<w:r><w:t>Sup</w:t><w:softHyphen/><w:t>port</w:t><w:tab/><w:t>where</w:t><w:br/><w:t>possible</w:t></w:r>"),
        p('<w:r><w:t>A tick </w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + r(" here and there.")),
        p(r("It was ") + f"<w:moveFrom {MOVED % 8}><w:r><w:t>moved away</w:t></w:r></w:moveFrom>" + r("kept.")),
        p(r("Now ") + f"<w:moveTo {MOVED % 9}>{r('moved here')}</w:moveTo>" + r(" for good.")),
        p(r("Give ") + ins(r("regular ")) + deleted("weekly ") + r("input.")),
        sdt(p("A control round a paragraph, as needed.")),
        p(r("Level: ") + sdt(r("high level of help")) + r(", agreed.")),
        p(r("See ") + '<w:hyperlink w:anchor="b">' + r("the ongoing report") + "</w:hyperlink>" + r(".")),
        p(r("Years ") + FIELD % ("REF x", r("4 and 5 or so")) + r(" of school.")),
        p(r("More at ") + FIELD % ('HYPERLINK "x"', r("the local offer page")) + r(".")),
        p(RUBY + r(" and after it.")),
        p(text_box(p("In a box, if possible."))),
        p(f"<w:r>{either(text_box(p('Both, at times.'))[5:-6], vml_box(p('Both, at times.'))[5:-6])}</w:r>" + r("x")),
        p('<w:r><w:pict><v:shape><v:textpath string="Art in letters"/></v:shape></w:pict></w:r>' + r("y")),
        p(r("Noted") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + '<w:r><w:endnoteReference w:id="3"/></w:r>'),
        tbl(
            tr("Need", "Provision"),
            tr(tc("Reading", properties='<w:vMerge w:val="restart"/>'), tc("Opportunities to read.")),
            tr(tc(p(), properties="<w:vMerge/>"), tc(tbl(("inner", "Access to a quiet space.")), p("Access to help."))),
            tr(sdt(tc("A cell in a control, from time to time.")), "Adults"),
            columns=2,
        ),
        p(r("Theirs: ") + '<w:commentRangeStart w:id="6"/>' + r("regular breaks") + '<w:commentRangeEnd w:id="6"/>'
          '<w:r><w:commentReference w:id="6"/></w:r>' + r(" a day.")),
        "<w:sectPr/>",
    ]
)  # fmt: skip
QUOTES = [
    "class, as required", "Support where", "possible", "tick", "here and", "was kept", "moved here for",
    "regular input", "as needed", "high level", "ongoing report", "5 or", "local offer", "base words", "and after",
    "if possible", "at times", "Art in", "note words", "end words", "Opportunities", "quiet space", "Access to help",
    "from time", "regular breaks",
]  # fmt: skip
PROTECTED = part("settings", '<w:documentProtection w:edit="readOnly" w:enforcement="1"/><w:trackRevisions/>')

STYLES = style("CR", name="annotation reference", kind="character") + style("CT", name="annotation text")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: Any) -> tuple[Path, Path]:
    """A plan with an oddity a paragraph, protected and with another's comment; and its copy."""
    types = TYPES.replace(
        "</Types>",
        '<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.comments+xml"/></Types>',
    )
    theirs = '<w:comment w:id="6" w:author="S. Head"><w:p><w:r><w:t>Ask Mum</w:t></w:r></w:p></w:comment>'
    path = saved(
        tmp_path_factory.mktemp("everything"),
        EVERYTHING,
        comments=part("comments", theirs),
        footnotes=part("footnotes", f'<w:footnote w:id="2">{p("Some note words.")}</w:footnote>'),
        endnotes=part("endnotes", f'<w:endnote w:id="3">{p("Some end words.")}</w:endnote>'),
        header=part("hdr", p("Ada, confidential")),
        settings=PROTECTED,
        styles=part("styles", STYLES),
        more={"[Content_Types].xml": types, "word/people.xml": "<people/>", "word/commentsIds.xml": "<ids/>"},
    )  # fmt: skip
    return path, commented(path, *QUOTES)


def test_a_plan_with_every_oddity_keeps_its_words_its_looks_and_every_other_part(everything: tuple[Path, Path]) -> None:
    path, copy = everything
    same_plan(path, copy)


def test_every_quote_is_under_its_comment_or_told_by_it_where_no_mark_may_stand(everything: tuple[Path, Path]) -> None:
    _, copy = everything
    words, comments = under(copy), told(copy)
    loose = []
    for number, quote in enumerate(QUOTES):
        key = str(number + (number >= 6))  # 6 is the number of a comment that was there.
        if words[key] != quote:
            assert f"“{quote}”" in comments[key]
            loose.append(quote)
    assert loose == ["5 or", "base words", "if possible", "at times", "Art in", "note words", "end words"]


def test_our_comments_wear_the_styles_that_the_file_has_for_them(everything: tuple[Path, Path]) -> None:
    _, copy = everything
    comment = tree(copy, "word/comments.xml")[1]
    assert {attribute(e, "val") for e in comment.iter() if local(e) == "pStyle"} == {"CT"}
    assert {attribute(e, "val") for e in comment.iter() if local(e) == "rStyle"} == {"CR"}
    run = next(e.getparent() for e in tree(copy).iter() if local(e) == "commentReference" and attribute(e, "id") == "0")
    assert attribute(run[0][0], "val") == "CR"


def test_a_comment_is_as_the_schema_says(everything: tuple[Path, Path]) -> None:
    _, copy = everything
    comments = tree(copy, "word/comments.xml")
    order = ["rStyle", "b", "sz", "lang"]  # Of CT_RPr, those that we use.
    keys = []
    for comment in comments[1:]:
        assert {etree.QName(name).localname for name in comment.attrib} == {"id", "author", "date", "initials"}
        assert int(attribute(comment, "id")) >= 0
        assert {local(child) for child in comment} == {"p"}
        assert [local(e) for e in comment.iter() if local(e) == "annotationRef"] == ["annotationRef"]
        for paragraph in comment:
            assert [local(child) for child in paragraph] == ["pPr", *["r"] * (len(paragraph) - 1)]
        for looks in (e for e in comment.iter() if local(e) == "rPr"):
            places = [order.index(local(child)) for child in looks]
            assert places == sorted(places)
        keys.append(attribute(comment[-1], "paraId"))
    assert len(set(keys)) == len(keys)
    assert all(0 < int(key, 16) < 0x80000000 for key in keys)
    told_of = [attribute(state, "paraId") for state in tree(copy, "word/commentsExtended.xml")]
    assert sorted(told_of) == sorted(keys)


@pytest.mark.skipif(office() is None, reason="LibreOffice (soffice) is not installed")
def test_a_copy_that_libreoffice_saved_is_commented_again_without_doubles(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help, as required.") + tbl(("Need", "Access to a quiet space.")) + p("End."))
    quotes = ["Regular", "as required", "Access to"]
    first = commented(path, *quotes, name="first")
    out = tmp_path / "office"
    profile = (tmp_path / "profile").as_uri()
    command = [str(office()), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx", "--outdir"]
    subprocess.run([*command, str(out), str(first)], check=True, capture_output=True, timeout=120)
    through = out / "first.docx"
    assert [block.text for block in read(through).blocks] == [block.text for block in read(path).blocks]
    plan = audited(through, *quotes)
    done = write_copy(plan, run_with(plan), tmp_path / "again.docx")
    assert (done.made, done.replaced, done.resolved) == (0, 3, 0)
    assert words_of(tmp_path / "again.docx") == sorted(quotes)
    fewer = audited(through, *quotes[:2])
    done = write_copy(fewer, run_with(fewer), tmp_path / "fewer.docx")
    assert (done.made, done.replaced, done.resolved) == (0, 2, 1)
    legal(tmp_path / "again.docx")


# ---------------------------------------------------------------- where a comment goes that has no words


def test_what_is_missing_from_a_section_is_commented_at_its_heading(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Plan for Ada") + p("Section F: provision") + p("Help."))
    plan = audited(path, ())
    plan = replace(plan, plan=Plan(plan.plan.document, {"F": Section("F", "provision", True, (1,), (2,))}))
    write_copy(plan, run_with(plan), tmp_path / "copy.docx")
    assert words_of(tmp_path / "copy.docx") == ["Section F: provision"]


def test_a_file_without_any_paragraph_is_named_and_the_others_are_copied(tmp_path: Path) -> None:
    odd = saved(tmp_path, "<w:r><w:t>Words outside.</w:t></w:r>", "odd.docx")
    usual = saved(tmp_path, p("Regular help."))
    (out := tmp_path / "out").mkdir()
    write_folder(run_with(audited(odd, ()), audited(usual, "Regular")), out, ReportOptions())
    assert words_of(out / "plan.docx") == ["Regular"]
    assert not (out / "odd.docx").exists()
    assert "odd.docx: has no paragraph that could hold a comment." in (out / LIST).read_text(encoding="utf-8")


# ---------------------------------------------------------------- limits, redaction, names


def test_a_plan_that_needed_larger_limits_to_be_read_gets_its_comments_with_them(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help.") + p("a") * 50)
    plan = audited(path, "Regular")
    for limits, names in ((Limits(max_blocks=20), [LIST]), (Limits(max_blocks=60), [LIST, "plan.docx"])):
        (out := tmp_path / f"out{limits.max_blocks}").mkdir()
        write_folder(run_with(plan), out, ReportOptions(limits=limits))
        assert sorted(file.name for file in out.iterdir()) == names


def test_the_command_hands_its_limits_on_to_the_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ehcaudit.cli import main
    from ehcaudit.reports import files

    seen: list[ReportOptions] = []
    monkeypatch.setattr(files.Target, "write", lambda _self, _run, options: seen.append(options))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ehcaudit.toml").write_text("[limits]\nmax_blocks = 1234\n", encoding="utf-8")
    shutil.copy(SAMPLES / "01-mabel-nursery.docx", tmp_path)
    main(["check", "01-mabel-nursery.docx", "--report", "comments=out", "--quiet", "--jobs", "1"])
    assert [options.limits.max_blocks for options in seen] == [1234]


def test_redacted_copies_are_refused_before_any_plan_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be redacted; leave out --redact"):
        targets([f"json={tmp_path / 'a.json'}", f"comments={tmp_path / 'out'}"], force=False, redact=True)
    assert targets([f"html={tmp_path / 'site'}"], force=False, redact=True)


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_original_is_safe_behind_a_link_and_beside_its_copy(tmp_path: Path, link: Any) -> None:
    path = saved(tmp_path, p("Regular help."))
    old = path.read_bytes()
    other = tmp_path / "other.docx"
    link(path, other)
    run = run_with(audited(path, "Regular"), audited(other, "Regular"))
    with pytest.raises(UsageError):
        targets([f"comments={tmp_path}"], force=True)[0].write(run, ReportOptions())
    (target,) = targets([f"comments={tmp_path / 'out'}"], force=False)
    target.write(run, ReportOptions())
    assert path.read_bytes() == other.read_bytes() == old
    assert words_of(tmp_path / "out" / "plan.docx") == words_of(tmp_path / "out" / "other.docx") == ["Regular"]
    for file in (tmp_path / "out").rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not file.is_symlink()
    with pytest.raises(UsageError, match="--force replaces it"):
        targets([f"comments={tmp_path / 'out'}"], force=False)
    (target,) = targets([f"comments={tmp_path / 'out'}"], force=True)
    target.write(run, ReportOptions())


def test_names_that_only_look_different_to_a_computer_get_a_copy_each() -> None:
    names = copy_names(["x/Zoe\u0308.docx", "x/Zo\u00eb.docx", "x/y/a.docx"])
    assert sorted(names.values()) == sorted(["Zoe\u0308.docx", "Zo\u00eb (2).docx", "y/a.docx"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_file_name_that_is_no_unicode_is_copied_and_listed(tmp_path: Path) -> None:
    path = saved(tmp_path, p("Regular help."), os.fsdecode(b"Zo\xeb.docx"))
    (out := tmp_path / "out").mkdir()
    write_folder(run_with(audited(path, "Regular")), out, ReportOptions())
    assert words_of(out / path.name) == ["Regular"]
    assert "Zo<U+DCEB>.docx: 1 comment" in (out / LIST).read_text(encoding="utf-8")


def test_a_run_killed_while_it_writes_leaves_the_old_folder_whole(tmp_path: Path) -> None:
    script = (
        "import sys, time, ehcaudit.reports.comments as c\n"
        "from ehcaudit.cli import main\n"
        "old = c.write_copy\n"
        "def slow(*a, **k):\n    done = old(*a, **k); print('one', flush=True); time.sleep(60); return done\n"
        "c.write_copy = slow\n"
        "sys.exit(main())\n"
    )
    for name in ("01-mabel-nursery.docx", "02-idris-reception.docx"):
        shutil.copy(SAMPLES / name, tmp_path)
    plans = [str(path) for path in sorted(tmp_path.glob("*.docx"))]
    arguments = ["check", *plans, "--quiet", "--format", "jsonl", "--force", "--report", f"comments={tmp_path / 'out'}"]
    (out := tmp_path / "out").mkdir()
    (out / "old.docx").write_bytes(b"last night's")
    (out / ".ehcaudit-report").write_text("old.docx\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        while "one" not in (line := running.stdout.readline()):
            assert line
        time.sleep(0.05)
        running.kill()
    assert sorted(file.name for file in out.iterdir()) == [".ehcaudit-report", "old.docx"]
    for left in tmp_path.glob(".out.*"):
        assert stat.S_IMODE(left.stat().st_mode) == 0o700
