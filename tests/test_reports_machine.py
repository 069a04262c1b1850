"""Reports for machines: true to their schemas, with the failures and the suppressed in each, and safe to open."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from rich_run import FAILURES, GOOD, ROBIN, run_of

from ehcaudit.engine import audit
from ehcaudit.gates import Gate, Screened, Tally, Waiver
from ehcaudit.model import Failure, PlanAudit, Run, Summary
from ehcaudit.reports import ReportOptions, find_report, render
from ehcaudit.reports.sarif import uri
from ehcaudit.reports.wire import RunDocument, run_document
from ehcaudit.rules import load_rules

HERE = Path(__file__).parent
MACHINE = ("jsonl", "csv", "markdown", "sarif", "junit")
ONE, MANY, NONE = run_of(ROBIN), run_of(ROBIN, GOOD), run_of()
RUNS = {"one": ONE, "many": MANY, "none": NONE, "clean": replace(run_of(GOOD, failures=()), verdict="clean", gate="")}


@cache
def samples() -> Run:
    paths = [HERE.parent / "sample_plans" / f"{name}.docx" for name in ("07-jayden-year-9", "08-amara-year-10")]
    return audit(paths, rules=load_rules().choose())


@cache
def suppressing() -> Run:
    """Robin's plan with a waiver for its vague verbs."""
    waiver = Waiver("outcomes/vague-verb", "robin.docx", "Known.", "SEN team", date(2027, 1, 1))
    tally = Tally(Gate(), as_of=ONE.as_of, waivers=[waiver])
    tally.add(Summary.of(ROBIN))
    screened = Screened((ROBIN,), (Summary.of(ROBIN),), tally)
    return replace(ONE, plans=screened, suppressed=screened.suppressed, notes=tally.notes())


@cache
def sarif_schema():
    schema = json.loads((HERE / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@cache
def junit_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(HERE / "schemas" / "jenkins-junit.xsd")))


def sarif_of(run: Run):
    log = json.loads(render(run, "sarif"))
    errors = sorted(sarif_schema().iter_errors(log), key=lambda error: list(error.path))
    assert [f"{list(error.path)}: {error.message[:200]}" for error in errors] == []
    return log["runs"][0]


def junit_of(run: Run):
    tree = etree.fromstring(render(run, "junit"))
    assert junit_schema().validate(tree), junit_schema().error_log
    return tree


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", MACHINE)
def test_the_failures_of_a_run_stand_in_each(name) -> None:
    payload = render(MANY, name).decode()
    for failure in FAILURES:
        assert failure.error in payload
    assert "save it as" in payload


@pytest.mark.parametrize("name", MACHINE)
def test_a_run_of_nothing_but_failures_is_a_report_too(name) -> None:
    assert "old-format" in render(NONE, name).decode()


@pytest.mark.parametrize("name", ["jsonl", "csv", "sarif", "junit", "json"])
@pytest.mark.parametrize("run", [*RUNS, "samples", "suppressing"])
def test_a_report_that_is_written_piece_by_piece_is_the_one_that_is_made_at_once(name, run, tmp_path) -> None:
    value = {"samples": samples, "suppressing": suppressing}.get(run, lambda: RUNS[run])()
    report = find_report(name)
    assert report.write_file is not None
    report.write_file(value, tmp_path / "x", ReportOptions())
    assert (tmp_path / "x").read_bytes() == render(value, name)


@pytest.mark.parametrize("name", MACHINE)
def test_what_is_suppressed_is_counted_in_each_and_is_no_finding(name) -> None:
    payload = render(suppressing(), name).decode()
    assert "uppressed" in payload
    assert {
        "jsonl": '"suppressed": 2',
        "csv": "\nsuppressed,",
        "markdown": "2 findings suppressed",
        "sarif": '"suppressed":2',
        "junit": '<property name="suppressed" value="2"/>',
    }[name] in payload


def test_a_suppressed_finding_names_its_plan_and_is_no_alert() -> None:
    run = suppressing()
    lines = [json.loads(line) for line in render(run, "jsonl").splitlines()]
    apart = [line for line in lines if line["record"] == "suppressed"]
    paths = {plan.path for plan in run.plans}
    assert len(apart) == 2
    assert {line["plan"] for line in apart} <= paths
    results = [result for result in sarif_of(run)["results"] if "suppressions" in result]
    assert [r["partialFingerprints"]["ehcaudit/v1"] for r in results] == [line["fingerprint"] for line in apart]
    assert {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results} <= paths
    assert [r["suppressions"][0]["kind"] for r in results] == ["external", "external"]


