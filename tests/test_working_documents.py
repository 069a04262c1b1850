"""Working documents and amendments from the command line: part of a plan on purpose, keys, tracked changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ehcaudit.cli import main
from tests.builders import deleted, docx_of, ins, p, r, saved

BOLD, STRUCK = "<w:b/>", "<w:strike/>"
KEY = p(r("Key: the parents' additions are in bold; their deletions are struck through."))
NEEDS = p(r("Section B: Special educational needs"), style="Heading1") + p(
    r("Idra reads at the level of a child three years younger and loses her place on a full page.")
)
HELP = p(r("Section F: Special educational provision"), style="Heading1") + p(
    r("A specialist teacher will teach Idra to read ")
    + r("from time to time", BOLD + STRUCK)
    + r(" ")
    + r("for 40 minutes, one to one, three times each week", BOLD)
    + r(".")
)
TRACKED = p(r("Section F: Special educational provision"), style="Heading1") + p(
    r("A specialist teacher will teach Idra to read ")
    + deleted("from time to time")
    + ins(r("for 40 minutes, one to one, three times each week"))
    + r(".")
)


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code = main([*argv, "--format", "json"])
    out, _ = capsys.readouterr()
    return code, json.loads(out)


def statuses(run: dict[str, Any]) -> dict[str, str]:
    (plan,) = run["plans"]
    return {result["rule"]: result["status"] for result in plan["results"]}


def test_a_document_of_two_sections_is_audited_for_those_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(saved(tmp_path, docx_of(NEEDS + HELP), "order.docx"))
    code, run = told(capsys, "check", path)
    assert (code, [failure["error"] for failure in run["failures"]]) == (3, ["not-a-plan"])
    code, run = told(capsys, "check", path, "--sections", "B,F", "--as-of", "2026-11-01")
    assert not run["failures"]
    assert code in (0, 1)
    (plan,) = run["plans"]
    assert {finding["section"] for finding in plan["findings"]} <= {"B", "F"}
    status = statuses(run)
    assert status["structure/section-missing"] in ("met", "not_applicable")
    assert status["provision/no-frequency"] == "met"
    assert set(plan["score"]["sections"]) <= {"B", "F"}


def test_asking_for_sections_makes_no_plan_of_a_report_that_has_one_of_their_letters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(saved(tmp_path, docx_of(p(r("Section B: Attendance"), style="Heading1") + p("96 %.")), "report.docx"))
    code, run = told(capsys, "check", path, "--sections", "B,F")
    assert (code, [failure["error"] for failure in run["failures"]]) == (3, ["not-a-plan"])


def test_a_tribunal_working_document_is_audited_for_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    front = p("Working document for the appeal to the SEND Tribunal") + KEY
    path = str(saved(tmp_path, docx_of(front + NEEDS + HELP), "working.docx"))
    code, run = told(capsys, "check", path, "--as-of", "2026-11-01")
    assert not run["failures"]
    assert code in (0, 1)
    assert statuses(run)["structure/deleted-text-left"] == "not_applicable"
    assert not [finding for finding in run["plans"][0]["findings"] if finding["rule"] == "structure/section-missing"]


@pytest.mark.parametrize("body", [KEY + NEEDS + HELP, NEEDS + TRACKED], ids=["the council's key", "tracked changes"])
def test_outline_shows_live_added_and_deleted_words_apart_and_the_plan_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    path = str(saved(tmp_path, docx_of(p("Working document: Education, Health and Care Plan") + body), "working.docx"))
    code, now = told(capsys, "outline", path)
    assert code == 0
    added, gone = "for 40 minutes, one to one, three times each week", "from time to time"
    assert now["sections"]["F"]["text"] == f"A specialist teacher will teach Idra to read {added}."
    assert [change["text"] for change in now["added"]] == [added]
    assert [change["text"] for change in now["deleted"]] == [gone]
    code, then = told(capsys, "outline", path, "--as-original")
    assert code == 0
    assert then["sections"]["F"]["text"] == f"A specialist teacher will teach Idra to read {gone}."
    assert gone not in [change["text"] for change in then["deleted"]]
    main(["outline", path])
    shown, _ = capsys.readouterr()
    assert "Added by amendment: 1 place" in shown
    assert "Kept apart, not live" in shown


def test_the_plan_as_it_was_before_its_changes_is_audited_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    front = p("Working document: Education, Health and Care Plan")
    path = str(saved(tmp_path, docx_of(front + NEEDS + TRACKED), "working.docx"))
    quotes = []
    for state in ("--as-accepted", "--as-original"):
        _, run = told(capsys, "check", path, state, "--as-of", "2026-11-01", "--sections", "B,F")
        found = [finding for finding in run["plans"][0]["findings"] if finding["section"] == "F"]
        quotes.append(" ".join(part["quote"] for finding in found for part in finding["evidence"]))
    assert "from time to time" not in quotes[0]
    assert "from time to time" in quotes[1]


def test_comments_left_in_a_final_plan_are_reported_and_never_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ehcaudit.judging import stock_plan

    front, parts = stock_plan()
    text = front + "".join(f"{head}{body}" for _, head, body in parts)
    (tmp_path / "plan.md").write_text(text.replace("\n## Section C", " <!-- ask Zebedee -->\n\n## Section C"), "utf-8")
    _, run = told(capsys, "check", "plan.md", "--as-of", "2026-11-01")
    (finding,) = [one for one in run["plans"][0]["findings"] if one["rule"] == "structure/comments-left"]
    assert "(1)" in finding["message"]
    assert "section B" in finding["message"]
    assert "Zebedee" not in json.dumps(run)
