"""The same work through any executor: in order, contained, and byte for byte what a local run gives."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from hands import dies_at_three, fails_at_three, misbehave, pause, slow_when_even, whereabouts

import ehcaudit
from ehcaudit import auditing, cluster
from ehcaudit.auditing import Job
from ehcaudit.checks import Policy
from ehcaudit.cluster import Bounds, Crew, Sent, Shipped, Unpacking, connected, through
from ehcaudit.engine import audit
from ehcaudit.errors import UsageError
from ehcaudit.model import Failure, PlanAudit
from ehcaudit.readers import Limits
from ehcaudit.reports import ReportOptions, render
from ehcaudit.rules import load_rules
from ehcaudit.scoring import Scale
from ehcaudit.workers import Lost

PLANS = sorted((Path(__file__).parent.parent / "sample_plans").glob("*.docx"))[:6]


def job() -> Job:
    """One theme's rules over whole plans: enough to compare."""
    rules = load_rules().choose(select=("outcomes",))
    return Job(rules, date(2026, 11, 23), Policy(), Limits(), Scale())


HARD = ["a", "hang", "b", "die", "c"]
COST = ["a", Lost("too-slow"), "b", Lost("crashed"), "c"]
TIGHT = Bounds(2.0, 1 << 30)


# ---------------------------------------------------------------- any executor


def test_answers_come_in_the_order_of_the_tasks():
    with ThreadPoolExecutor(4) as pool:
        assert list(through(pool, slow_when_even, range(20), workers=4, batch=3)) == [(n, n * 10) for n in range(20)]


def test_what_a_task_raises_costs_that_task_alone():
    with ThreadPoolExecutor(2) as pool:
        answers = dict(through(pool, fails_at_three, range(6)))
    assert answers[3] == Lost("crashed")
    assert [answers[n] for n in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


def test_no_more_tasks_are_taken_than_may_be_under_way():
    taken: list[int] = []

    def tasks():
        for n in range(50):
            taken.append(n)
            yield n

    with ThreadPoolExecutor(2) as pool:
        answers = through(pool, slow_when_even, tasks(), workers=2, batch=2)
        next(answers)
        assert len(taken) == 8  # Two batches of two for each worker.
        answers.close()


def test_closing_calls_off_what_has_not_begun():
    with ThreadPoolExecutor(1) as pool:
        answers = through(pool, pause, range(40), workers=20, batch=1)
        next(answers)
        before = time.monotonic()
        answers.close()
        pool.shutdown()
        assert time.monotonic() - before < 3  # Forty pauses are twelve seconds.


def test_an_executor_that_breaks_costs_what_it_had_and_is_told_of_the_rest():
    with ProcessPoolExecutor(1) as pool:
        answers = list(through(pool, dies_at_three, range(6), batch=2))
    assert [number for number, _ in answers] == list(range(6))
    assert answers[3] == (3, Lost("crashed"))


def test_a_function_is_opened_once_for_all_its_batches():
    shipped = Shipped.of(slow_when_even)
    assert shipped([1, 3]) == [10, 30]
    assert Shipped(shipped.digest, b"not looked at")([5]) == [50]


def test_processes_give_what_this_process_gives():
    one = job()
    with ProcessPoolExecutor(2) as pool:
        answers = list(through(pool, one, PLANS, workers=2, batch=2))
    assert answers == [(path, one(path)) for path in PLANS]


def run_bytes(*paths: Path, **how) -> tuple[bytes, ...]:
    rules = load_rules().choose(select=("outcomes", "structure"))
    run = audit(paths, rules=rules, as_of=date(2026, 11, 23), **how)
    return tuple(render(run, name, ReportOptions(width=100)) for name in ("json", "terminal", "caseload"))


def test_a_file_that_hangs_bursts_or_crashes_costs_itself_alone_and_not_its_worker():
    with ProcessPoolExecutor(1) as pool:
        answers = through(pool, misbehave, [*HARD, "burst"], batch=3, bounds=TIGHT)
        assert [answer for _, answer in answers] == [*COST, Lost("too-large")]
        assert pool.submit(misbehave, "still here").result() == "still here"


def test_limits_hold_for_threads_too(monkeypatch):
    monkeypatch.setattr("ehcaudit.workers.GRACE", 0.0)
    with ThreadPoolExecutor(1) as pool:
        assert [answer for _, answer in through(pool, misbehave, HARD[:3], bounds=TIGHT)] == COST[:3]


def test_a_worker_keeps_the_process_that_does_its_work_and_ends_it_when_it_is_idle(monkeypatch):
    pens = cluster._Pens()
    monkeypatch.setattr(cluster, "_pens", pens)
    shipped = Shipped.of(whereabouts, TIGHT)
    ((first, parent),) = shipped([1])
    assert parent == os.getpid()
    assert {process for process, _ in shipped([2, 3])} == {first}
    monkeypatch.setattr(cluster, "IDLE", 0.0)
    pens.sweep()
    assert first not in {process.pid for process in multiprocessing.active_children()}
    ((second, _),) = shipped([4])
    assert second != first
    time.sleep(0.1)  # Its clock runs by itself.
    assert second not in {process.pid for process in multiprocessing.active_children()}


@pytest.mark.skipif(sys.platform != "linux", reason="the processes must take over what is patched here")
def test_a_plan_that_hangs_its_reader_is_a_failure_entry_of_a_run_through_an_executor(monkeypatch):
    real = auditing.read_plan

    def reads(path, **how):
        if path.name == PLANS[1].name:
            misbehave("hang")
        if path.name == PLANS[2].name:
            misbehave("die")
        return real(path, **how)

    monkeypatch.setattr(auditing, "read_plan", reads)
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        run = audit(
            PLANS[:4],
            rules=job().rules,
            as_of=date(2026, 11, 23),
            limits=replace(Limits(), max_seconds=1.0),
            crew=Crew(pool, 1),
        )
    assert [Path(plan.path) for plan in run.plans] == [PLANS[0], PLANS[3]]
    assert [(Path(f.path), f.error) for f in run.failures] == [(PLANS[1], "too-slow"), (PLANS[2], "crashed")]
    assert run.verdict == "incomplete"


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_public_audit_takes_any_executor_as_it_is(kind):
    with kind(1) as pool:
        assert run_bytes(*PLANS[:2], crew=pool) == run_bytes(*PLANS[:2])
    assert ehcaudit.audit is audit


@pytest.mark.parametrize("send", [False, True])
def test_a_run_through_an_executor_gives_the_same_bytes_as_one_without(tmp_path, send):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"no zip")
    with ProcessPoolExecutor(2) as pool:
        assert run_bytes(*PLANS, bad, crew=Crew(pool, 2, send)) == run_bytes(*PLANS, bad)