def test_a_redacted_run_does_not_say_whose_the_suppressed_findings_were() -> None:
    lines = render(suppressing(), "jsonl", ReportOptions(redact=True)).splitlines()
    assert [json.loads(line)["plan"] for line in lines if b'"record": "suppressed"' in line] == [None, None]


def test_two_findings_of_a_rule_in_one_plan_are_two_alerts_to_github() -> None:
    marks = [
        (
            result["ruleId"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["partialFingerprints"]["primaryLocationLineHash"],
        )
        for result in sarif_of(samples())["results"]
        if "partialFingerprints" in result
    ]
    assert len({mark[:2] for mark in marks}) < len(set(marks)) == len(marks)


@pytest.mark.parametrize("name", ["jsonl", "markdown", "sarif", "junit"])
def test_the_notes_of_a_run_stand_in_each(name) -> None:
    run = replace(MANY, notes=("waiver expired: of Robin",))
    assert "waiver expired: of Robin" in render(run, name).decode()


def test_json_is_still_the_contract(tmp_path) -> None:
    for run in (*RUNS.values(), suppressing(), samples()):
        said = json.loads(render(run, "json"))
        assert said == json.loads(run_document(run).model_dump_json())
        RunDocument.model_validate(said)


# ---------------------------------------------------------------- JSON lines and CSV


def test_each_line_is_an_object_and_says_what_it_is() -> None:
    lines = [json.loads(line) for line in render(suppressing(), "jsonl").splitlines()]
    assert [line["record"] for line in lines] == ["run", "plan", "failure", "failure", "suppressed", "suppressed"]
    assert lines[0]["verdict"] == "incomplete"
    whole = json.loads(render(suppressing(), "json"))
    assert {key: value for key, value in lines[1].items() if key != "record"} == whole["plans"][0]


def rows_of(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(run, "csv").decode("utf-8"), newline="")))


def test_a_table_has_a_row_for_each_plan_finding_question_gap_and_failure() -> None:
    rows = rows_of(MANY)
    assert [row["plan"] for row in rows if row["record"] == "plan"] == ["plans/robin.docx", "plans/good.docx"]
    found = [row for row in rows if row["record"] == "finding"]
    assert {(row["rule"], row["quote"]) for row in found} >= {
        ("outcomes/not-time-bound", "To be happier at school."),
        ("provision/vague-frequency", "regular"),
    }
    assert found[0]["score"] == "41.7"
    assert {row["rule"] for row in rows if row["record"] == "question"} == {"dates/advice-dated-after-plan"}
    assert {row["rule"] for row in rows if row["record"] == "not assessed"} == {"health-and-care/health-needs-blank"}
    assert {row["rule"] for row in rows if row["record"] == "failure"} == {"old-format", "damaged"}
    place = next(row["place"] for row in found if row["rule"] == "outcomes/not-time-bound")
    assert place == "Section E › table 1 › row 2 › Outcome"


def test_a_formula_in_a_plan_is_words_in_the_table() -> None:
    finding = replace(ROBIN.results[2].findings[0], message='=HYPERLINK("x")', fix="+1", section="@")
    evil = replace(ROBIN, path="-2.docx", results=(replace(ROBIN.results[2], findings=(finding,)),))
    row = next(row for row in rows_of(run_of(evil)) if row["record"] == "finding")
    assert [row[key] for key in ("plan", "message", "fix", "section")] == ["'-2.docx", '\'=HYPERLINK("x")', "'+1", "'@"]


# ---------------------------------------------------------------- SARIF


@pytest.mark.parametrize("run", RUNS)
def test_sarif_is_true_to_its_schema(run) -> None:
    sarif_of(RUNS[run])


def test_sarif_of_real_plans_is_true_to_its_schema() -> None:
    for run in (samples(), suppressing()):
        sarif_of(run)


