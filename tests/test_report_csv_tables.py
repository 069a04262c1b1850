"""CSV as a folder: one file a table, that a business-intelligence tool joins by plan and rule."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich_run import CARDS, GOOD, ROBIN, run_of

from ehcaudit.model import Evidence, Failure, Item
from ehcaudit.readers.convert import office
from ehcaudit.reports import ReportOptions, find_report
from ehcaudit.reports.base import bare
from ehcaudit.reports.columns import PARTS
from ehcaudit.reports.csv import COLUMNS, TABLES
from ehcaudit.reports.files import targets

DOC = Path(__file__).parent.parent / "docs" / "reports.md"


@pytest.fixture
def tables(tmp_path):
    """Table → its rows."""
    run = replace(run_of(ROBIN, GOOD), suppressed=(ROBIN.findings[0],))
    targets([f"csv={tmp_path / 'tables'}"], force=False)[0].write(run, ReportOptions())
    return {path.stem: rows(path) for path in (tmp_path / "tables").glob("*.csv")}


def rows(path: Path) -> list[dict[str, str]]:
    payload = path.read_bytes()
    assert payload.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(payload.decode("utf-8-sig").splitlines()))


def test_every_table_is_there_with_its_columns_and_each_joins_the_others(tables):
    assert set(tables) == set(TABLES)
    for name, found in tables.items():
        assert found, name
        assert tuple(found[0]) == TABLES[name]
    plans = {row["plan"] for row in tables["plans"]}
    assert plans == {ROBIN.path, GOOD.path}
    for name in ("scores", "results", "findings"):
        assert {row["plan"] for row in tables[name]} <= plans
    for name in ("results", "findings", "suppressed"):
        assert {row["rule"] for row in tables[name]} <= {row["rule"] for row in tables["rules"]} == set(CARDS)


def test_figures_that_are_missing_are_empty_and_never_nought(tables):
    scores = {(row["plan"], row["name"]): row["score"] for row in tables["scores"]}
    assert scores[ROBIN.path, "dates"] == ""
    assert scores[ROBIN.path, "structure"] == "0.0"
    (good,) = (row for row in tables["plans"] if row["plan"] == GOOD.path)
    assert (good["score"], good["plan_date"], good["review_date"]) == ("92.0", "2026-01-05", "")


def test_findings_and_questions_are_told_apart_and_quote_the_plan(tables):
    said = {(row["record"], row["rule"]): row["quote"] for row in tables["findings"]}
    assert said["finding", "outcomes/not-time-bound"] == "To be happier at school."
    assert ("question", "dates/advice-dated-after-plan") in said


def test_a_cell_that_a_spreadsheet_would_run_is_text(tmp_path):
    evil = replace(GOOD, path="=cmd|' /C calc'!A0")
    find_report("csv").write(run_of(evil), tmp_path, ReportOptions())
    assert rows(tmp_path / "plans.csv")[0]["plan"].startswith("'=")


def test_statements_join_the_findings_about_them_and_say_which_part_is_missing(tables):
    statements = {(row["plan"], row["item"]): row for row in tables["statements"]}
    about = {(row["plan"], row["item"]) for row in tables["findings"] if row["item"]}
    assert about
    assert about <= set(statements)
    assert statements[ROBIN.path, "E1"]["words"] == "To be happier at school."
    assert statements[ROBIN.path, "E1"]["verdict"] == "weak"
    parts = {(row["item"], row["part"]): row["words"] for row in tables["parts"]}
    assert parts["E1", "time"] == ""
    assert parts["E2", "time"] == "By July 2027"
    assert [part for item, part in parts if item == "F1"] == list(PARTS["provision"])


def test_advice_has_its_days_as_machines_write_them(tables):
    assert tables["advice"] == [
        {"plan": ROBIN.path, "role": "educational-psychologist", "dated": "2026-05-03", "received": "", "appended": ""}
    ]


HOSTILE = (
    "=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "\u00a0=1", "\uff1d1", '"=1', 'a"b,c\nd',
    "a\x00b\x1bc",
    "\ud800x", "\u202eabc",
)  # fmt: skip


def folder_of(words: str, folder: Path) -> None:
    """The tables of a plan that says these words."""
    block = replace(ROBIN.plan.document.blocks[4], text=words)
    blocks = (*ROBIN.plan.document.blocks[:4], block, *ROBIN.plan.document.blocks[5:])
    evidence = Evidence(4, 0, len(words), words)
    item = Item("E1", "outcome", "E", (evidence,))
    finding = replace(ROBIN.results[2].findings[0], message=words, fix=words, evidence=(evidence,))
    evil = replace(
        ROBIN,
        path=f"{words}.docx",
        plan=replace(ROBIN.plan, document=replace(ROBIN.plan.document, blocks=blocks), items=(item,)),
        results=(replace(ROBIN.results[2], findings=(finding,)),),
    )
    find_report("csv").write(run_of(evil, failures=(Failure(words, "damaged", words),)), folder, ReportOptions())


@pytest.mark.parametrize("words", HOSTILE)
def test_no_cell_of_any_table_can_be_run_and_none_breaks_its_row(tmp_path, words):
    folder_of(words, tmp_path)
    for path in tmp_path.glob("*.csv"):
        for row in csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True), strict=True):
            assert len(row) == len(TABLES[path.stem])
            for cell in row:
                number = cell.lstrip("-").replace(".", "", 1).isdigit()
                assert number or not cell.lstrip().startswith(tuple("=+-@\uff1d")), (path.stem, cell)
    (row,) = rows(tmp_path / "findings.csv")
    assert row["quote"].lstrip("'") == bare(words)


def test_the_same_run_gives_the_same_tables(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        find_report("csv").write(run_of(ROBIN, GOOD), tmp_path / name, ReportOptions())
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.skipif(office() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_reads_a_table_as_it_was_written_and_runs_nothing(tmp_path):
    folder_of("=HYPERLINK(A1) “é” \u00a0 – 日本", tmp_path)
    profile = (tmp_path / "profile").as_uri()
    command = [str(office()), f"-env:UserInstallation={profile}", "--headless"]
    # Without a window nobody can be asked: comma, quotation mark, UTF-8, from the first line.
    command += ["--infilter=CSV:44,34,76,1", "--convert-to", "xlsx", "--outdir"]
    done = subprocess.run(
        [*command, str(tmp_path), str(tmp_path / "findings.csv")], capture_output=True, timeout=120, check=False
    )
    if b"could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice is here without Calc")
    head, row = load_workbook(tmp_path / "findings.xlsx").active.iter_rows()
    assert [cell.value for cell in head] == list(TABLES["findings"])
    assert all(cell.data_type != "f" for cell in row)
    said = dict(zip(TABLES["findings"], (cell.value for cell in row), strict=True))
    assert said["quote"] == rows(tmp_path / "findings.csv")[0]["quote"]


def test_redacted_no_table_holds_words_or_names(tmp_path):
    find_report("csv").write(run_of(ROBIN, GOOD), tmp_path, ReportOptions(redact=True))
    words = b"".join(path.read_bytes() for path in tmp_path.glob("*.csv"))
    for told in (b"happier", b"robin", b"regular sp"):
        assert told not in words


@pytest.mark.parametrize("column", sorted({*COLUMNS, *(column for table in TABLES.values() for column in table)}))
def test_every_column_is_documented(column):
    assert f"`{column}`" in DOC.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_documented_with_its_columns(table):
    (line,) = (one for one in DOC.read_text(encoding="utf-8").splitlines() if one.startswith(f"| `{table}.csv`"))
    assert line.split("`")[3::2] == list(TABLES[table])
