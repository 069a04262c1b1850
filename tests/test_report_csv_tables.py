"""CSV as a folder: one file a table, that a business-intelligence tool joins by plan and rule."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from rich_run import CARDS, GOOD, ROBIN, run_of

from ehcaudit.reports import ReportOptions, find_report
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