def test_a_fault_fails_a_question_is_for_review_and_a_gap_is_open() -> None:
    run = sarif_of(MANY)
    kinds = {(result["ruleId"], result["kind"], result["level"]) for result in run["results"]}
    assert {
        ("structure/section-missing", "fail", "error"),
        ("provision/vague-frequency", "fail", "error"),
        ("outcomes/vague-verb", "fail", "warning"),
        ("dates/advice-dated-after-plan", "review", "none"),
        ("health-and-care/health-needs-blank", "open", "none"),
        ("input/not-audited", "fail", "error"),
    } <= kinds
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_every_result_has_a_file_and_no_line_that_nobody_read() -> None:
    run = sarif_of(MANY)
    for result in run["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert "region" not in place
        if "index" in place["artifactLocation"]:
            artifact = run["artifacts"][place["artifactLocation"]["index"]]
            assert artifact["location"]["uri"] == place["artifactLocation"]["uri"]
    happy = next(result for result in run["results"] if result["ruleId"] == "outcomes/not-time-bound")
    assert happy["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "Section E › table 1 › row 2 › Outcome"}
    ]
    mark = ROBIN.results[2].findings[0].fingerprint
    assert happy["partialFingerprints"] == {"ehcaudit/v1": mark, "primaryLocationLineHash": f"{mark}:1"}
    assert run["artifacts"][0]["hashes"] == {"sha-256": "0" * 64}


def test_every_result_can_be_followed_over_runs_and_every_rule_has_a_help_text() -> None:
    run = sarif_of(MANY)
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    whose = [(r["ruleId"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in run["results"]]
    assert len(set(zip(whose, marks, strict=True))) == len(marks)
    quoteless = [
        mark
        for mark, result in zip(marks, run["results"], strict=True)
        if result["kind"] == "open" or result["ruleId"] == "input/not-audited"
    ]
    assert len(quoteless) >= 3
    assert len(set(quoteless)) == len(quoteless)
    later = sarif_of(replace(MANY, as_of=date(2031, 1, 1)))
    assert [result["partialFingerprints"]["primaryLocationLineHash"] for result in later["results"]] == marks
    assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])


def test_a_failure_is_a_notification_of_its_kind_and_the_run_was_no_success() -> None:
    (invocation,) = sarif_of(MANY)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]] == ["old-format", "damaged"]
    assert sarif_of(RUNS["clean"])["invocations"][0]["executionSuccessful"] is True
    ids = {entry["id"] for entry in sarif_of(MANY)["tool"]["driver"]["notifications"]}
    assert ids == {"old-format", "damaged"}


@pytest.mark.parametrize("path", ["a b/c#d?.docx", "caf\udce9.docx", "../x.docx", "100%.docx", "Plan 07"])
def test_a_path_is_a_uri_and_comes_back(path) -> None:
    assert unquote(uri(path), errors="surrogateescape") == path
    assert not set(uri(path)) & set(' #?<>"')


def test_a_path_from_the_root_is_a_file_uri(tmp_path) -> None:
    assert uri(str(tmp_path / "a b.docx")).startswith("file:///")
    assert uri(str(tmp_path / "a b.docx")).endswith("/a%20b.docx")


# ---------------------------------------------------------------- JUnit


@pytest.mark.parametrize("run", RUNS)
def test_junit_is_true_to_its_schema(run) -> None:
    junit_of(RUNS[run])


def test_junit_of_real_plans_is_true_to_its_schema() -> None:
    for run in (samples(), suppressing()):
        junit_of(run)


