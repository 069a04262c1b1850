"""The command line: arguments → exit code, stdout, stderr, on a small rule set of the tests' own."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ehcaudit import cli, rules
from ehcaudit.checks import CHECKS, Answer, CheckType, Hit, Options
from ehcaudit.cli import main
from ehcaudit.model import Evidence

PLAN = """# Education, Health and Care Plan for Robin

Status: Final
Date of plan: 1 March 2026

## Section A: Views, interests and aspirations

Robin likes trains.

## Section B: Special educational needs

Robin reads three words.

## Section C: Health care needs

No health care needs identified.

## Section D: Social care needs

No social care needs identified.

## Section E: Outcomes

By July 2027 Robin will read ten words from a list without help.

## Section F: Special educational provision

{provision}

## Section G: Health care provision

None.

## Section H1: Social care provision under section 2 of the CSDPA 1970

None.

## Section H2: Other social care provision

None.

## Section I: Placement

Hill School.

## Section J: Personal budget

None.

## Section K: Advice and information

Educational psychologist: Dr A. Writer, 3 February 2026.
"""
CLEAN, FAULTY = "A teaching assistant reads with Robin for 15 minutes each day.", "Robin has regular help."
RULE = """
title = "Provision does not say how often"
theme = "provision"
severity = "{severity}"
where = "F"
basis = "code"
message = "“{{quote}}” does not say how often."
why = "Nobody can tell whether vague provision has been delivered."
fix = "Say how long, how often and by whom."
praise = "Provision says how often."
sources = [{{ cite = "SEND Code of Practice (2015), 9.69", checked = 2026-11-23 }}, {{ cite = "A guide of our own" }}]
known_gaps = ["Frequency that is given in a schedule."]
{extra}
[check]
type = "test-word"
word = "{word}"
[[bad]]
text = "Robin has {word} help."
quote = "{word}"
[[good]]
text = "Robin has help each day."
"""


class WordOptions(Options):
    """One word that is a fault."""

    word: str


def word_check(plan, options, where, context) -> Answer:
    hits = []
    for letter in where:
        for block in plan.sections[letter].blocks if letter in plan.sections else ():
            start = plan.document.blocks[block].text.find(options.word)
            if start >= 0:
                hits.append(Hit((Evidence(block, start, start + len(options.word), options.word),), letter))
    return Answer("not_met" if hits else "met", tuple(hits))


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class House:
    """A folder with rules and plans, and the command line run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        self.folder, self._capsys = folder, capsys
        self.plan("good.md", CLEAN)
        self.plan("faulty.md", FAULTY)
        (folder / "letter.txt").write_text("Dear Zebediah, thank you for the cake.", encoding="utf-8")
        self.rule("provision/vague-frequency")

    def plan(self, name: str, provision: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PLAN.format(provision=provision), encoding="utf-8")
        return path

    def rule(
        self,
        rule_id: str,
        *,
        home: str = "built-in",
        severity: str = "major",
        word: str = "regular",
        extra: str = "",
        change: tuple[str, str] = ("", ""),
    ) -> Path:
        path = self.folder / home / f"{rule_id}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        theme = rule_id.partition("/")[0]
        text = RULE.format(severity=severity, word=word, extra=extra).replace('"provision"', f'"{theme}"')
        path.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
        return path

    def run(self, *argv: str) -> Ran:
        code = main(list(argv))
        out, err = self._capsys.readouterr()
        return Ran(code, out, err)


@pytest.fixture
def house(tmp_path, monkeypatch, capsys) -> House:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    monkeypatch.setitem(CHECKS, "test-word", CheckType("test-word", WordOptions, word_check))
    monkeypatch.setattr(rules, "rules_folder", lambda: tmp_path / "built-in")
    # The test's own check is in this process alone: its workers must be forks, whatever threads other tests have left.
    monkeypatch.setattr("ehcaudit.workers.threading.active_count", lambda: 1)
    return House(tmp_path, capsys)


