"""Worker processes: order, limits that hold in C code, and a worker that dies."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count, islice
from pathlib import Path

import pytest

from ehcaudit.workers import Lost, _serve, elsewhere, scratch, work


def double(number: int) -> int:
    return 2 * number


def slow_first(number: int) -> int:
    if number == 0:
        time.sleep(0.3)
    return number


def misbehave(what: str) -> object:
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        # A regular expression that runs for ever inside C code, where no Python signal handler gets a turn.
        re.match(r"(a+)+$", "a" * 64 + "b")
    if what == "burst":
        return len(bytearray(3 << 30))
    if what == "raise":
        raise RuntimeError("what a function does not handle is a crash")
    if what == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    return what


def test_answers_come_in_the_order_of_the_tasks_whatever_the_number_of_workers() -> None:
    for jobs in (1, 2, 3):
        assert list(work(slow_first, range(9), jobs=jobs)) == [(n, n) for n in range(9)]


def test_no_tasks_give_no_answers() -> None:
    assert list(work(double, [])) == []


def test_a_worker_that_is_killed_costs_the_one_task_it_was_at() -> None:
    assert list(work(misbehave, ["a", "die", "b"])) == [("a", "a"), ("die", Lost("crashed")), ("b", "b")]


def test_an_error_that_the_function_does_not_handle_costs_its_task_alone(capfd: object) -> None:
    assert list(work(misbehave, ["raise", "b"], jobs=2)) == [("raise", Lost("crashed")), ("b", "b")]


def test_a_task_that_hangs_inside_c_code_is_ended_after_its_time() -> None:
    begun = time.monotonic()
    assert list(work(misbehave, ["hang", "b"], seconds=0.3)) == [("hang", Lost("too-slow")), ("b", "b")]
    assert time.monotonic() - begun < 15


def test_a_task_over_its_memory_is_refused_and_the_worker_goes_on() -> None:
    assert list(work(misbehave, ["burst", "b"], memory=1 << 29)) == [("burst", Lost("too-large")), ("b", "b")]


def test_ctrl_c_is_left_to_the_parent() -> None:
    assert list(work(misbehave, ["interrupt", "b"])) == [("interrupt", "interrupt"), ("b", "b")]


def test_tasks_without_end_are_taken_only_a_few_ahead() -> None:
    taken: list[int] = []

    def endless() -> object:
        for number in count():
            taken.append(number)
            yield number

    answers = work(double, endless(), jobs=2)  # type: ignore[arg-type, var-annotated]
    assert [answer for _, answer in islice(answers, 5)] == [0, 2, 4, 6, 8]
    answers.close()  # type: ignore[attr-defined]
    assert len(taken) < 20


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_worker_whose_answer_nobody_waits_for_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe()
    worker = context.Process(target=_serve, args=(theirs, slow_first, 1 << 30, [mine], ""))
    worker.start()
    theirs.close()
    mine.send(0)
    time.sleep(0.1)
    mine.close()
    worker.join(10)
    assert (worker.exitcode, capfd.readouterr().err) == (0, "")


def test_closing_the_answers_ends_the_workers() -> None:
    answers = work(_pid, [1, 2, 3])
    _, pid = next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert isinstance(pid, int)
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the worker is still there")


def wait_for_another_program(seconds: float) -> str:
    other = subprocess.Popen(["sleep", "0.9"], start_new_session=True)
    with elsewhere(seconds, other.pid):
        other.wait()
    return "done"


def hang_with_another_program(note: str) -> None:
    tempfile.mkdtemp(dir=scratch())
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    Path(note).write_text(str(other.pid))
    with elsewhere(0.1, other.pid):
        time.sleep(60)


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_the_time_that_another_program_takes_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ehcaudit.workers.GRACE", 0.1)
    assert list(work(wait_for_another_program, [5.0], seconds=0.3)) == [(5.0, "done")]
    assert list(work(wait_for_another_program, [0.1], seconds=30)) == [(0.1, Lost("too-slow"))]


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_worker_that_is_ended_takes_the_other_program_and_its_temporary_files_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ehcaudit.workers.GRACE", 0.1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    note = str(tmp_path / "pid")
    assert list(work(hang_with_another_program, [note])) == [(note, Lost("too-slow"))]
    pid = int(Path(note).read_text())
    for _ in range(50):
        if not _runs(pid):
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the other program is still there")
    assert list((tmp_path / "scratch").iterdir()) == []


def _runs(pid: int) -> bool:
    """A process that is there and not merely waiting to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "Z (zombie)" in status.read_text())


def _pid(_: int) -> int:
    return os.getpid()
