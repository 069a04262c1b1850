"""The command on a whole folder: which files, how it tells where it is, and how it ends when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich_run import GOOD, ROBIN, run_of
from test_caseload import HONEST, NAMES, THERAPY, near_copies, own_words, plan_text

from ehcaudit.cli import console, main
from ehcaudit.cli.console import ProgressBar
from ehcaudit.errors import UsageError
from ehcaudit.inputs import find_inputs, listed
from ehcaudit.judging import stock_plan
from ehcaudit.reports import render

STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.md", "b.txt", "2026/c.md", "2026/old/d.md"):
        (tmp_path / "plans" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plans" / name).write_text(f"{STOCK}\nPage of {name}.\n", encoding="utf-8")
    return tmp_path / "plans"


def found(*paths: str, globs: tuple[str, ...] = ()) -> list[str]:
    files, _, failures = find_inputs(paths, globs)
    assert failures == []
    return [path.as_posix() for path in files]


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        ((), ["plans/a.md", "plans/b.txt", "plans/2026/c.md", "plans/2026/old/d.md"]),
        (("*.md",), ["plans/a.md", "plans/2026/c.md", "plans/2026/old/d.md"]),
        (("2026/*",), ["plans/2026/c.md", "plans/2026/old/d.md"]),
        (("c.*", "b.*"), ["plans/b.txt", "plans/2026/c.md"]),
        (("*.docx",), []),
    ],
)
def test_of_the_files_in_folders_only_those_that_fit_a_glob_are_read(folder, globs, names) -> None:
    assert found("plans", globs=globs) == names


def test_a_file_that_is_named_is_read_whatever_the_glob(folder) -> None:
    assert found("plans/b.txt", globs=("*.md",)) == ["plans/b.txt"]


@pytest.mark.parametrize(
    ("payload", "paths"),
    [
        (b"a.md\nb c.md\n", ["a.md", "b c.md"]),
        (b"\xef\xbb\xbfa.md\r\n\r\nb.md", ["a.md", "b.md"]),
        (b"a.md\0b\n.md\0", ["a.md", "b\n.md"]),
        (b"", []),
        (b"caf\xe9.md\n", [os.fsdecode(b"caf\xe9.md")]),
    ],
)
def test_a_list_of_files_is_lines_or_ends_in_nul_bytes(payload, paths) -> None:
    assert listed(payload) == paths


def test_files_are_taken_from_a_list_and_from_stdin(folder, capfd, monkeypatch) -> None:
    Path("list.txt").write_text("plans/a.md\nplans/none.md\n", encoding="utf-8")
    assert main(["check", "--files-from", "list.txt", "-q"]) == 3
    out = capfd.readouterr().out
    assert "a.md" in out
    assert "none.md: there is no such file" in out
    stdin = open("list.txt", "rb")  # noqa: PTH123, SIM115
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": stdin})())
    assert main(["check", "--files-from", "-", "plans/b.txt", "-q"]) == 3
    assert "b.txt" in capfd.readouterr().out
    stdin.close()


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["check"], "name a plan, a folder or a pattern"),
        (["check", "--files-from", "gone.txt"], "--files-from: gone.txt cannot be read"),
        (["check", "plans", "--no-quotes"], "--no-quotes says what a store keeps"),
        (["check", "plans", "--store", "plans"], "is not a file"),
    ],
)
def test_what_makes_no_run_is_code_2_and_one_line(folder, argv, complaint, capfd) -> None:
    assert main(argv) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert complaint in said.err


def test_an_empty_list_is_no_input_and_not_clean(folder, capfd) -> None:
    Path("list.txt").touch()
    assert main(["check", "--files-from", "list.txt", "-q"]) == 3
    assert "there is no" in capfd.readouterr().out


# ---------------------------------------------------------------- where it is


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_when_nobody_watches_there_is_a_line_a_minute(capsys) -> None:
    clock = Clock()
    with ProgressBar(wanted=True, clock=clock) as step:
        for done in range(1, 1201):
            clock.now += 0.125
            step(done, 19194, "plans/secret.docx")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "ehcaudit: 480 of 19,194 files, 8.0 a second, 39 min left",
        "ehcaudit: 960 of 19,194 files, 8.0 a second, 38 min left",
    ]


def test_a_long_run_says_hours_and_a_quiet_one_says_nothing(capsys) -> None:
    clock = Clock()
    bar = ProgressBar(wanted=True, clock=clock)
    clock.now += 61
    bar(61, 19194, "x")
    assert "1.0 a second, 5 h 19 min left" in capsys.readouterr().err
    silent = ProgressBar(wanted=False, clock=clock)
    clock.now += 600
    silent(61, 19194, "x")
    assert capsys.readouterr().err == ""


def test_when_somebody_watches_the_bar_has_the_rate_and_the_time_left(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    clock = Clock()
    with ProgressBar(wanted=True, clock=clock) as step:
        for done in range(1, 31):
            clock.now += 0.5
            step(done, 100, "x")
    said = capsys.readouterr().err
    assert "30/100" in said
    assert "2.0 a second, 35 s left" in said


def test_the_terminal_shows_the_worst_plans_of_a_caseload_and_says_how_many_more_there_are() -> None:
    good = [replace(GOOD, path=f"plans/{number:03}.docx") for number in range(300)]
    lines = render(run_of(ROBIN, *good), "terminal").decode().splitlines()
    assert sum(".docx  " in line for line in lines) == 200
    assert any(line.startswith("robin.docx") for line in lines)
    assert "and 101 more, which score more; -v shows all" in lines


# ---------------------------------------------------------------- how it ends


def many(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"{number:03}.md").write_text(f"{STOCK}\nPage of copy {number}.\n", encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_reports_what_is_done_and_ends_as_incomplete(number, folder) -> None:
    many(folder, 300)  # So that it is still at work when the signal comes, however quick a plan is.
    process = subprocess.Popen(
        [sys.executable, "-m", "ehcaudit", "check", "plans", "--store", "s.db", "-q", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has SIGINT ignored, and a child would ignore it too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        time.sleep(0.05)
        if Path("s.db-wal").exists() and Path("s.db-wal").stat().st_size > 150_000:
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert "Traceback" not in err
    said = " ".join(out.split())
    assert "incomplete: 1 could not be audited" in said
    assert "stopped after" in said
    assert "a rerun goes on from there" in said
    assert "no findings" in said
    again = subprocess.run(
        [sys.executable, "-m", "ehcaudit", "check", "plans", "--store", "s.db", "-q"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("no findings") == 304


def test_termination_is_left_as_it_was_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with console.stop_on_termination():
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_list_that_cannot_be_read_is_a_usage_error(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        console.read_list(str(tmp_path))


# ---------------------------------------------------------------- what only the whole folder shows


FORM = "This provision is secured by the local authority and looked at once a year at the annual review meeting."


@pytest.mark.parametrize("kept", [[], ["--store", "runs.db"], ["--store", "runs.db", "--redact"]])
def test_check_tells_the_words_of_the_form_from_copied_provision_and_from_near_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "plans"
    folder.mkdir()
    for number, near in enumerate(near_copies(6)):
        name = NAMES[number]
        provisions = "\n\n".join((FORM, THERAPY, near, HONEST[number])).format(name=name.split()[0], him="them")
        text = plan_text(name, born=f"{number + 1} March 2018", B=own_words(number), F=provisions)
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    assert main(["check", "plans", "-q", "--exit-zero", "--report", "caseload=view.json", *kept]) == 0
    if kept:  # And once more, from what the store has.
        again = ["check", "plans", "-q", "--exit-zero", "--force", "--report", "caseload=view.json", *kept]
        assert main(again) == 0
    view = json.loads(Path("view.json").read_text(encoding="utf-8"))
    found = sorted((r["origin"], r["children"], r["forms"]) for r in view["repeated"] if r["section"] == "F")
    assert found == [("copied", 6, 1), ("copied", 6, 6), ("template", 6, 1)]
    (template,) = (r for r in view["repeated"] if r["origin"] == "template")
    assert template["text"] == ("" if "--redact" in kept else FORM.rstrip("."))