# ---------------------------------------------------------------- files that are sent


def test_a_sent_file_is_answered_as_in_its_own_place_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one = job()
    sent = Sent.of(PLANS[0])
    assert isinstance(sent, Sent)
    answer = Unpacking(one)(sent)
    assert isinstance(answer, PlanAudit)
    assert answer == one(PLANS[0])
    assert list(tmp_path.iterdir()) == []


def test_a_sent_file_that_cannot_be_read_fails_under_its_own_name(tmp_path):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"no zip")
    one = job()
    answer = Unpacking(one)(Sent.of(bad))
    assert isinstance(answer, Failure)
    assert answer == one(bad)


def test_a_file_that_is_gone_is_told_by_the_worker(tmp_path):
    gone = tmp_path / "gone.docx"
    assert Sent.of(gone) == gone
    assert Unpacking(job())(Sent.of(gone)).error == "not-found"


# ---------------------------------------------------------------- Dask


def test_without_a_scheduler_or_without_dask_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(UsageError, match="--cluster"), connected("tcp://127.0.0.1:9"):
        pass


def with_dask(test):
    """For tests that need the extra; Dask's own warnings are not ours."""
    there = pytest.mark.skipif(not find_spec("distributed"), reason="Dask is an extra: ehcaudit[cluster]")
    return pytest.mark.filterwarnings("ignore")(there(test))


@pytest.fixture(scope="module")
def address():
    """Two workers, each a process of its own on loopback."""
    import distributed
    from dask import config

    with (
        config.set({"distributed.scheduler.allowed-failures": 1, "distributed.admin.low-level-log-length": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


@with_dask
def test_files_that_a_cluster_reads_where_they_lie_give_the_same_bytes_as_a_local_run(address):
    with connected(address) as crew:
        assert run_bytes(*PLANS[:4], crew=crew) == run_bytes(*PLANS[:4])


@with_dask
def test_files_that_are_sent_to_a_cluster_give_the_same_bytes_as_a_local_run(address):
    with connected(address, send=True) as crew:
        assert run_bytes(*PLANS[:4], crew=crew) == run_bytes(*PLANS[:4])


@with_dask
def test_a_worker_killed_in_the_middle_changes_nothing(address):
    with connected(address) as crew:
        answers = through(crew.executor, pause, range(12), workers=crew.workers, batch=2)
        _, first = next(answers)
        os.kill(first, signal.SIGKILL)
        rest = [answer for _, answer in answers]
    assert len(rest) == 11
    assert Lost("crashed") not in rest
    assert first not in rest[-4:]


@with_dask
def test_a_file_that_ends_every_worker_costs_itself_alone(address):
    with connected(address) as crew:
        answers = dict(through(crew.executor, dies_at_three, (1, 3, 4), workers=2, batch=1))
    assert answers == {1: 1, 3: Lost("crashed"), 4: 4}


@with_dask
def test_limits_hold_on_a_cluster_and_its_workers_live_on(address):
    with connected(address) as crew:
        workers = set(crew.executor._client.scheduler_info()["workers"])
        assert [answer for _, answer in crew.work(misbehave, HARD[1:], TIGHT)] == COST[1:]
        assert set(crew.executor._client.scheduler_info()["workers"]) >= workers
