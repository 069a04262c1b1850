"""The workbook: every table holds what the run holds, no cell is more than its words, whatever a plan says."""

from __future__ import annotations

import re
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, overload
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from rich_run import GOOD, ROBIN, quote, run_of

from ehcaudit.caseload import trace
from ehcaudit.checks import Context
from ehcaudit.cli import main
from ehcaudit.engine import audit
from ehcaudit.errors import UsageError
from ehcaudit.model import Document, Evidence, Facts, Item, Plan, PlanAudit, Run, Summary
from ehcaudit.readers.convert import office
from ehcaudit.reports import ReportOptions, find_report, workbook
from ehcaudit.reports.columns import PARTS
from ehcaudit.reports.files import beside, targets
from ehcaudit.reports.workbook import safe
from ehcaudit.reports.xlsx import MISSING, SYMBOLS
from ehcaudit.rules import load_rules
from ehcaudit.shelf import open_whole, seal

# openpyxl passes over the newer forms of conditional format; Excel and LibreOffice show them.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
SHEETS = [
    *("Summary", "Plans", "Plan by rule", "Findings", "Outcomes", "Provisions", "Advice dates"),
    *("Failures", "Rules", "About"),
]
MANY = run_of(ROBIN, GOOD)


def made(folder: Path, run: Run, options: ReportOptions | None = None) -> Path:
    path = folder / "audit.xlsx"
    path.touch()
    find_report("xlsx").write(run, path, options or ReportOptions())
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory: Any) -> Path:
    return made(tmp_path_factory.mktemp("many"), MANY)


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a table, by column title."""
    head, *rest = load_workbook(path)[sheet].iter_rows(4 if sheet == "Plan by rule" else 1, values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rest]


def xml(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        yield from ((name, archive.read(name)) for name in archive.namelist())


# ---------------------------------------------------------------- what stands where


def test_the_sheets_stand_in_the_order_in_which_they_are_read(many: Path) -> None:
    assert load_workbook(many).sheetnames == SHEETS


def test_every_finding_stands_in_its_row_with_its_words(many: Path) -> None:
    found = rows(many, "Findings")
    assert [row["Rule"] for row in found] == [finding.rule for finding in ROBIN.findings]
    row = next(row for row in found if row["Words"] == "improve")
    assert row["Plan"] == "robin.docx"
    assert row["Section"] == "E"
    assert row["Severity"] == "minor"
    assert row["Kind"] == "fault"
    assert row["Title"] == "Outcome uses a verb that nobody can observe"
    assert row["What"] == "“improve” is nothing that can be seen."
    assert row["Place"] == "Section E › table 1 › row 3 › Outcome"
    assert row["Source"] == "SEND Code of Practice (2015), 9.66"
    assert row["Statement"] == "E2"
    assert row["Who"]
    assert row["Review"] is None


def test_what_a_person_must_decide_is_told_from_a_fault(many: Path) -> None:
    kinds = {row["Rule"]: row["Kind"] for row in rows(many, "Findings")}
    assert kinds["dates/advice-dated-after-plan"] == "a person must decide"
    plan = rows(many, "Plans")[0]
    assert (plan["Findings"], plan["To decide"], plan["Major"]) == (6, 1, 3)


def test_plans_have_their_score_and_dates_as_numbers_and_dates(many: Path) -> None:
    robin, good = rows(many, "Plans")
    assert (robin["Score"], robin["Grade"], robin["Coverage"]) == (41.7, "Inadequate", 0.85)
    assert robin["Plan date"].date() == ROBIN.plan.facts.plan_date
    assert robin["Capped by law"] == "A section is missing"
    assert (robin["Child's and parents' voice"], robin["Health and social care"]) == (100, None)
    assert (robin["Outcomes found"], robin["Provisions found"]) == (2, 2)
    assert good["Findings"] == 0


def test_the_matrix_says_the_status_by_a_sign_and_of_how_many(many: Path) -> None:
    robin, good = rows(many, "Plan by rule")
    assert robin["A section is missing"] == SYMBOLS["not_met"]
    assert robin["Outcome does not say by when"] == f"{SYMBOLS['not_met']} 1/2"
    assert robin["Health needs are blank"] == SYMBOLS["not_assessed"]
    assert robin["Advice is dated after the plan"] == SYMBOLS["query"]
    assert good["Interests are not recorded"] == SYMBOLS["met"]
    assert good["A section is missing"] is None
    rules = load_workbook(many)["Plan by rule"].conditional_formatting
    assert {rule.text for area in rules for rule in area.rules} == set(SYMBOLS.values()) - {"·"}


def test_statements_have_their_parts_as_columns_and_say_what_is_missing(many: Path) -> None:
    outcome = rows(many, "Outcomes")[0]
    assert outcome["Words"] == "To be happier at school."
    assert outcome["By when"] == MISSING
    assert outcome["Verdict"] == "weak"
    assert outcome["Rules"] == "Outcome does not say by when; Outcome uses a verb that nobody can observe"
    assert outcome["Parts missing"] == sum(value == MISSING for value in outcome.values())
    assert rows(many, "Provisions")[1]["By whom"] == MISSING
    assert rows(many, "Outcomes")[1]["By when"] == "By July 2027"


def test_advice_has_its_age_at_the_date_of_the_plan(many: Path) -> None:
    (entry,) = rows(many, "Advice dates")
    assert (entry["From"], entry["Dated"].date()) == ("Educational psychologist", ROBIN.plan.advice[0].date)
    assert entry["Months before the plan"] == -2.1


def test_failures_and_what_was_passed_over_are_listed_with_the_reason(tmp_path: Path) -> None:
    path = made(tmp_path, replace(MANY, skipped=("plans/~$robin.docx: a lock file of Word",)))
    found = rows(path, "Failures")
    assert [row["Kind"] for row in found] == ["old-format", "damaged", "skipped"]
    assert found[0]["Message"] == "plans/old.doc: an old Word file; save it as .docx."
    assert (found[2]["File"], found[2]["Message"]) == ("plans/~$robin.docx", "a lock file of Word")


def test_rules_say_how_many_plans_meet_them(many: Path) -> None:
    row = next(row for row in rows(many, "Rules") if row["Rule"] == "voice/interests-missing")
    assert (row["Plans met"], row["Plans not met"]) == (2, 0)


def test_about_explains_the_signs_the_rule_set_and_every_column(many: Path) -> None:
    said = [row[0:3] for row in load_workbook(many)["About"].iter_rows(values_only=True)]
    words = {row[0]: row[2] for row in said}
    assert MANY.rules_hash in words["Made by"]
    assert "earns nothing" in words[f"{SYMBOLS['not_assessed']} not assessed"]
    told = {(row[0], row[1]) for row in said}
    for sheet in ("Plans", "Findings", "Outcomes", "Provisions", "Advice dates", "Failures", "Rules"):
        head = next(load_workbook(many)[sheet].iter_rows(max_row=1, values_only=True))
        assert {(sheet, title) for title in head} <= told


def test_the_summary_has_native_charts_of_the_figures_beside_them(many: Path) -> None:
    sheet = load_workbook(many)["Summary"]
    assert len(sheet._charts) == 5
    cells = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert cells["Mean score (of 100)"] == 66.9
    assert cells["Inadequate"] == 1
    assert cells["Provision does not say how often"] == 1
    charts = [data for name, data in xml(many) if name.startswith("xl/charts/chart")]
    assert all(b"<c:f>Summary!" in data for data in charts)


# ---------------------------------------------------------------- how it works in Excel


def test_tables_are_frozen_and_filtered_and_findings_have_drop_downs(many: Path) -> None:
    book = load_workbook(many)
    for name in SHEETS[1:9]:
        assert book[name].freeze_panes is not None
        assert book[name].auto_filter.ref is not None
    (choice,) = book["Findings"].data_validations.dataValidation
    assert choice.formula1 == '"agree,disagree,unsure"'
    column = re.sub(r"\d", "", str(choice.sqref).split(":")[0])
    assert book["Findings"][f"{column}1"].value == "Review"
    assert str(choice.sqref).endswith(str(len(ROBIN.findings) + 1))


def test_a_finding_leads_to_its_plan_and_a_plan_to_its_first_finding(many: Path) -> None:
    book = load_workbook(many)
    assert book["Findings"]["A2"].hyperlink.location == "'Plans'!A2"
    assert (book["Plans"]["E1"].value, book["Plans"]["E2"].hyperlink.location) == ("Findings", "'Findings'!A2")
    assert book["Plans"]["E3"].hyperlink is None


def test_a_reviewers_empty_cells_wrap_what_is_typed_there(many: Path) -> None:
    sheet = load_workbook(many)["Findings"]
    titles = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, titles.index("Review comment") + 1)
    assert (cell.value, cell.alignment.wrap_text) == (None, True)


def test_scores_shares_and_dates_look_like_what_they_are(many: Path) -> None:
    sheet = load_workbook(many)["Plans"]
    forms = {head.value: cell.number_format for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (forms["Score"], forms["Coverage"], forms["Plan date"]) == ("0.0", "0%", "d mmm yyyy")


def test_every_table_prints_across_one_page_with_its_head_on_each_sheet_of_paper(many: Path) -> None:
    book = load_workbook(many)
    for name in ("Plans", "Findings", "Outcomes", "Provisions", "Advice dates", "Failures", "Rules"):
        sheet = book[name]
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
        assert sheet.print_title_rows == "$1:$1"
    # What a meeting needs of a finding; the rest would make it too small to read.
    columns = re.sub(r"[^A-Z:]", "", book["Findings"].print_area.rpartition("!")[2])
    assert columns == "A:J"
    assert [cell.value for cell in book["Findings"][1]][9] == "Reviewer"


def test_the_matrix_says_above_it_what_its_signs_mean_and_prints_so_that_it_can_be_read(many: Path) -> None:
    sheet = load_workbook(many)["Plan by rule"]
    above = [cell.value for row in sheet.iter_rows(max_row=2) for cell in row if cell.value]
    for sign in SYMBOLS.values():
        assert above.count(sign) == 1
    assert "a person must decide" in above
    assert [cell.value for cell in sheet[3]][:2] == ["Theme", "Structure"]
    assert {cell.alignment.textRotation for cell in sheet[4][1:] if cell.value} == {90}
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.print_title_cols) == ("B5", "$1:$4", "$A:$A")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.scale) == (None, 70)


def test_an_empty_run_makes_a_whole_workbook(tmp_path: Path) -> None:
    book = load_workbook(made(tmp_path, run_of(failures=())))
    assert book.sheetnames == SHEETS
    assert book["Findings"]["A2"].value == "Nothing to show."


def test_a_run_of_failures_alone_lists_them_and_has_no_charts(tmp_path: Path) -> None:
    path = made(tmp_path, run_of())
    assert [row["Kind"] for row in rows(path, "Failures")] == ["old-format", "damaged"]
    book = load_workbook(path)
    cells = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert (cells["Plans audited"], cells["Files that could not be audited"]) == (0, 2)
    assert (cells["Mean score (of 100)"], cells["Lowest score"]) == (None, None)


def test_what_a_waiver_or_a_baseline_keeps_back_is_counted_in_summary_and_about(tmp_path: Path) -> None:
    path = made(tmp_path, replace(MANY, suppressed=ROBIN.findings[:2]))
    book = load_workbook(path)
    cells = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert cells["Findings suppressed (waived, or in a baseline)"] == 2
    about = {row[0]: row[2] for row in book["About"].iter_rows(values_only=True)}
    assert about["Suppressed findings"].startswith("2 ")


@pytest.mark.parametrize("edition", ["dco", "parents", "caseworker", "board"])
def test_the_workbook_is_the_same_in_every_edition(tmp_path: Path, many: Path, edition: Any) -> None:
    assert made(tmp_path, MANY, ReportOptions(edition=edition)).read_bytes() == many.read_bytes()


# ---------------------------------------------------------------- what reviewers wrote


def reviewed(path: Path, said: dict[str, tuple[str, str, str]], sheet: str = "Findings") -> None:
    """Fill in the columns for reviewers beside the findings about these words, and save as another program would."""
    book = load_workbook(path)
    titles = [cell.value for cell in book[sheet][1]]
    for row in book[sheet].iter_rows(min_row=2):
        for column, words in zip(("Review", "Review comment", "Reviewer"), said.get(row[5].value, ()), strict=False):
            row[titles.index(column)].value = words
    book.save(path)


def again(folder: Path, run: Run, **options: Any) -> Path:
    targets([f"xlsx={folder / 'audit.xlsx'}"], force=True)[0].write(run, ReportOptions(**options))
    return folder / "audit.xlsx"


HERS = ("disagree", "+Said in section B,\nsee there <b>&", "A. Chair")


def test_what_reviewers_wrote_stays_beside_its_finding_when_a_run_replaces_the_workbook(tmp_path: Path) -> None:
    path = again(tmp_path, MANY)
    reviewed(path, {"improve": HERS, "Regular": ("agree", "", "")})
    for _ in range(2):  # From strings as other programs write them, then as our own.
        again(tmp_path, MANY)
        said = {row["Words"]: (row["Review"], row["Review comment"], row["Reviewer"]) for row in rows(path, "Findings")}
        assert said["improve"] == ("disagree", "+Said in section B, see there <b>&", "A. Chair")
        assert said["Regular"] == ("agree", None, None)
        assert said["be happier"] == (None, None, None)
        book = load_workbook(path)
        assert book.sheetnames == SHEETS
        assert next(c for c in book["Findings"]["I"] if c.value and c.value.startswith("+")).quotePrefix
        about = {row[0]: row[2] for row in book["About"].iter_rows(values_only=True)}
        assert about["Reviews"] == "2 taken over from the workbook that this one replaces."


def test_a_review_whose_finding_is_gone_is_kept_apart_and_comes_back_with_the_finding(tmp_path: Path) -> None:
    path = again(tmp_path, MANY)
    reviewed(path, {"improve": HERS})
    mended = replace(ROBIN, results=tuple(r for r in ROBIN.results if r.rule != "outcomes/vague-verb"))
    again(tmp_path, run_of(mended, GOOD))
    (row,) = rows(path, "Earlier reviews")
    assert (row["Plan"], row["Review"], row["Reviewer"]) == ("robin.docx", "disagree", "A. Chair")
    assert row["What"] == "“improve” is nothing that can be seen."
    again(tmp_path, MANY)
    assert "Earlier reviews" not in load_workbook(path).sheetnames
    assert next(row for row in rows(path, "Findings") if row["Words"] == "improve")["Review"] == "disagree"


def test_a_redacted_run_does_not_replace_a_workbook_with_reviews(tmp_path: Path) -> None:
    path = again(tmp_path, MANY)
    again(tmp_path, MANY, redact=True)
    again(tmp_path, MANY)
    reviewed(path, {"improve": HERS})
    before = path.read_bytes()
    with pytest.raises(UsageError, match="holds reviews, which a redacted workbook cannot take over"):
        again(tmp_path, MANY, redact=True)
    assert path.read_bytes() == before


def test_a_workbook_whose_reviews_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    path = again(tmp_path, MANY)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name, data in parts.items() if b"<t>Reviewer</t>" in data)
    evil = b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet><row><c t="inlineStr"><is><t>&e;'
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, evil if name == sheet else data)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="reviews in it could not be kept"):
        again(tmp_path, MANY)
    assert path.read_bytes() == before


@pytest.mark.parametrize("payload", [b"", b"no workbook", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_workbook_of_ours_is_replaced_when_that_is_asked(tmp_path: Path, payload: bytes) -> None:
    (tmp_path / "audit.xlsx").write_bytes(payload)
    if payload.startswith(b"PK"):
        with pytest.raises(UsageError, match="cannot be read"):
            again(tmp_path, MANY)
    else:
        assert load_workbook(again(tmp_path, MANY)).sheetnames == SHEETS


# ---------------------------------------------------------------- what a shelf keeps

SAMPLE = Path(__file__).parent.parent / "sample_plans" / "04-emeka-year-4.docx"


@pytest.fixture(scope="module")
def real() -> Run:
    """A plan whose provisions stand in a table, who and how often in columns of their own."""
    return audit([str(SAMPLE)], rules=load_rules().choose(), as_of=date(2026, 11, 23), jobs=1)


def test_a_run_from_a_shelf_makes_the_same_workbook(real: Run, tmp_path: Path) -> None:
    (plan,) = real.plans
    assert any(item.attached for item in plan.plan.items)
    kept = open_whole(seal(plan, trace(plan)).whole, plan.path)
    folders = [tmp_path / "memory", tmp_path / "shelf"]
    for folder in folders:
        folder.mkdir()
    before, after = made(folders[0], real), made(folders[1], replace(real, plans=(kept,)))
    assert dict(xml(before)) == dict(xml(after))


def test_parts_that_stand_in_columns_of_their_own_are_not_missing(real: Run, tmp_path: Path) -> None:
    row = rows(made(tmp_path, real), "Provisions")[0]
    assert (row["By whom"], row["How often"], row["How long"]) == (
        "Higher level teaching assistant, trained in precision teaching by the educational psychology service",
        "Four times a week",
        "15 minutes",
    )
    assert row["Parts missing"] == 0


def test_every_part_that_a_judgement_can_have_has_its_column(real: Run) -> None:
    for item in real.plans[0].plan.items:
        if item.kind in PARTS:
            judged = Context(real.as_of).judge(real.plans[0].plan, item)
            assert set(judged.slots) <= set(PARTS[item.kind])


# ---------------------------------------------------------------- links to the pages of the HTML report


def targets_of(path: Path) -> list[str]:
    """Where the workbook's links to other files lead, as they stand in it."""
    return [
        relation.get("Target")
        for name, data in xml(path)
        if name.startswith("xl/worksheets/_rels/")
        for relation in etree.fromstring(data)
        if relation.get("TargetMode") == "External"
    ]