# ---------------------------------------------------------------- check: exit codes


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["good.md"], 0),
        (["faulty.md"], 1),
        (["good.md", "faulty.md"], 1),
        (["faulty.md", "--fail-on", "critical"], 0),
        (["faulty.md", "--fail-on", "never"], 0),
        (["faulty.md", "--exit-zero"], 0),
        (["good.md", "--min-score", "100"], 0),
        (["faulty.md", "--fail-on", "never", "--min-score", "50"], 1),
        (["faulty.md", "letter.txt"], 3),
        (["faulty.md", "letter.txt", "--exit-zero"], 3),
        (["letter.txt"], 3),
        (["none.md"], 3),
        (["none*.md"], 3),
        (["built-in"], 3),
        (["faulty.md", "--format", "json"], 1),
        (["good.md", "--as-of", "3/11/2026", "--sections", "f", "-q"], 0),
        ([], 2),
        (["faulty.md", "--fail-on", "mino"], 2),
        (["faulty.md", "--min-score", "101"], 2),
        (["faulty.md", "--select", "provison"], 2),
        (["faulty.md", "--ignore", "provision"], 2),
        (["faulty.md", "--rules", "nowhere"], 2),
        (["faulty.md", "--sections", "L"], 2),
        (["faulty.md", "--as-of", "tomorrow"], 2),
        (["faulty.md", "--persona", "loud"], 2),
        (["faulty.md", "--config", "none.toml"], 2),
        (["faulty.md", "--width", "3"], 2),
        (["faulty.md", "--nonsense"], 2),
        ([""], 2),
    ],
)
def test_a_check_ends_with_the_code_of_its_verdict(house, argv, code):
    ran = house.run("check", *argv)
    assert ran.code == code, ran
    if code == 2:
        assert ran.out == ""
        assert len(ran.err.splitlines()) == 1
        assert ran.err.startswith("ehcaudit: ")


@pytest.mark.parametrize("format", ["terminal", "json"])
def test_the_format_never_changes_the_code(house, format):
    codes = [house.run("check", path, "--format", format).code for path in ("good.md", "faulty.md", "letter.txt")]
    assert codes == [0, 1, 3]


