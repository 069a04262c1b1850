"""What leaves the building: plans that are not de-identified are refused, and redacted reports quote nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehcaudit.cli import main
from ehcaudit.judging import stock_plan

FRONT = (
    "# Education, Health and Care Plan\n\nStatus: Final\n\nDate of final plan: 1 October 2026\n\n"
    "Review date: 24 September 2027\n\n"
)


def written(folder: Path, name: str, *, front: str = FRONT, extra: str = "") -> Path:
    """A plan in which the child is called X and nobody else is named."""
    parts = "".join(f"{heading}{body}" for letter, heading, body in stock_plan()[1] if letter != "K")
    text = (front + parts).replace("Sam's", "X's").replace("Sam", "X").partition("### Sign-off")[0]
    path = folder / name
    path.write_text(text + extra, encoding="utf-8")
    return path


def test_a_plan_that_could_identify_a_child_is_refused_without_showing_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = written(tmp_path, "named.md", extra="\n\nX's NHS number is 943 476 5919. Telephone 020 7946 0123.\n")
    assert main(["check", str(named), "--require-deidentified"]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "is not de-identified" in said
    assert "nhs number: 1" in said
    assert "943" not in said
    assert "7946" not in said


def test_a_plan_that_names_nobody_passes_the_same_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = written(tmp_path, "quiet.md")
    code = main(["check", str(quiet), "--require-deidentified", "--exit-zero"])
    assert "not de-identified" not in capsys.readouterr().out
    assert code == 0


def test_a_redacted_report_shows_neither_words_nor_the_file_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = written(tmp_path, "jane-doe.md", extra="\n\nA teaching assistant will help X as required.\n")
    main(["check", str(plan), "--redact", "--exit-zero"])
    said = capsys.readouterr().out
    assert "Plan 1" in said
    assert "jane-doe" not in said
    assert "as required" not in said.lower()


@pytest.mark.parametrize("edition", ["dco", "parents", "caseworker", "board"])
def test_every_edition_can_be_asked_for(tmp_path: Path, edition: str) -> None:
    plan = written(tmp_path, "plan.md")
    page = tmp_path / f"{edition}.html"
    assert main(["check", str(plan), "--for", edition, "--report", f"html={page}", "--exit-zero", "-q"]) == 0
    assert "<html" in page.read_text(encoding="utf-8")


def test_an_unknown_edition_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(written(tmp_path, "plan.md")), "--for", "parent"]) == 2
    assert "did you mean “parents”?" in capsys.readouterr().err