@pytest.mark.parametrize("redact", [False, True])
@pytest.mark.parametrize("folder", ["site", "Übersicht 50% #1 [a] & b's", "ab:c"])
def test_findings_and_plans_lead_to_the_plans_pages_by_a_relative_path(
    tmp_path: Path, folder: str, redact: bool
) -> None:
    (tmp_path / "books").mkdir()
    both = targets([f"html={tmp_path / folder}", f"xlsx={tmp_path / 'books' / 'audit.xlsx'}"], force=False)
    for target in both:
        target.write(MANY, ReportOptions(redact=redact, beside=beside(both)))
    path = tmp_path / "books" / "audit.xlsx"
    found = {(path.parent / unquote(target)).resolve() for target in targets_of(path)}
    assert found == set((tmp_path / folder / "plans").iterdir())
    book = load_workbook(path)
    for sheet in ("Plans", "Plan by rule", "Findings"):
        for row in range(5 if sheet == "Plan by rule" else 2, book[sheet].max_row + 1):
            cell = book[sheet].cell(row, 1)
            page = (path.parent / unquote(cell.hyperlink.target)).read_text(encoding="utf-8")
            assert re.search(f"<h1[^>]*>[^<]*{re.escape(cell.value)}", page)


@pytest.mark.parametrize("edition", ["full", "dco"])
def test_plans_with_files_of_one_name_lead_each_to_its_own_page(tmp_path: Path, edition: Any) -> None:
    worse = replace(ROBIN, path="plans/b/plan.docx", scorecard=replace(ROBIN.scorecard, percent=10.0))
    plans = (replace(ROBIN, path="plans/a/plan.docx"), worse, replace(GOOD, path="plans/c/plan.docx"))
    run = run_of(*plans, failures=())
    both = targets([f"html={tmp_path / 'site'}", f"xlsx={tmp_path / 'audit.xlsx'}"], force=False)
    for target in both:
        target.write(run, ReportOptions(edition=edition, beside=beside(both)))
    sheet = load_workbook(tmp_path / "audit.xlsx")["Plans"]
    for row, score in ((2, "41.7"), (3, "10.0"), (4, "92.0")):
        page = (tmp_path / sheet.cell(row, 1).hyperlink.target).read_text(encoding="utf-8")
        assert re.findall(r"<dd>([\d.]+)<small>of 100", page) == [score]


