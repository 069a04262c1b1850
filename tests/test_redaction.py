"""What a redacted run of many plans tells, and what nobody can work out from it."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from rich_run import GOOD, ROBIN, run_of
from test_caseload import THERAPY, caseload, plan_text, versions

from ehcaudit.caseload import trace, view_of
from ehcaudit.cli import main
from ehcaudit.model import Finding, PlanAudit, Run, Summary
from ehcaudit.reports import ReportOptions, find_report, render
from ehcaudit.reports.redact import few, hidden_word, redacted
from ehcaudit.shelf import Shelf, seal

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
REDACTED = ReportOptions(width=120, redact=True)


def graded(**counts: int) -> Run:
    """A run with so many plans of each grade, all with one fault more than the good ones."""
    plans = []
    for grade, number in counts.items():
        for turn in range(number):
            audit = GOOD if grade == "Outstanding" else ROBIN
            card = replace(audit.scorecard, grade=grade.replace("_", " "))
            plans.append(replace(audit, path=f"{grade}-{turn}.docx", sha256=f"{grade}{turn}", scorecard=card))
    return run_of(*plans, failures=())


# ---------------------------------------------------------------- small numbers


@given(st.lists(st.integers(0, 12), max_size=7), st.integers(3, 8))
def test_no_hidden_count_can_be_told_from_the_total_and_what_is_shown(counts, smallest):
    shown = few(counts, smallest)
    hidden = [number for number, said in zip(counts, shown, strict=True) if said is None]
    assert not any(0 < said < smallest for said in shown if said is not None)
    if not hidden or max(counts) < smallest:
        return  # Nothing to hide, or nothing to hide it with.
    rest, least = sum(hidden), 1
    most = smallest - 1 if hidden_word(counts, smallest) != "not shown" else sum(counts)
    # For each, more than one value fits whatever the reader knows: the label, and the sum of the others.
    others = len(hidden) - 1
    fits = [one for one in range(least, most + 1) if others * least <= rest - one <= others * most]
    assert others
    assert len(fits) > 1


@pytest.mark.parametrize(
    ("counts", "shown", "word"),
    [
        ([1, 1, 40, 9], [None, None, 40, None], "not shown"),  # Two in all, so one each.
        ([4, 4, 9], [None, None, None], "not shown"),  # Eight in all, so four each.
        ([2, 4, 9], [None, None, 9], "under 5"),
        ([3, 9, 40], [None, None, 40], "not shown"),
    ],
)
def test_what_is_hidden_beside_small_numbers_is_not_called_small(counts, shown, word):
    assert few(counts) == shown
    assert hidden_word(counts) == word


def test_a_report_that_counts_grades_hides_one_more_where_the_total_would_tell():
    run = graded(Outstanding=7, Good=9, Inadequate=2)
    text = " ".join(render(run, "terminal", REDACTED).decode().split())
    assert "Indicative grades: 9 Good, not shown Inadequate, not shown Outstanding" in text
    page = re.sub(r"<[^>]+>", " ", render(run, "html", REDACTED).decode())
    assert re.search(r"Inadequate\s+not shown", page)
    assert re.search(r"Outstanding\s+not shown", page)


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_a_fault_of_few_plans_is_not_counted_out_and_neither_are_its_places(name):
    run = graded(Outstanding=7, Good=2)
    text = " ".join(re.sub(r"<[^>]+>", " ", render(run, name, REDACTED).decode()).split())
    assert "2 of 9" not in text
    assert "under 5" in text
    plain = " ".join(re.sub(r"<[^>]+>", " ", render(run, name, ReportOptions(width=120)).decode()).split())
    assert "2 of 9" in plain


def test_no_sheet_of_the_workbook_counts_few_plans_out(tmp_path):
    run = graded(Outstanding=7, Good=2)
    path = tmp_path / "a.xlsx"
    find_report("xlsx").write(run, path, REDACTED)
    book = load_workbook(path)
    head, *rules = book["Rules"].iter_rows(values_only=True)
    titles = ("Plans met", "Plans not met", "To decide", "Not assessed", "Does not apply", "Findings")
    places = [head.index(title) for title in titles]
    counts = [row[place] for row in rules for place in places]
    assert not [number for number in counts if isinstance(number, int) and 0 < number < 5]
    assert {number for number in counts if isinstance(number, str)} <= {"under 5", "not shown"}
    severities = [row for row in book["Summary"].iter_rows(values_only=True) if row[0] in ("Critical", "Major")]
    assert severities
    assert all(row[1] is None and row[2] == "under 5" for row in severities if row[2])


def test_the_smallest_number_is_a_setting_of_every_report(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ehcaudit.toml").write_text("[caseload]\nsmallest = 3\n", encoding="utf-8")
    for number, audit in enumerate(caseload(*[THERAPY] * 4)):
        words = plan_text(f"Ada Fenn{number}", born=f"{number + 1} May 2016", F=THERAPY.format(name="Ada", him="her"))
        (tmp_path / f"{number}.md").write_text(words + audit.path, encoding="utf-8")
    paths = [f"{number}.md" for number in range(4)]
    reports = ["html=a.html", "xlsx=a.xlsx", "caseload=a.json", "markdown=a.md"]
    argv = ["check", *paths, "--redact", "--exit-zero", *(part for one in reports for part in ("--report", one))]
    assert main(argv) == 0
    said = capfd.readouterr().out
    assert "under 5" not in said + (tmp_path / "a.html").read_text() + (tmp_path / "a.md").read_text()
    assert "4 of 4" in said
    assert "4 of 4" in (tmp_path / "a.md").read_text()
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["smallest"] == 3
    assert [one["children"] for one in document["repeated"]] == [4]
    sheet = load_workbook(tmp_path / "a.xlsx")["Summary"]
    assert "under 5" not in {cell for row in sheet.iter_rows(values_only=True) for cell in row}


def test_a_threshold_that_would_give_ones_away_is_refused(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ehcaudit.toml").write_text("[caseload]\nsmallest = 2\n", encoding="utf-8")
    assert main(["check", "."]) == 2
    assert "caseload.smallest" in capfd.readouterr().err


# ---------------------------------------------------------------- one child, many versions


def test_versions_of_one_plan_count_as_one_child_redacted_or_not():
    run = run_of(*caseload(*[THERAPY] * 7), *versions(born="14 May 2018"), failures=())
    plain, hidden = view_of(run), view_of(redacted(run))
    assert (hidden.plans, hidden.children) == (plain.plans, plain.children) == (9, 8)
    assert hidden.groups == plain.groups
    assert [(s.kind, s.shared) for s in hidden.shared] == [(s.kind, s.shared) for s in plain.shared]
    assert [c.facts for c in hidden.contradictions] == [("born",)]
    assert all(path.startswith("Plan ") for c in hidden.contradictions for path in c.paths)
    assert {r.text for r in hidden.repeated} == {""}
    assert [r.children for r in hidden.repeated] == [r.children for r in plain.repeated]


# ---------------------------------------------------------------- order, names, words


def test_nothing_has_the_order_of_the_files():
    plans = [replace(ROBIN, path=f"{n:02}.docx", sha256=f"{n}") for n in range(40)]
    order = [int(summary.scorecard.percent or 0) for summary in redacted(_scored(plans)).summaries]
    assert sorted(order) == list(range(40))
    steps = Counter(after - before for before, after in pairwise(order))
    assert steps[1] < 8
    table = list(csv.DictReader(io.StringIO(render(_scored(plans), "csv", REDACTED).decode("utf-8-sig"))))
    listed = list(dict.fromkeys(row["plan"] for row in table if row["record"] == "plan"))
    assert listed == [f"Plan {n:02}" for n in range(1, 41)]


def _scored(plans: Sequence[PlanAudit]) -> Run:
    scored = [replace(p, scorecard=replace(p.scorecard, percent=float(n))) for n, p in enumerate(plans)]
    return run_of(*scored, failures=())


def test_what_is_suppressed_is_listed_in_an_order_of_its_own_and_without_its_place():
    first, second = ROBIN.findings[0], ROBIN.findings[1]
    one, other = replace(run_of(), suppressed=(first, second)), replace(run_of(), suppressed=(second, first))
    assert redacted(one).suppressed == redacted(other).suppressed
    found: Finding
    for found in redacted(one).suppressed:
        assert (found.evidence, found.item, set(found.fingerprint)) == ((), "", {"0"})


@pytest.mark.parametrize("name", ["terminal", "json", "markdown", "html", "caseload"])
def test_notes_and_gates_neither_name_a_plan_nor_count_few_out(name):
    notes = (
        "waiver expired: outcomes/vague-verb of secret-robin*.docx (owner Jo, until 1 May 2026)",
        "baseline: 2 plans of it were not in this run",
    )
    run = replace(run_of(), notes=notes, gate="1 of 30 plans has findings of severity major or graver")
    assert redacted(run).notes == ("waiver expired: 1", "baseline: under 5 plans of it were not in this run")
    assert redacted(run).gate == "under 5 of 30 plans have findings of severity major or graver"
    out = render(run, name, REDACTED).decode()
    assert "secret" not in out
    assert "owner Jo" not in out
    assert "1 of 30" not in out


# ---------------------------------------------------------------- memory


def shelved(number: int) -> Run:
    """So many plans with about a hundred kilobytes of findings and places each, out of memory."""
    shelf = Shelf()
    blocks = tuple(replace(block, path=f"Section E › table {n} › row 3") for n in range(400) for block in
                   ROBIN.plan.document.blocks[:1])  # fmt: skip
    document = replace(ROBIN.plan.document, blocks=(*ROBIN.plan.document.blocks, *blocks))
    plan = replace(ROBIN.plan, document=document)
    for turn in range(number):
        audit = replace(ROBIN, path=f"{turn}.docx", sha256=f"{turn:064x}", plan=plan)
        shelf.add(seal(audit, trace(audit)))
    return replace(run_of(failures=()), plans=shelf)


def _peak(run: Run) -> int:
    tracemalloc.start()
    for audit in redacted(run).plans:
        assert audit.path.startswith("Plan ")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_a_redacted_run_holds_one_plan_at_a_time():
    few_plans, many = shelved(4), shelved(40)
    _peak(few_plans)  # What is loaded once.
    assert _peak(many) < _peak(few_plans) + 36 * 2_000


def test_a_summary_is_that_of_its_redacted_plan():
    run = redacted(run_of())

    def bare(summaries: Iterator[Summary]) -> list[tuple[object, ...]]:
        return [(s.path, s.sha256, s.status, s.scorecard, s.results, sorted(s.findings)) for s in summaries]

    assert bare(iter(run.summaries)) == bare(map(Summary.of, run.plans))
