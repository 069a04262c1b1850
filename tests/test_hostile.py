"""Broken and hostile files are contained: each is a failure entry or is audited, in time, and the others go on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehcaudit.engine import audit
from ehcaudit.model import Run
from ehcaudit.readers import Limits
from ehcaudit.reports import ReportOptions, find_report
from tests import hostile, hostile_pdf
from tests.builders import docx_of, saved
from tests.hostile import PLAN

LIMITS = Limits()
ATTACKS = {**hostile.ATTACKS, **hostile_pdf.ATTACKS}
SOUND = {**hostile.SOUND, **hostile_pdf.SOUND}
EITHER = {**hostile.EITHER, **hostile_pdf.EITHER}
GIBIBYTE = 1 << 30
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def audited(*paths: Path, limits: Limits = LIMITS) -> tuple[Run, float]:
    """The run and its seconds; no worker ever had more than a gibibyte."""
    begun = time.monotonic()
    run = audit(list(paths), jobs=1, limits=limits)
    took = time.monotonic() - begun
    if sys.platform == "linux":
        import resource

        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= GIBIBYTE
    return run, took


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_one_failure_entry_within_the_time_limit(tmp_path: Path, name: str) -> None:
    run, took = audited(write(tmp_path, name, ATTACKS[name]()))
    assert [Path(failure.path).name for failure in run.failures] == [name]
    assert run.failures[0].error not in ("internal", "crashed")
    assert run.verdict == "incomplete"
    assert took < LIMITS.max_seconds + 5
    assert "\n" not in run.failures[0].message


@pytest.mark.parametrize("name", SOUND)
def test_what_is_odd_and_yet_a_plan_is_audited(tmp_path: Path, name: str) -> None:
    run, took = audited(write(tmp_path, name, SOUND[name]()))
    assert [failure.message for failure in run.failures] == []
    assert {"A", "B", "E", "F"} <= set(run.plans[0].plan.sections)
    assert took < LIMITS.max_seconds + 5


@pytest.mark.parametrize("name", EITHER)
def test_what_is_too_much_is_audited_or_refused_in_time(tmp_path: Path, name: str) -> None:
    run, took = audited(write(tmp_path, name, EITHER[name]()))
    assert len(run.plans) + len(run.failures) == 1
    assert not {failure.error for failure in run.failures} & {"internal", "crashed"}
    assert took < LIMITS.max_seconds + 5


@pytest.mark.parametrize("name", hostile_pdf.ENDED)
def test_what_hangs_or_swells_inside_pdfium_ends_its_worker_and_the_others_go_on(tmp_path: Path, name: str) -> None:
    good = saved(tmp_path, docx_of(PLAN), "whole.docx")
    limits = replace(LIMITS, max_seconds=5, max_memory=400 << 20)
    run, took = audited(write(tmp_path, name, hostile_pdf.ENDED[name]()), good, limits=limits)
    assert [Path(audit.path).name for audit in run.plans] == ["whole.docx"]
    assert [Path(failure.path).name for failure in run.failures] == [name]
    assert run.failures[0].error in ("too-slow", "too-large", "crashed", "damaged", "empty", "scan")
    assert took < 20


def test_a_pdf_cut_short_anywhere_is_read_as_far_as_it_goes_or_refused(tmp_path: Path) -> None:
    cut = [write(tmp_path, name, content) for name, content in hostile_pdf.truncated()]
    run, _ = audited(*cut)
    assert len(run.plans) + len(run.failures) == len(cut)
    assert {failure.error for failure in run.failures} <= {"damaged", "empty", "scan", "not-a-plan"}
    assert "cut-1.pdf" in {Path(failure.path).name for failure in run.failures}


def test_a_plan_cut_short_anywhere_is_one_failure_and_the_others_go_on(tmp_path: Path) -> None:
    good = saved(tmp_path, docx_of(PLAN), "whole.docx")
    cut = [write(tmp_path, name, content) for name, content in hostile.truncated()]
    run, _ = audited(*cut, good)
    assert [audit.path for audit in run.plans] == [str(good)]
    assert len(run.failures) == len(cut)
    assert {failure.error for failure in run.failures} <= {"damaged", "unsupported", "empty"}


@pytest.mark.skipif(os.name == "nt", reason="links, pipes and permissions of POSIX")
def test_loops_pipes_devices_and_locked_folders_do_not_stop_a_run(tmp_path: Path) -> None:
    saved(tmp_path, docx_of(PLAN), "good.docx")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.docx").symlink_to(tmp_path / "self.docx")
    os.mkfifo(tmp_path / "pipe.docx")
    (tmp_path / "null.docx").symlink_to("/dev/null")
    (tmp_path / "~$good.docx").write_bytes(b"lock")
    (tmp_path / "._good.docx").write_bytes(b"fork")
    run, _ = audited(tmp_path)
    assert [Path(audit.path).name for audit in run.plans] == ["good.docx"]
    assert {Path(failure.path).name for failure in run.failures} == {"self.docx", "pipe.docx", "null.docx"}
    assert len(run.skipped) == 2


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
def test_names_with_newlines_escapes_and_dashes_are_shown_safely(tmp_path: Path) -> None:
    for name in ("a\nb.docx", "a\x1b]0;owned\x07.docx", "-rf.docx", "[red]x[bold].docx", "\u202egnp.docx"):
        saved(tmp_path, docx_of(PLAN), name)
    done = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "check", str(tmp_path)], capture_output=True, timeout=120, check=False
    )
    shown = done.stdout.decode()
    assert done.returncode in (0, 1)
    assert not ESCAPES.search(shown)
    assert "[red]x[bold].docx" in shown
    assert "-rf.docx" in shown


def ends(path: Path) -> str:
    """How the audit of a file ends: ``report`` or the code of its failure."""
    run = audit([path])
    return run.failures[0].error if run.failures else "report"


def changed(data: st.DataObject, content: bytes) -> bytes:
    """A few bytes changed, taken out, doubled, or signs put in that parsers stumble over."""
    out = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(out) - 1))
        size = data.draw(st.sampled_from((1, 4, 60)))
        what = data.draw(
            st.sampled_from((b"", b"\0", b"\xff", b"<w:p>", b"</w:tc>", b"]]>", b"-1", b"&x;", b"1 0 R", b">>"))
        )
        twice = data.draw(st.booleans())
        out[at : at + size] = bytes(out[at : at + size]) * 3 if twice else what
    return bytes(out) or b"x"


BROKEN = {"report", "damaged", "empty", "scan", "unsupported", "encrypted", "too-large", "too-slow", "not-a-plan"}
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(data=st.data())
def test_a_word_file_with_bytes_changed_ends_in_a_report_or_a_failure(tmp_path: Path, data: st.DataObject) -> None:
    assert ends(write(tmp_path, "plan.docx", changed(data, docx_of(PLAN)))) in BROKEN


@FEW
@given(data=st.data())
def test_a_word_file_with_its_xml_changed_ends_in_a_report_or_a_failure(tmp_path: Path, data: st.DataObject) -> None:
    whole = hostile.packaged(changed(data, hostile.wrapped(PLAN).encode()))
    assert ends(write(tmp_path, "plan.docx", whole)) in BROKEN


@FEW
@given(data=st.data())
def test_a_pdf_with_bytes_changed_ends_in_a_report_or_a_failure(tmp_path: Path, data: st.DataObject) -> None:
    path = write(tmp_path, "plan.pdf", changed(data, hostile_pdf.written(hostile_pdf.plan())))
    assert ends(path) in BROKEN


VILE = (
    "=cmd|' /C calc'!A0 \x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 [bold]rich[/bold] "
    "<script>alert(1)</script> \u202eevil\u202c zero\u200bwidth \ud800 " + "x" * 5000
)


def test_text_that_attacks_what_shows_it_is_neutral_there_and_evidence_still_holds(tmp_path: Path) -> None:
    text = (
        "# Education, Health and Care Plan\n\n## Section A: Views\n\nViews.\n\n"
        f"## Section B: Special educational needs\n\nNeeds {VILE}\n\n"
        f"## Section E: Outcomes\n\n1. Ada will {VILE}\n\n## Section F: Provision\n\n1. Support {VILE}\n"
    )
    path = tmp_path / "vile.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    run, _ = audited(path)
    (plan,) = run.plans
    assert plan.findings
    for finding in plan.findings:
        for part in finding.evidence:
            assert plan.plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote
    shown = find_report("terminal").render(run, ReportOptions(width=80)).decode()
    assert not ESCAPES.search(shown)
    whole = find_report("json").render(run, ReportOptions())
    assert json.loads(whole)["plans"][0]["findings"]


def test_a_killed_worker_costs_the_one_file_it_was_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ehcaudit import auditing

    whole = auditing.read_plan

    def deadly(path: Path, **options: object) -> object:
        if path.name == "b.docx":
            os.kill(os.getpid(), 9)
        return whole(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(auditing, "read_plan", deadly)
    paths = [saved(tmp_path, docx_of(PLAN), name) for name in ("a.docx", "b.docx", "c.docx")]
    run, _ = audited(*paths)
    assert [Path(audit.path).name for audit in run.plans] == ["a.docx", "c.docx"]
    assert [(Path(failure.path).name, failure.error) for failure in run.failures] == [("b.docx", "crashed")]