def test_a_finding_leads_to_the_one_page_of_a_single_plan(tmp_path: Path) -> None:
    both = targets([f"html={tmp_path / 'plan.html'}", f"xlsx={tmp_path / 'audit.xlsx'}"], force=False)
    both[1].write(run_of(ROBIN, failures=()), ReportOptions(beside=beside(both)))
    assert set(targets_of(tmp_path / "audit.xlsx")) == {"plan.html"}


@pytest.mark.parametrize(("place", "edition"), [("site", "board"), ("site.html", "full")])
def test_where_plans_have_no_pages_of_their_own_findings_lead_to_the_sheet_of_plans(
    tmp_path: Path, place: str, edition: Any
) -> None:
    both = targets([f"html={tmp_path / place}", f"xlsx={tmp_path / 'audit.xlsx'}"], force=False)
    both[1].write(MANY, ReportOptions(edition=edition, beside=beside(both)))
    assert targets_of(tmp_path / "audit.xlsx") == []
    assert load_workbook(tmp_path / "audit.xlsx")["Findings"]["A2"].hyperlink.location == "'Plans'!A2"


def test_the_command_lets_its_workbook_know_of_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(SAMPLE), "--report", "xlsx=audit.xlsx", "--report", "html=site", "--exit-zero"]) == 0
    assert set(targets_of(tmp_path / "audit.xlsx")) == {"site/plans/04-emeka-year-4.html"}
    assert (tmp_path / "site" / "plans" / "04-emeka-year-4.html").is_file()