@pytest.mark.parametrize(
    ("argv", "near"),
    [
        (["check", "x", "--format", "jsn"], "did you mean “json”"),
        (["check", "x", "--report", "jsn=x"], "did you mean “json”"),
        (["check", "x", "--formt", "json"], "did you mean “--format”"),
        (["check", "x", "--fail-on", "mayor"], "did you mean “major”"),
        (["check", "x", "--select", "provision/vague-freqency"], "did you mean “provision/vague-frequency”"),
        (["check", "x", "--persona", "qualty"], "did you mean “quality”"),
        (["explain", "vague-frequncy"], "did you mean “provision/vague-frequency”"),
        (["chek"], "Did you mean 'check'"),
        (["wording", "--kind", "outcom", "x"], "did you mean “outcome”"),
        (["wording", "--kind", "outcome", "--format", "json", "x"], "did you mean “jsonl”"),
        (["outline", "good.md", "--format", "jsn"], "did you mean “json”"),
        (["rules", "--format", "jsn"], "did you mean “json”"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest_right_name(house, argv, near):
    ran = house.run(*argv)
    assert ran.code == 2
    assert near in ran.err
    assert ran.out == ""


# ---------------------------------------------------------------- check: what it prints


def test_one_plan_prints_its_report_and_a_folder_the_table(house):
    one = house.run("check", "faulty.md").out
    assert "EHC plan audit: faulty.md" in one
    assert "Robin has «regular» help." in one
    house.plan("all/a.md", CLEAN)
    house.plan("all/b/b.md", FAULTY)
    many = house.run("check", "all").out
    assert "EHC plan audit: 2 plans" in many
    assert many.index("b.md") < many.index("a.md")
    assert "Commonest faults" in many
    assert "«regular»" not in many
    assert "«regular»" in house.run("check", "all", "-v").out


def test_stdout_is_the_payload_alone(house):
    ran = house.run("check", "faulty.md", "letter.txt", "--format", "json")
    run = json.loads(ran.out)
    assert run["verdict"] == "incomplete"
    assert [p["path"] for p in run["plans"]] == ["faulty.md"]
    assert "letter.txt: not recognised as an EHC plan" in ran.err
    assert "Zebediah" not in ran.err + ran.out


def test_quiet_says_nothing_on_stderr(house):
    ran = house.run("check", "faulty.md", "letter.txt", "-q")
    assert ran.err == ""
    assert ran.out.splitlines()[0].startswith("faulty.md: ")


def test_a_lock_file_is_skipped_with_a_note(house):
    (house.folder / "all").mkdir()
    house.plan("all/a.md", CLEAN)
    (house.folder / "all" / "~$a.docx").write_bytes(b"x")
    ran = house.run("check", "all")
    assert ran.code == 0
    assert "skipped" in ran.err
    assert "~$a.docx" in ran.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_a_list_that_powershell_wrote_names_files_and_not_the_whole_disk(house, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    Path("list.txt").write_bytes(f"{mark}{Path('good.md').absolute()}\r\n".encode(encoding))
    ran = house.run("check", "--files-from", "list.txt", "--format", "json")
    assert [plan["path"] for plan in json.loads(ran.out)["plans"]] == [str(Path("good.md").absolute())]


def test_a_list_that_is_cut_in_the_middle_of_a_utf_16_character_is_refused(house):
    Path("list.txt").write_bytes(b"\xff\xfea")
    ran = house.run("check", "--files-from", "list.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "save it as UTF-8" in ran.err


def test_the_as_of_date_stands_in_the_report_however_it_is_written(house):
    assert (
        json.loads(house.run("check", "good.md", "--format", "json", "--as-of", "3 November 2026").out)["as_of"]
        == "2026-11-03"
    )
    assert "As of 3 November 2026" in house.run("check", "good.md", "--as-of", "03/11/2026").out


def test_the_width_is_the_one_asked_for_else_that_of_columns_else_80(house, monkeypatch):
    def widest(*argv: str) -> int:
        return max(map(len, house.run("check", "faulty.md", *argv).out.splitlines()))

    assert widest() == 80
    assert widest("--width", "60") == 60
    monkeypatch.setenv("COLUMNS", "100")
    assert widest() == 100


def test_local_rules_join_the_built_in_ones(house):
    house.rule("local/no-help", home="mine", word="help", severity="critical")
    run = json.loads(house.run("check", "faulty.md", "--rules", "mine", "--format", "json").out)
    assert [f["rule"] for f in run["plans"][0]["findings"]] == ["provision/vague-frequency", "local/no-help"]
    run = json.loads(house.run("check", "faulty.md", "--rules", "mine", "--select", "local", "--format", "json").out)
    assert [f["rule"] for f in run["plans"][0]["findings"]] == ["local/no-help"]


def test_a_path_that_begins_with_a_dash_works_after_two_dashes(house):
    house.plan("-x.md", CLEAN)
    assert house.run("check", "--", "-x.md").code == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_control_characters_in_a_file_name_are_shown_not_sent(house):
    (house.folder / "odd\x1b[2J\n.txt").write_text("Dear all.", encoding="utf-8")
    ran = house.run("check", "odd\x1b[2J\n.txt", "--format", "json")
    assert ran.code == 3
    assert "\x1b" not in ran.out + ran.err
    assert "odd<U+001B>[2J .txt" in ran.err
    ran = house.run("outline", "odd\x1b[2J\n.txt")
    assert "\x1b" not in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only here are file names mere bytes")
def test_a_file_name_that_is_not_unicode_is_audited_and_printed(house):
    name = os.fsdecode(b"plan-\xe9.md")
    (house.folder / name).write_text(PLAN.format(provision=FAULTY), encoding="utf-8")
    assert house.run("check", name).code == 1
    assert json.loads(house.run("check", name, "--format", "json").out)["plans"][0]["path"] == name


# ---------------------------------------------------------------- check: settings


def test_the_settings_of_the_folder_hold_and_flags_stand_over_them(house):
    (house.folder / "ehcaudit.toml").write_text("[gate]\nfail_on = 'critical'\n", encoding="utf-8")
    assert house.run("check", "faulty.md").code == 0
    assert house.run("check", "faulty.md", "--fail-on", "major").code == 1


def test_a_settings_file_can_be_named(house):
    (house.folder / "mine.toml").write_text("[rules]\nfolders = ['mine']\n", encoding="utf-8")
    house.rule("local/no-help", home="mine", word="help")
    assert "local/no-help" in house.run("rules", "--config", "mine.toml", "--format", "json").out


def test_a_bad_settings_file_stops_every_command_in_one_line(house):
    (house.folder / "ehcaudit.toml").write_text("[gates]\n", encoding="utf-8")
    for argv in (
        ["check", "good.md"],
        ["outline", "good.md"],
        ["rules"],
        ["explain", "x"],
        ["wording", "--kind", "outcome", "x"],
    ):
        ran = house.run(*argv)
        assert ran.code == 2
        assert "“gates” is not a key; did you mean “gate”?" in ran.err
        assert "ehcaudit.toml" in ran.err


# ---------------------------------------------------------------- check: reports in files


def test_reports_are_written_beside_what_is_printed(house):
    ran = house.run("check", "faulty.md", "--report", "json=run.json", "--report", "terminal=run.txt")
    assert ran.code == 1
    assert json.loads((house.folder / "run.json").read_bytes())["verdict"] == "findings"
    assert "«regular»" in (house.folder / "run.txt").read_text(encoding="utf-8")
    assert sorted(p.name for p in house.folder.iterdir() if p.name.startswith(".")) == [".git"]
    if os.name != "nt":
        assert stat.S_IMODE((house.folder / "run.json").stat().st_mode) == 0o600


def test_a_report_is_written_even_when_clean(house):
    assert house.run("check", "good.md", "--report", "json=run.json").code == 0
    assert json.loads((house.folder / "run.json").read_bytes())["verdict"] == "clean"


def test_a_file_that_is_there_is_kept_unless_forced(house):
    target = house.folder / "run.json"
    target.write_text("mine", encoding="utf-8")
    ran = house.run("check", "faulty.md", "--report", "json=run.json")
    assert (ran.code, ran.out) == (2, "")
    assert "--force" in ran.err
    assert target.read_text(encoding="utf-8") == "mine"
    assert house.run("check", "faulty.md", "--report", "json=run.json", "--force").code == 1
    assert json.loads(target.read_bytes())["schema"] == "ehcaudit.run/1"


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("json", "is not NAME=PATH"),
        ("json=", "is not NAME=PATH"),
        ("json=nowhere/run.json", "there is no folder nowhere"),
        ("json=built-in", "is not a file"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_work(house, report, words):
    ran = house.run("check", "faulty.md", "--report", report)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_two_reports_to_one_file_are_refused(house):
    ran = house.run("check", "faulty.md", "--report", "json=x", "--report", "terminal=./x")
    assert ran.code == 2
    assert "the same file" in ran.err


def test_no_report_is_ever_written_over_a_plan(house):
    before = (house.folder / "faulty.md").read_bytes()
    ran = house.run("check", "faulty.md", "--report", "json=faulty.md", "--force")
    assert ran.code == 2
    assert (house.folder / "faulty.md").read_bytes() == before


@pytest.mark.skipif(
    os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="needs a folder one may not write to"
)
def test_a_folder_that_may_not_be_written_to_is_one_line(house):
    (house.folder / "locked").mkdir(mode=0o500)
    ran = house.run("check", "faulty.md", "--report", "json=locked/x")
    assert ran.code == 2
    assert "cannot be written" in ran.err


# ---------------------------------------------------------------- outline and text


def test_an_outline_shows_where_everything_was_placed(house):
    out = house.run("outline", "good.md").out
    assert "Section F: Special educational provision" in out
    assert CLEAN in " ".join(out.split())
    outline = json.loads(house.run("outline", "good.md", "--format", "json").out)
    assert outline["schema"] == "ehcaudit.outline/1"
    assert outline["sections"]["F"]["text"] == CLEAN


def test_an_outline_of_what_is_not_a_plan_is_incomplete(house):
    ran = house.run("outline", "letter.txt")
    assert (ran.code, ran.out) == (3, "")
    assert "not recognised as an EHC plan" in ran.err
    assert house.run("outline", "none.md").code == 3


def test_text_prints_every_paragraph_of_any_file(house):
    ran = house.run("text", "letter.txt")
    assert (ran.code, ran.out) == (0, "Dear Zebediah, thank you for the cake.\n")
    assert "Robin likes trains." in house.run("text", "good.md").out.splitlines()
    assert house.run("text", "none.txt").code == 3


# ---------------------------------------------------------------- wording


class Stdin(io.TextIOWrapper):
    def __init__(self, payload: bytes):
        super().__init__(io.BytesIO(payload), encoding="utf-8")


def test_wording_answers_every_line_of_stdin_in_its_order(house, monkeypatch):
    lines = ["To be happier.", "", "By July 2027 Robin will read ten words without help.", "   ", "To be happier."]
    monkeypatch.setattr(sys, "stdin", Stdin("\r\n".join(lines).encode()))
    ran = house.run("wording", "--kind", "outcome", "--format", "jsonl")
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [one and one["text"] for one in said] == [lines[0], None, lines[2], None, lines[4]]
    assert list(said[0]) == ["text", "kind", "verdict", "score", "slots", "findings"]
    assert said[0]["kind"] == "outcome"
    assert said[0]["verdict"] == "weak"
    assert said[2]["verdict"] == "strong"
    assert said[0] == said[4]
    assert 0 <= said[0]["score"] <= said[2]["score"] <= 1


def test_wording_reads_lines_of_windows_and_odd_breaks_as_one_statement(house, monkeypatch):
    payload = "\ufeffRobin can\u2028read".encode() + b"\nRobin\x92s words\x85 \n"
    monkeypatch.setattr(sys, "stdin", Stdin(payload))
    ran = house.run("wording", "--kind", "need", "--format", "jsonl")
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["text"] for one in said] == ["Robin can\u2028read", "Robin’s words… "]


def test_wording_takes_statements_as_arguments(house):
    ran = house.run("wording", "--kind", "outcome", "To be happier.", "--format", "jsonl")
    assert json.loads(ran.out)["text"] == "To be happier."
    shown = house.run(
        "wording", "--kind", "outcome", "To be happier.", "", "By July 2027 Robin will read ten words alone."
    )
    assert "Weak outcome" in shown.out
    assert "missing" in shown.out
    assert shown.code == 0


def test_wording_without_a_statement_is_incomplete(house, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Stdin(b""))
    assert house.run("wording", "--kind", "outcome", "--format", "jsonl")[:2] == (3, "")
    monkeypatch.setattr(sys, "stdin", Stdin(b"\n\n"))
    assert house.run("wording", "--kind", "outcome", "--format", "jsonl")[:2] == (3, "null\nnull\n")


def test_wording_asks_until_an_empty_answer(house, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Stdin(b"To be happier.\nTo be calm.\n\nNever read.\n"))
    ran = house.run("wording", "--kind", "outcome", "--interactive")
    assert ran.code == 0
    assert ran.err.count("outcome> ") == 3
    assert "To be happier." in ran.out
    assert "Never read." not in ran.out


@pytest.mark.parametrize("argv", [[], ["--kind", "story"], ["--kind", "outcome", "--interactive", "x"]])
def test_wording_that_cannot_be_asked_is_refused(house, argv):
    ran = house.run("wording", *argv)
    assert (ran.code, ran.out) == (2, "")


# ---------------------------------------------------------------- rules


def test_explain_says_why_fix_sources_and_examples(house):
    ran = house.run("explain", "vague-frequency")
    assert ran.code == 0
    for words in (
        "provision/vague-frequency",
        "Nobody can tell whether vague provision has been delivered.",
        "Say how long, how often and by whom.",
        "SEND Code of Practice (2015), 9.69 (checked 23 November 2026)",
        "A guide of our own (not checked yet)",
        "Robin has regular help.",
        "Quoted: “regular”",
        "Robin has help each day.",
        "Frequency that is given in a schedule.",
    ):
        assert words in ran.out


def test_rules_lists_each_and_why_it_is_on_or_off(house):
    house.rule("voice/noisy", extra='persona = "pedantic"')
    house.rule("outcomes/other")
    ran = house.run("rules", "--ignore", "outcomes")
    assert "1 rule in force of 3" in ran.out
    assert "[off: ignored]" in " ".join(ran.out.split())
    listed = json.loads(house.run("rules", "--ignore", "outcomes", "--format", "json").out)
    assert listed["schema"] == "ehcaudit.rules/1"
    assert [(r["rule"], r["on"], r["reason"]) for r in listed["rules"]] == [
        ("outcomes/other", False, "ignored"),
        ("provision/vague-frequency", True, "in force"),
        ("voice/noisy", False, "for the pedantic persona"),
    ]


def test_test_rules_runs_the_examples_of_a_folder(house):
    house.rule("local/fine", home="mine")
    assert house.run("test-rules", "mine")[:2] == (0, "1 rule, 2 examples: 0 problems, 0 known gaps.\n")
    assert house.run("test-rules").out.startswith("1 rule, 2 examples")


def test_test_rules_fails_where_an_example_is_not_answered_as_the_file_says(house):
    house.rule("local/wrong", home="mine", change=('quote = "regular"', 'quote = "irregular"'))
    ran = house.run("test-rules", "mine")
    assert ran.code == 1
    assert "local/wrong, bad 1: “irregular” is not quoted" in ran.out


def test_test_rules_counts_known_gaps_and_notices_a_closed_one(house):
    gap = 'text = "Robin has regular help."\nquote = "x"\nknown_gap = "not yet"'
    house.rule("local/gap", home="mine", change=('text = "Robin has regular help."\nquote = "regular"', gap))
    assert house.run("test-rules", "mine")[:2] == (0, "1 rule, 2 examples: 0 problems, 1 known gap.\n")
    house.rule(
        "local/gap",
        home="mine",
        change=('text = "Robin has regular help."\nquote', 'known_gap = true\ntext = "Robin has regular help."\nquote'),
    )
    ran = house.run("test-rules", "mine")
    assert ran.code == 1
    assert "is marked as a known gap" in ran.out


def test_a_rule_that_cannot_be_loaded_is_code_2(house):
    house.rule("local/bad", home="mine", change=("severity =", "severty = 1\nseverity ="))
    for argv in (["test-rules", "mine"], ["check", "good.md", "--rules", "mine"], ["rules", "--rules", "mine"]):
        ran = house.run(*argv)
        assert ran.code == 2
        assert "did you mean “severity”" in ran.err
        assert "bad.toml" in ran.err


# ---------------------------------------------------------------- the top


def test_an_unexpected_error_is_one_line_code_2_and_no_words_of_a_plan(house, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Robin cannot read")

    monkeypatch.setattr("ehcaudit.engine.audit", broken)
    ran = house.run("check", "good.md")
    assert ran.code == 2
    assert "ValueError" in ran.err
    assert "Robin" not in ran.err
    assert len(ran.err.splitlines()) == 1
    monkeypatch.setenv("EHCAUDIT_DEBUG", "1")
    assert "Traceback" in house.run("check", "good.md").err


def test_the_version_and_help(house):
    from ehcaudit import __version__

    assert house.run("--version") == (0, f"ehcaudit {__version__}\n", "")
    for argv in (["--help"], ["check", "-h"]):
        ran = house.run(*argv)
        assert ran.code == 0
        assert "Exit codes: 0 clean, 1 findings, 2 could not run, 3 incomplete" in " ".join(ran.out.split())
    ran = house.run()
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: ehcaudit" in ran.err


def test_a_progress_bar_is_for_people_who_watch_and_more_than_a_few_files(house, monkeypatch):
    for number in range(6):
        house.plan(f"all/{number}.md", CLEAN)
    assert house.run("check", "all").err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "Auditing" in house.run("check", "all").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert house.run("check", "all/0.md").err == ""


def shell(*argv: str, **kwargs) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ehcaudit", *argv],
        capture_output=True,
        check=False,
        timeout=60,
        **kwargs,
    )


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["check", "--help"]])
def test_help_loads_nothing_slow(argv):
    ran = shell(*argv)
    loaded = {line.rpartition(b"|")[2].strip().partition(b".")[0] for line in ran.stderr.splitlines() if b"|" in line}
    assert ran.returncode == 0
    assert b"typer" in loaded
    assert not loaded & {b"spacy", b"lxml", b"rich", b"docx", b"numpy"}
    assert b"pydantic" not in loaded or argv[0] == "check", "typer itself loads it, for a command's options alone"


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
@pytest.mark.parametrize("argv", [["--help"], ["rules"]])
def test_a_closed_pipe_ends_quietly(argv):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "ehcaudit", *argv], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60
        )
    finally:
        os.close(writer)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_output_is_utf_8_whatever_the_locale(house):
    path = house.plan("good.md", CLEAN)
    env = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONPATH": str(Path(cli.__file__).parents[2]),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "text", str(path)], capture_output=True, check=False, env=env, timeout=60
    )
    assert ran.returncode == 0
    assert "Robin likes trains." in ran.stdout.decode("utf-8")