def test_a_suite_for_each_plan_and_a_test_for_each_rule_that_applies() -> None:
    tree = junit_of(MANY)
    assert tree.xpath("testsuite/@name") == ["Input", "plans/robin.docx", "plans/good.docx"]
    robin = tree[1]
    assert [robin.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["7", "4", "0", "2"]
    (failure,) = robin.xpath("testcase[@name='not-time-bound']/failure")
    assert failure.get("type") == "major"
    assert failure.get("message") == "Outcome does not say by when"
    assert "Section E › table 1 › row 2 › Outcome: “To be happier at school.” does not say by when." in failure.text
    assert robin.xpath("string(testcase[@name='health-needs-blank']/skipped)").startswith("Not assessed: Section C")
    assert robin.xpath("string(testcase[@name='advice-dated-after-plan']/skipped)").startswith("A person must decide.")
    assert robin.xpath("testcase[@name='interests-missing']")[0].getchildren() == []
    assert [error.get("type") for error in tree[0].iter("error")] == ["old-format", "damaged"]
    assert tree[0].get("errors") == "2"


def test_the_counts_of_a_suite_are_those_of_its_tests() -> None:
    for suite in junit_of(samples()):
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == len(list(suite.iter(tag)))


def test_a_rule_whose_findings_are_all_suppressed_is_skipped() -> None:
    suite = junit_of(suppressing())[1]
    assert "Suppressed" in suite.xpath("string(testcase[@name='vague-verb']/skipped)")


# ---------------------------------------------------------------- Markdown


@pytest.mark.parametrize("name", ["markdown", "terminal"])
def test_a_plan_whose_findings_are_all_suppressed_is_not_said_to_have_none(name) -> None:
    tally = Tally(
        Gate(),
        as_of=ONE.as_of,
        waivers=[
            Waiver(rule, "robin.docx", "Known.", "SEN team", date(2027, 1, 1))
            for rule in {finding.rule for finding in ROBIN.findings}
        ],
    )
    tally.add(Summary.of(ROBIN))
    screened = Screened((ROBIN,), (Summary.of(ROBIN),), tally)
    run = replace(ONE, plans=screened, suppressed=screened.suppressed, notes=tally.notes())
    words = render(run, name).decode()
    assert "Nothing but what is suppressed." in words
    assert "Nothing that these rules look for." not in words
    assert "Nothing but" not in render(run_of(GOOD), name).decode()


def test_markdown_shows_words_of_a_plan_as_words() -> None:
    from markdown_it import MarkdownIt

    words = "<script>|* _a_ [b](c) `d` # e"
    finding = replace(ROBIN.results[2].findings[0], message=words)
    evil = replace(ROBIN, results=(replace(ROBIN.results[2], findings=(finding,)),))
    assert render(run_of(replace(evil, path="1. - x.docx")), "markdown").count(b"\n## 1\\. - x.docx") == 1
    page = MarkdownIt("commonmark").enable("table").render(render(run_of(evil), "markdown").decode())
    assert "<script>" not in page
    assert "&lt;script&gt;|* _a_ [b](c) `d` # e" in page


def test_markdown_lists_plans_worst_first_then_their_findings() -> None:
    text = render(MANY, "markdown").decode()
    assert text.index("| robin.docx | 41.7 | Inadequate |") < text.index("| good.docx | 92.0 | Outstanding |")
    assert "- **major**: Outcome does not say by when (`outcomes/not-time-bound`)" in text
    assert "A person must decide: `dates/advice-dated-after-plan`." in text
    assert "Section C was not found in the document" in text


def test_markdown_of_a_night_when_the_share_was_gone_fits_into_the_summary_of_a_job() -> None:
    lost = tuple(
        Failure(f"plans/{n}.docx", "not-found", f"plans/{n}.docx: there is no such file.") for n in range(20000)
    )
    run = replace(MANY, failures=lost, verdict="incomplete")
    words = render(run, "markdown").decode()
    assert len(words.encode()) < 1 << 20
    assert "## Not audited: 20000 files" in words
    assert "and 19,500 more; -v lists them" in words
    assert "plans/19999.docx" in render(run, "markdown", ReportOptions(verbosity=1)).decode()


def test_markdown_of_many_plans_keeps_to_the_table() -> None:
    many = [replace(GOOD, path=f"plans/{number}.docx") for number in range(40)]
    text = render(run_of(ROBIN, *many), "markdown").decode()
    assert "41 plans" in text
    assert "- **major**" not in text
    verbose = find_report("markdown").render(run_of(ROBIN, *many), ReportOptions(verbosity=1)).decode()
    assert "- **major**" in verbose


# ---------------------------------------------------------------- whatever a plan says

words = st.text(max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(message=words, fix=words, quote=words, path=st.text("abc /\\é#%<&\"'\x1b\u202e", min_size=1), reason=words)
def test_whatever_stands_in_a_plan_every_report_stays_what_it_is(message, fix, quote, path, reason) -> None:
    first = ROBIN.results[2].findings[0]
    finding = replace(first, message=message, fix=fix, evidence=(replace(first.evidence[0], quote=quote),))
    odd: PlanAudit = replace(
        ROBIN,
        path=path,
        results=(replace(ROBIN.results[2], findings=(finding,)), replace(ROBIN.results[1], reason=reason)),
    )
    run = replace(run_of(odd, failures=(Failure(path, "damaged", message),)), gate=reason, notes=(message,))
    sarif_of(run)
    junit_of(run)
    assert len(rows_of(run)) == 4
    for line in render(run, "jsonl").split(b"\n")[:-1]:
        json.loads(line)
    render(run, "markdown")
