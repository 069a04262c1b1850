"""Every report is a picture of one finished run: the same bytes for the same run, safe to show."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich_run import BLOCKS, CARDS, GOOD, PLAN, ROBIN, quote, run_of

from ehcaudit.errors import UsageError
from ehcaudit.model import Cell, Part, Scorecard
from ehcaudit.reports import ReportOptions, find_report, render, report_names
from ehcaudit.reports.base import bare, escaped, plain
from ehcaudit.reports.json import render_outline as outline_json
from ehcaudit.reports.outline import render_lines
from ehcaudit.reports.outline import render_outline as outline_text
from ehcaudit.reports.page import bar, excerpt
from ehcaudit.reports.terminal import short_paths, worst_first
from ehcaudit.reports.wire import DOCUMENTS, json_schema

SNAPSHOTS = Path(__file__).parent / "snapshots"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
ONE, MANY = run_of(ROBIN), run_of(ROBIN, GOOD)


def same_as_snapshot(name: str, payload: bytes) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") and not os.environ.get("CI"):
        path.write_bytes(payload)
    assert payload.decode() == path.read_bytes().decode(), (
        f"{name}: UPDATE_SNAPSHOTS=1 writes it anew; look at the change"
    )


def shown(run, **options) -> str:
    return render(run, "terminal", ReportOptions(**options)).decode()


# ---------------------------------------------------------------- all reports


def test_terminal_and_json_are_discovered():
    assert {"terminal", "json"} <= set(report_names())
    assert not {"base", "page", "wire", "outline"} & set(report_names())


def test_an_unknown_report_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean “json”"):
        render(ONE, "jsn")


@pytest.mark.parametrize("name", ["../x", "", "os.path", "base", "json.x"])
def test_a_name_that_is_no_report_is_refused(name):
    with pytest.raises(UsageError, match="is not a report"):
        render(ONE, name)


@pytest.mark.parametrize("name", [name for name in report_names() if find_report(name).make])
def test_a_report_is_the_same_for_the_same_run_and_takes_an_empty_one(name):
    assert render(MANY, name) == render(MANY, name)
    assert render(run_of(), name)


# ---------------------------------------------------------------- terminal


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(("name", "run"), [("one-plan", ONE), ("folder", MANY)])
def test_the_terminal_report_looks_like_its_snapshot(name, run, width):
    same_as_snapshot(f"{name}-{width}.txt", render(run, "terminal", ReportOptions(width=width)))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_no_line_is_wider_than_the_page(width, verbosity):
    for run in (ONE, MANY):
        lines = shown(run, width=width, verbosity=verbosity).split("\n")
        assert [
            line for line in lines if sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) > width
        ] == []


@pytest.mark.parametrize("run", [ONE, MANY])
def test_without_colour_there_is_no_escape_and_no_control_character(run):
    assert UNSAFE.findall(shown(run, verbosity=1)) == []


def test_with_colour_the_words_are_the_same():
    plain_report, coloured = shown(ONE), shown(ONE, color=True)
    assert "\x1b[" in coloured
    stripped = re.sub(r"[ ]+$", "", re.sub(r"\x1b\[[0-9;]*m", "", coloured), flags=re.MULTILINE)
    assert stripped == plain_report


def test_words_of_a_plan_are_never_read_as_mark_up():
    evidence = quote(2, "[bold]and[/bold] maps.\x1b[31m")
    result = replace(
        ROBIN.results[2], findings=(replace(ROBIN.results[2].findings[0], section="A", evidence=(evidence,)),)
    )
    out = shown(run_of(replace(ROBIN, results=(result,))), color=True)
    assert "[bold]and[/bold] maps.<U+001B>[31m»" in out


def test_a_quote_stands_marked_in_its_sentence():
    out = shown(ONE)
    assert "… To «improve» his listening. …" in out
    assert "By July 2027" not in out


def test_the_section_stands_over_its_findings_and_the_plan_as_a_whole_comes_first():
    out = shown(ONE)
    heads = [
        out.index(head)
        for head in ("The plan as a whole", "Section E: Outcomes", "Section F: Special educational provision")
    ]
    assert heads == sorted(heads)


def test_the_same_fault_is_told_once_with_all_its_quotes():
    out = shown(ONE)
    assert out.count("Provision does not say how often") == 1
    assert "«regular»" in out
    assert "«Regular»" in out
    assert out.count("Nobody can tell whether vague provision has been delivered.") == 1


def test_many_quotes_are_cut_short_and_verbose_shows_all():
    many = tuple(replace(ROBIN.results[4].findings[0], fingerprint=str(i)) for i in range(12))
    run = run_of(replace(ROBIN, results=(replace(ROBIN.results[4], findings=many, items=12),)))
    assert shown(run).count("«regular»") == 5
    assert "and 7 more; -v shows all" in shown(run)
    assert shown(run, verbosity=1).count("«regular»") == 12


def test_what_a_person_must_decide_is_not_counted_as_a_fault():
    out = shown(ONE)
    assert "What to put right: 6 findings (1 critical, 3 major, 2 minor)" in out
    assert "A person must decide: 1 question" in out


def test_the_grade_is_called_indicative_and_the_cap_says_why():
    out = shown(ONE)
    assert "Inadequate (indicative)" in out
    assert "The grade is capped while a requirement of law is not met: Section G is not there." in " ".join(out.split())


def test_a_plan_without_a_score_is_shown_as_such_and_comes_first():
    unread = replace(GOOD, path="plans/z.docx", scorecard=Scorecard(None, None, 0.0, {"voice": Part(None, 0.0)}, {}))
    assert [p.path for p in worst_first([GOOD, ROBIN, unread])] == [
        "plans/z.docx",
        "plans/robin.docx",
        "plans/good.docx",
    ]
    assert "none: too little of the plan could be judged" in shown(run_of(unread))


def test_words_of_a_footer_can_be_quoted():
    footer = replace(quote(4, "To be"), block_id=len(BLOCKS), start=0, end=5, quote="DRAFT")
    result = replace(ROBIN.results[2], findings=(replace(ROBIN.results[2].findings[0], evidence=(footer,)),))
    assert "«DRAFT» 1 March 2026" in shown(run_of(replace(ROBIN, results=(result,))))


def test_quiet_is_a_line_for_each_plan_and_failure_and_the_verdict():
    out = shown(MANY, verbosity=-1, width=200).splitlines()
    assert out[0] == "robin.docx: 41.7, Inadequate, coverage 85%, 1 critical, 3 major, 2 minor"
    assert out[1].startswith("good.docx: 92.0, Outstanding, coverage 100%, no findings")
    assert out[-1].startswith("incomplete: ")
    assert len(out) == 5


def test_verbose_adds_each_plans_report_to_the_table():
    out = shown(MANY, verbosity=1)
    assert "EHC plan audit: robin.docx" in out
    assert "EHC plan audit: good.docx" in out


def test_control_characters_in_a_file_name_are_shown_not_sent():
    assert "plans/bad<U+001B>[2J<U+202E>.docx" in shown(ONE)


def test_a_run_without_plans_shows_why():
    out = shown(run_of())
    assert "Not audited: 2 files" in out
    assert "save it as .docx" in out
    assert "Incomplete" in out


@pytest.mark.parametrize(("percent", "full"), [(0.0, 0), (0.01, 1), (50.0, 10), (99.99, 19), (100.0, 20)])
def test_a_bar_is_full_or_empty_only_where_the_score_is(percent, full):
    assert bar(percent).count("█") == full
    assert len(bar(percent)) == 20


def test_an_excerpt_is_cut_at_words_and_says_so():
    words = " ".join(f"word{i}" for i in range(200))
    start = words.index("word100")
    cut = str(excerpt(words, [(start, start + 7)], room=30))
    assert cut.startswith("… word")
    assert "«word100»" in cut
    assert cut.endswith(" …")
    assert len(cut) < 110


def test_an_excerpt_marks_several_quotes_of_one_line_once_where_they_overlap():
    assert str(excerpt("alpha beta gamma delta", [(0, 10), (6, 16), (17, 22)])) == "«alpha beta gamma» «delta»"


def test_paths_are_shown_without_the_folders_they_share(tmp_path):
    one, two = str(tmp_path / "a" / "x.docx"), str(tmp_path / "b" / "x.docx")
    assert list(short_paths([one, two]).values()) == [str(Path("a", "x.docx")), str(Path("b", "x.docx"))]


# ---------------------------------------------------------------- JSON


def wire(run) -> dict:
    return json.loads(render(run, "json"))


@pytest.mark.parametrize("run", [ONE, MANY, run_of(), run_of(GOOD, failures=())])
def test_the_json_is_what_its_schema_says(run):
    jsonschema.Draft202012Validator(json_schema("ehcaudit.run-1")).validate(wire(run))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_is_a_schema_and_refuses_what_is_not_in_the_contract(name):
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    value = {**(wire(ONE) if "run" in name else json.loads(outline_json(PLAN))), "generated_at": "now"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(value)


def test_the_json_has_the_keys_of_the_contract_in_its_order():
    run = wire(ONE)
    assert list(run) == ["schema", "tool", "as_of", "verdict", "plans", "failures", "suppressed"]
    assert run["schema"] == "ehcaudit.run/1"
    assert run["tool"] == {"version": "0.1.0", "rules": "abcdef012345"}
    plan = run["plans"][0]
    assert list(plan) == ["path", "sha256", "status", "score", "results", "findings", "warnings"]
    assert list(plan["score"]) == ["percent", "grade", "coverage", "themes", "sections"]
    assert plan["results"][2] == {"rule": "outcomes/not-time-bound", "status": "not_met", "met": 1, "items": 2}
    assert list(plan["findings"][0]) == [
        "rule",
        "section",
        "severity",
        "confidence",
        "basis",
        "message",
        "fix",
        "fingerprint",
        "evidence",
    ]
    assert run["failures"][0] == {
        "path": "plans/old.doc",
        "error": "old-format",
        "message": "plans/old.doc: an old Word file; save it as .docx.",
    }


def test_figures_are_rounded_and_what_is_not_whole_never_reads_as_whole():
    score = wire(ONE)["plans"][0]["score"]
    assert score["percent"] == 41.7
    assert score["coverage"] == 0.85
    assert score["sections"]["F"]["coverage"] == 0.99
    assert score["themes"]["dates"] == {"percent": None, "coverage": 0.0}


def test_findings_are_in_the_order_of_the_document_then_by_rule():
    findings = wire(ONE)["plans"][0]["findings"]
    assert [(f["rule"], [e["quote"] for e in f["evidence"]]) for f in findings] == [
        ("structure/section-missing", []),
        ("outcomes/not-time-bound", ["To be happier at school."]),
        ("outcomes/vague-verb", ["be happier"]),
        ("outcomes/vague-verb", ["improve"]),
        ("provision/vague-frequency", ["regular"]),
        ("provision/vague-frequency", ["Regular"]),
        ("dates/advice-dated-after-plan", ["3 May 2026"]),
    ]
    assert findings[1]["evidence"][0]["path"] == "Section E › table 1 › row 2 › Outcome"


def test_the_json_sends_no_control_character_to_a_terminal_and_keeps_the_path():
    payload = render(ONE, "json").decode()
    assert UNSAFE.findall(payload) == []
    assert json.loads(payload)["failures"][1]["path"] == "plans/bad\x1b[2J\u202e.docx"


def test_a_path_that_is_not_unicode_survives_as_json():
    run = run_of(failures=(replace(MANY.failures[0], path="plans/\udce9t\udce9.docx"),))
    assert json.loads(render(run, "json"))["failures"][0]["path"] == "plans/\udce9t\udce9.docx"
    assert "<U+DCE9>" in shown(replace(run, failures=(replace(run.failures[0], message="broken"),)))


def test_a_warning_that_happened_often_says_so():
    assert {"kind": "image-not-read", "message": "Pictures were not read (2 times)."} in wire(ONE)["plans"][0][
        "warnings"
    ]


# ---------------------------------------------------------------- outline and text


def test_the_outline_is_what_its_schema_says():
    outline = json.loads(outline_json(PLAN))
    jsonschema.Draft202012Validator(json_schema("ehcaudit.outline-1")).validate(outline)
    assert outline["schema"] == "ehcaudit.outline/1"
    assert list(outline) == [
        "schema",
        "path",
        "status",
        "facts",
        "sections",
        "threads",
        "advice",
        "unplaced",
        "deleted",
        "added",
        "warnings",
    ]
    assert outline["facts"]["plan_date"] == "2026-03-01"
    assert outline["sections"]["E"]["text"] == "\n".join(BLOCKS[i].text for i in (4, 5))
    assert outline["sections"]["E"]["blocks"][0] == {
        "text": "To be happier at school.",
        "path": "Section E › table 1 › row 2 › Outcome",
    }
    assert outline["sections"]["K"]["labelled"] is False
    assert outline["threads"][0] == {
        "area": "communication",
        "needs": [],
        "outcomes": ["To be happier at school."],
        "provisions": [BLOCKS[7].text],
        "confidence": 1.0,
    }
    assert outline["advice"] == [
        {"role": "educational-psychologist", "author": "", "date": "2026-05-03", "title": "", "appended": None}
    ]
    assert [place["text"] for place in outline["unplaced"]] == [BLOCKS[0].text, BLOCKS[9].text]
    assert outline["deleted"] == [
        {
            "kind": "deleted",
            "text": "one to one support",
            "path": "paragraph 8",
            "author": "A. Writer",
            "when": "2026-02-01T10:00:00Z",
        }
    ]


def test_the_outline_for_people_shows_every_word_that_was_read():
    out = outline_text(PLAN, ReportOptions(width=400)).decode()
    for block in BLOCKS:
        if block.kind != "heading":
            assert plain(block.text) in out
    assert "one to one support" in out
    assert UNSAFE.findall(out) == []
    same_as_snapshot("outline-80.txt", outline_text(PLAN, ReportOptions(width=80)))


def test_lines_of_text_lose_control_characters_but_no_letter():
    assert render_lines(["one\ttwo", "th\u200eree\x1b[31m", "naïve \ud800"]) == "one two\nthree[31m\nnaïve \n".encode()


def test_what_is_not_printable_is_shown_replaced_or_escaped():
    assert plain("a\x9b1mb\u2028c") == "a<U+009B>1mb<U+2028>c"
    assert bare("a\x9b1mb\u2028c") == "a1mbc"
    assert escaped('"a\x9bb\u2028"') == b'"a\\u009bb\\u2028"'


def test_every_rule_of_the_run_has_a_card():
    assert {f.rule for f in ROBIN.findings} <= set(CARDS)
    assert BLOCKS[4].cell == Cell(0, 1, 1)


def test_a_long_file_name_is_broken_between_its_words_and_not_within_one():
    from ehcaudit.reports.page import in_pieces

    assert in_pieces("02-idris-reception.docx", 21) == "02-idris-reception\n.docx"
    assert in_pieces("plan_of_a_very_long_name_final.docx", 21) == "plan_of_a_very_long_\nname_final.docx"
    assert in_pieces("EHCP Sam of Hillview final.docx", 21) == "EHCP Sam of Hillview\nfinal.docx"
    assert in_pieces("short.docx", 21) == "short.docx"