def test_where_a_sheet_can_take_no_more_links_each_plans_first_row_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_LINKS", 5)
    plans = [replace(ROBIN, path=f"plans/{number}.docx") for number in range(4)]
    path = made(tmp_path, run_of(*plans, failures=()))
    book = load_workbook(path)
    each = len(ROBIN.findings)
    linked = [row for row in range(2, 2 + 4 * each) if book["Findings"].cell(row, 1).hyperlink]
    assert linked == [2, 3, *(2 + each * number for number in (1, 2, 3))]
    for sheet in book:
        assert sum(cell.hyperlink is not None for row in sheet.iter_rows() for cell in row) <= 5
    assert len(rows(path, "Findings")) == 4 * each


def test_the_limits_are_those_of_excel() -> None:
    assert workbook.MOST_ROWS < 1_048_576
    assert workbook.MOST_LINKS < 65_530


def test_the_same_run_gives_the_same_bytes_wherever_it_is_written(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    one, other = (made(folder, MANY) for folder in folders)
    assert one.read_bytes() == other.read_bytes()


def test_nothing_is_left_beside_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, MANY)
    assert [path.name for path in tmp_path.iterdir()] == ["audit.xlsx"]
    monkeypatch.setattr("ehcaudit.reports.xlsx.write_summary", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made(tmp_path, MANY)
    assert [path.name for path in tmp_path.iterdir()] == ["audit.xlsx"]


def test_a_full_sheet_goes_on_in_a_second_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    other = replace(ROBIN, path="plans/other.docx")
    path = made(tmp_path, run_of(ROBIN, other, failures=()))
    found = rows(path, "Findings") + rows(path, "Findings (2)") + rows(path, "Findings (3)")
    assert [row["Rule"] for row in found] == 2 * [finding.rule for finding in ROBIN.findings]
    book = load_workbook(path)
    assert book["Plans"]["E3"].hyperlink.location == "'Findings (2)'!A4"
    assert book["Findings (3)"].auto_filter.ref is not None
    assert len(book["Findings (2)"].data_validations.dataValidation) == 1
    words = {row[0]: row[2] for row in book["About"].iter_rows(values_only=True) if row[1] is None}
    assert words["Findings"] == "Goes on in Findings (2), Findings (3)."


# ---------------------------------------------------------------- words are never more than words

HOSTILE = (
    "=cmd|'/c calc'!A1", "=1+1", "+44 20 7946 0000", "-2", "@SUM(A1)", "\t=1+1", "\r\n=1", "{=1}", "http://example.org/",
    "internal:Plans!A1", "mailto:a@example.org", "007", "1e5", "TRUE", "_x003D_1", "<f>1</f>", "a\x00b\x1bc", "\ud800",
    "\ufffe\uffff", "'=1", " =1", "",
)  # fmt: skip


def hostile(words: str) -> PlanAudit:
    """A plan that says these words wherever a plan can say any."""
    block = replace(ROBIN.plan.document.blocks[4], text=words, path=words)
    blocks = (*ROBIN.plan.document.blocks[:4], block, *ROBIN.plan.document.blocks[5:])
    evidence = Evidence(4, 0, len(words), words)
    item = Item("E1", "outcome", "E", (evidence,))
    advice = replace(ROBIN.plan.advice[0], author=words, title=words, evidence=(evidence,))
    plan = replace(
        ROBIN.plan,
        document=replace(ROBIN.plan.document, blocks=blocks),
        items=(item, replace(item, id="F1", kind="provision", section="F")),
        advice=(advice,),
        column_of={},
    )
    finding = replace(ROBIN.results[2].findings[0], message=words, fix=words, evidence=(evidence,), item=words)
    result = replace(ROBIN.results[2], findings=(finding,))
    return replace(ROBIN, path=f"plans/{words}.docx", plan=plan, results=(result,))


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_of_a_plan_become_a_formula_a_link_or_a_number(tmp_path: Path, words: str) -> None:
    path = made(tmp_path, run_of(hostile(words)))
    for name, data in xml(path):
        assert b"<f>" not in data if name.startswith("xl/worksheets/sheet") else True
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in data
    (row,) = rows(path, "Findings")
    for title in ("Words", "What"):
        # openpyxl does not undo the escape by which Excel tells "_x003D_" from "=" (ECMA-376 part 1, §22.9.2.19).
        assert (row[title] or "").replace("_x005F_", "_") == safe(words)
    assert isinstance(row["Words"] or "", str)
    cells = dict(zip(row, load_workbook(path)["Findings"][2], strict=True))
    assert cells["Words"].data_type in "sn"
    if safe(words)[:1] in ("=", "+", "-", "@"):
        assert cells["Words"].quotePrefix


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_made_text_that_xml_can_hold(words: str) -> None:
    made_safe = safe(words)
    element = etree.Element("t")
    element.text = made_safe
    assert etree.fromstring(etree.tostring(element)).text == (made_safe or None)
    assert safe(made_safe) == made_safe


@pytest.mark.parametrize("sign", ["a", "\U0001f600", "a\U0001f600"])
def test_no_cell_is_longer_than_excel_counts(sign: str) -> None:
    cut = safe(sign * 33_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.endswith(" …")
    assert sign * 33_000 == cut[:-2] + (sign * 33_000)[len(cut) - 2 :]
    assert safe(sign * 10_000) == sign * 10_000


def test_a_very_long_statement_is_cut_to_what_a_cell_holds(tmp_path: Path) -> None:
    (row,) = rows(made(tmp_path, run_of(hostile("word " * 20_000))), "Findings")
    assert len(row["Words"]) < 32_767
    assert row["Words"].endswith("…")


# ---------------------------------------------------------------- redacted


def test_a_redacted_workbook_holds_no_words_and_no_names(tmp_path: Path) -> None:
    path = made(tmp_path, MANY, ReportOptions(redact=True))
    everything = b"".join(data for _, data in xml(path)).decode("utf-8")
    for words in ("robin", "Robin", "happier", "regular speech", "listening", "plans/"):
        assert words not in everything
    assert {row["Plan"] for row in rows(path, "Plans")} == {"Plan 1", "Plan 2"}
    assert "By when" not in rows(path, "Outcomes")[0]
    cells = {row[0]: row[1] for row in load_workbook(path)["Summary"].iter_rows(values_only=True)}
    assert cells["Inadequate"] == "under 5"


# ---------------------------------------------------------------- many plans


class Lazy(Sequence[PlanAudit]):
    """Plans that are made anew each time, as those of a store are."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.summaries = [replace(Summary.of(ROBIN), path=f"plans/{n}.docx") for n in range(number)]

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, index: int) -> PlanAudit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PlanAudit]: ...
    def __getitem__(self, index: int | slice) -> PlanAudit | Sequence[PlanAudit]:
        if isinstance(index, slice):
            return [self[i] for i in range(self.number)[index]]
        if index >= self.number:
            raise IndexError(index)
        blocks = tuple(replace(block, text=block.text + f"{index:9}" * 1000) for block in ROBIN.plan.document.blocks)
        document = Document(f"plans/{index}.docx", "", "docx", blocks)
        plan = Plan(document, {}, ROBIN.plan.items, facts=Facts())
        return replace(ROBIN, path=document.path, plan=plan)


def peak(folder: Path, number: int) -> int:
    run = replace(run_of(failures=()), plans=Lazy(number))
    folder.mkdir()
    tracemalloc.start()
    try:
        made(folder, run)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_words_of_the_plans(tmp_path: Path) -> None:
    peak(tmp_path / "warm", 2)
    few, more = peak(tmp_path / "few", 40), peak(tmp_path / "more", 240)
    # A plan's name and its link are kept (1.3 kB); its words would be over 100 kB.
    assert (more - few) / 200 < 5_000


# ---------------------------------------------------------------- other programs


@pytest.mark.skipif(office() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_the_workbook_and_finds_the_same_words(many: Path, tmp_path: Path) -> None:
    profile = (tmp_path / "profile").as_uri()
    command = [str(office()), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir"]
    done = subprocess.run([*command, str(tmp_path), str(many)], capture_output=True, timeout=120, check=False)
    if b"could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice is here without Calc")
    again = tmp_path / many.name
    assert load_workbook(again).sheetnames == SHEETS
    for sheet in ("Plans", "Findings", "Outcomes"):
        before, after = rows(many, sheet), rows(again, sheet)
        assert [{k: v for k, v in row.items() if v not in (None, "")} for row in after] == [
            {k: v for k, v in row.items() if v not in (None, "")} for row in before
        ]
    assert quote(4, "be happier").quote in {row["Words"] for row in rows(again, "Findings")}


@pytest.mark.skipif(office() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_runs_nothing_that_a_plan_says(tmp_path: Path) -> None:
    evil = [replace(hostile(words), path=f"plans/{at} {words}.docx") for at, words in enumerate(HOSTILE)]
    path = made(tmp_path, run_of(*evil, failures=()))
    profile = (tmp_path / "profile").as_uri()
    command = [str(office()), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir"]
    done = subprocess.run([*command, str(tmp_path / "out"), str(path)], capture_output=True, timeout=120, check=False)
    if b"could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice is here without Calc")
    book = load_workbook(tmp_path / "out" / path.name)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    found = [(row["Words"] or "").replace("_x005F_", "_") for row in rows(tmp_path / "out" / path.name, "Findings")]
    assert found == [safe(words) for words in HOSTILE]
