"""The store: what has not changed is not read again, what ends a run loses nothing, and it damages no file."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ehcaudit import auditing, store
from ehcaudit.checks import Policy
from ehcaudit.cli import main
from ehcaudit.engine import audit
from ehcaudit.errors import Changed, StoreError
from ehcaudit.gates import Gate
from ehcaudit.judging import stock_plan
from ehcaudit.model import Run
from ehcaudit.reports import ReportOptions, find_report, report_names
from ehcaudit.rules import load_rules
from ehcaudit.store import Store

SAMPLES = Path(__file__).parent.parent / "sample_plans"
RULES = load_rules().choose()
AS_OF = date(2026, 11, 1)
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])
FAULTY = "To be happier with the purple {} on most days."


def plan_text(number: int, fault: str = "") -> str:
    """The stock plan with words of its own, and a fault where one is wanted."""
    words = STOCK.replace("\n### Arrangements", f"\n7. {fault}\n\n### Arrangements") if fault else STOCK
    return words + f"\nPage of copy {number}.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plans"
    made.mkdir()
    for number in range(4):
        (made / f"{number}.md").write_text(plan_text(number, FAULTY.format(number)), encoding="utf-8")
    return made


def run_on(folder: Path, file: Path, *, words: bool = True, **more) -> tuple[Run, bytes]:
    """A run with a store, and its JSON: the store is closed again."""
    with Store(file, words=words) as opened:
        run = audit([folder], rules=more.pop("rules", RULES), as_of=more.pop("as_of", AS_OF), store=opened, **more)
        return run, find_report("json").render(run, ReportOptions())


# ---------------------------------------------------------------- what is not worked out again


def test_what_has_not_changed_is_not_read_again_and_the_report_is_the_same(folder, tmp_path, reads) -> None:
    _, first = run_on(folder, tmp_path / "s.db")
    assert reads == ["0.md", "1.md", "2.md", "3.md"]
    reads.clear()
    _, second = run_on(folder, tmp_path / "s.db")
    assert reads == []
    assert second == first == find_report("json").render(audit([folder], rules=RULES, as_of=AS_OF), ReportOptions())


@pytest.mark.parametrize("name", [name for name in report_names() if find_report(name).make])
def test_every_report_of_kept_results_is_that_of_a_run_without_a_store(name, kept_samples) -> None:
    plain, kept, opened = kept_samples
    options = ReportOptions(width=100, verbosity=1)
    assert opened.path.exists()
    assert find_report(name).render(kept, options) == find_report(name).render(plain, options)


@pytest.fixture(scope="module")
def kept_samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Run, Store]]:
    paths = [SAMPLES / f"{name}.docx" for name in ("07-jayden-year-9", "08-amara-year-10", "11-dean-post-19")]
    file = tmp_path_factory.mktemp("store") / "s.db"
    with Store(file) as opened:
        audit(paths, rules=RULES, as_of=AS_OF, store=opened)
    with Store(file) as opened:
        yield audit(paths, rules=RULES, as_of=AS_OF), audit(paths, rules=RULES, as_of=AS_OF, store=opened), opened


def test_only_a_file_whose_content_changed_is_read(folder, tmp_path, reads) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    (folder / "2.md").write_text(plan_text(2, "To be jolly in the orange room."), encoding="utf-8")
    os.utime(folder / "1.md", (1, 1))
    run, _ = run_on(folder, tmp_path / "s.db")
    assert reads == ["2.md"]
    assert any("jolly" in e.quote for f in run_plan(folder, tmp_path, 2).findings for e in f.evidence)
    assert [Path(p).name for p in run.plans.paths] == ["0.md", "1.md", "2.md", "3.md"]  # type: ignore[attr-defined]


def run_plan(folder: Path, tmp_path: Path, number: int):
    with Store(tmp_path / "s.db") as opened:
        return audit([folder], rules=RULES, as_of=AS_OF, store=opened).plans[number]


def test_a_plan_that_was_moved_or_copied_is_known_by_its_content(folder, tmp_path, reads) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    (folder / "0.md").rename(folder / "9.md")
    (folder / "again.md").write_bytes((folder / "1.md").read_bytes())
    _, payload = run_on(folder, tmp_path / "s.db")
    assert reads == []
    assert b"9.md" in payload
    assert b"again.md" in payload


def test_two_files_of_one_content_are_two_plans(folder, tmp_path) -> None:
    (folder / "copy.md").write_bytes((folder / "1.md").read_bytes())
    for _ in range(2):
        _, payload = run_on(folder, tmp_path / "s.db", jobs=2)
        paths = [Path(plan["path"]).name for plan in json.loads(payload)["plans"]]
        assert paths == ["0.md", "1.md", "2.md", "3.md", "copy.md"]


@pytest.mark.parametrize(
    "change",
    [
        {"rules": RULES.choose(ignore=["voice"])},
        {"policy": Policy({"default": 6})},
        {"original": True},
        {"sections": ("E",)},
    ],
)
def test_another_rule_set_or_a_setting_that_matters_is_worked_out_anew(folder, tmp_path, reads, change) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    run_on(folder, tmp_path / "s.db", **change)
    assert len(reads) == 4
    reads.clear()
    run_on(folder, tmp_path / "s.db")
    assert reads == []


def test_a_gate_is_no_setting_that_matters(folder, tmp_path, reads) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    run, _ = run_on(folder, tmp_path / "s.db", gate=Gate(None, 99.9))
    assert reads == []
    assert run.verdict == "findings"


def test_another_version_of_the_program_is_served_nothing(folder, tmp_path, reads, monkeypatch) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    monkeypatch.setattr(store, "_program", lambda: "mended")
    run_on(folder, tmp_path / "s.db")
    assert len(reads) == 4


def test_a_new_day_reads_no_file_and_gives_the_answers_of_that_day(tmp_path, reads) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    for name in ("07-jayden-year-9", "08-amara-year-10", "03-tilly-year-2"):
        (folder / f"{name}.docx").write_bytes((SAMPLES / f"{name}.docx").read_bytes())
    run_on(folder, tmp_path / "s.db")
    for day in (date(2026, 11, 2), date(2027, 9, 1), date(2025, 1, 1), AS_OF):
        fresh = find_report("json").render(audit([folder], rules=RULES, as_of=day), ReportOptions())
        reads.clear()
        _, kept = run_on(folder, tmp_path / "s.db", as_of=day)
        assert reads == []
        assert kept == fresh


def test_a_plan_without_a_date_of_its_own_is_read_again_once_the_child_is_older(tmp_path, reads) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "dean.docx").write_bytes((SAMPLES / "11-dean-post-19.docx").read_bytes())
    facts = auditing.read_plan(folder / "dean.docx").facts
    assert facts.plan_date is None
    assert facts.born is not None
    run_on(folder, tmp_path / "s.db", as_of=AS_OF)
    for day in (date(2026, 11, 2), facts.born.replace(year=2028), date(2029, 10, 1)):
        fresh = find_report("json").render(audit([folder], rules=RULES, as_of=day), ReportOptions())
        reads.clear()
        assert run_on(folder, tmp_path / "s.db", as_of=day)[1] == fresh
        assert len(reads) == (day.year > 2026)


def test_the_same_bytes_come_of_any_number_of_workers_with_a_store_half_filled(folder, tmp_path) -> None:
    payloads = set()
    for jobs in (0, 1, 2, 3):
        file = tmp_path / f"{jobs}.db"
        with Store(file) as opened:
            audit([folder / "1.md", folder / "3.md"], rules=RULES, as_of=AS_OF, store=opened)
        (folder / "broken.docx").write_bytes(b"PK\x03\x04")
        payloads.add(run_on(folder, file, jobs=jobs)[1])
    assert len(payloads) == 1


# ---------------------------------------------------------------- words


def everything_in(file: Path) -> bytes:
    """All bytes of a store, and all that its compressed entries say."""
    raw = b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    with contextlib.closing(sqlite3.connect(file)) as db:
        blobs = [blob for row in db.execute("SELECT summary, whole, trace FROM results") for blob in row if blob]
        blobs += [blob for row in db.execute("SELECT members, failures FROM runs") for blob in row]
    for blob in blobs:
        for start in (0, 4 + int.from_bytes(blob[:4], "big")):
            with contextlib.suppress(zlib.error):
                raw += zlib.decompress(blob[start:])
    return raw


def test_no_quotes_keeps_no_words_and_says_the_same(folder, tmp_path, reads) -> None:
    _, first = run_on(folder, tmp_path / "s.db", words=False)
    kept = everything_in(tmp_path / "s.db")
    for words in (b"purple", b"happier", b"Robin", b"Arrangements", b"Page of copy"):
        assert words not in kept
    assert b"purple 2" in first
    reads.clear()
    run, second = run_on(folder, tmp_path / "s.db", words=False)
    assert second == first
    with Store(tmp_path / "s.db", words=False) as opened:
        reads.clear()
        run = audit([folder], rules=RULES, as_of=AS_OF, store=opened)
        assert len([finding for one in run.summaries for finding in one.findings]) > 3
        assert reads == []


def test_with_no_quotes_a_file_that_changed_since_is_not_shown_as_what_it_was(folder, tmp_path) -> None:
    run_on(folder, tmp_path / "s.db", words=False)
    with Store(tmp_path / "s.db", words=False) as opened:
        run = audit([folder], rules=RULES, as_of=AS_OF, store=opened)
        (folder / "1.md").write_text(plan_text(1), encoding="utf-8")
        assert run.plans[0].findings
        with pytest.raises(Changed, match=r"1\.md: has changed since it was audited"):
            run.plans[1]


def test_a_store_keeps_the_words_of_the_latest_version_of_a_plan_alone(folder, tmp_path) -> None:
    run_on(folder, tmp_path / "s.db")
    assert b"purple 2" in everything_in(tmp_path / "s.db")
    (folder / "2.md").write_text(plan_text(2, "To be jolly in the orange room."), encoding="utf-8")
    run_on(folder, tmp_path / "s.db")
    kept = everything_in(tmp_path / "s.db")
    assert b"purple 2" not in kept
    assert b"purple 1" in kept
    assert b"orange room" in kept


def test_the_words_of_plans_that_no_run_has_had_lately_can_be_let_go_of(folder, tmp_path, monkeypatch) -> None:
    run_on(folder, tmp_path / "s.db")
    (folder / "0.md").unlink()
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None)) as db:
        db.execute("UPDATE runs SET at = '2020-01-01T00:00:00+00:00'")
    run_on(folder, tmp_path / "s.db")
    with Store(tmp_path / "s.db") as opened:
        assert opened.forget(90) == 1
    kept = everything_in(tmp_path / "s.db")
    assert b"purple 0" not in kept
    assert b"purple 1" in kept


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_its_owner_can_read_a_store(folder, tmp_path) -> None:
    with Store(tmp_path / "s.db") as opened:
        audit([folder], rules=RULES, as_of=AS_OF, store=opened)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("s.db*")}
    assert modes == {0o600}


# ---------------------------------------------------------------- files that are not this store


def refused(file: Path) -> str:
    """What opening says, in one line; the file is untouched."""
    before = file.read_bytes()
    for write in (True, False):
        with pytest.raises(StoreError) as caught:
            Store(file, write=write)
    assert file.read_bytes() == before
    assert list(file.parent.glob(f"{file.name}-*")) == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_not_a_store_is_refused_and_left_alone(tmp_path) -> None:
    (tmp_path / "plan.docx").write_bytes(b"PK\x03\x04" * 400)
    assert "is not a store" in refused(tmp_path / "plan.docx")
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db", isolation_level=None)) as db:
        db.execute("CREATE TABLE letters (words)")
    assert "not a store of ehcaudit" in refused(tmp_path / "other.db")
    with pytest.raises(StoreError, match="is not a file"):
        Store(tmp_path)
    with pytest.raises(StoreError, match="there is no folder"):
        Store(tmp_path / "none" / "s.db")
    with pytest.raises(StoreError, match="there is no such store"):
        Store(tmp_path / "none.db", write=False)


def test_a_store_of_a_newer_version_is_refused_and_left_alone(folder, tmp_path) -> None:
    run_on(folder, tmp_path / "s.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None)) as db:
        db.execute("PRAGMA user_version=99")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "newer ehcaudit (store version 99)" in refused(tmp_path / "s.db")


def test_a_store_of_an_older_version_is_brought_up_whole_or_not_at_all(folder, tmp_path, reads, monkeypatch) -> None:
    run_on(folder, tmp_path / "s.db")
    reads.clear()
    bad = ("ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT ''", "CREATE TABLE nonsense (")
    monkeypatch.setattr(store, "MIGRATIONS", (*store.MIGRATIONS, bad))
    with pytest.raises(StoreError):
        Store(tmp_path / "s.db")
    monkeypatch.setattr(store, "MIGRATIONS", (*store.MIGRATIONS[:-1], bad[:1]))
    with pytest.raises(StoreError, match="of an older version"):
        Store(tmp_path / "s.db", write=False)
    run_on(folder, tmp_path / "s.db")
    assert reads == []
    with Store(tmp_path / "s.db", write=False) as opened:
        assert len(opened.runs()) == 2
        assert opened.verify() == []


def test_a_store_whose_making_was_cut_short_is_made(folder, tmp_path) -> None:
    (tmp_path / "s.db").touch()
    run, _ = run_on(folder, tmp_path / "s.db")
    assert len(run.plans) == 4


def test_a_damaged_store_is_an_error_in_one_line_and_nothing_else(folder, tmp_path) -> None:
    run_on(folder, tmp_path / "s.db")
    sound = (tmp_path / "s.db").read_bytes()
    chance = random.Random(7)
    told = 0
    for _ in range(40):
        broken = bytearray(sound)
        start = chance.randrange(100, len(broken) - 400)
        broken[start : start + 300] = chance.randbytes(300)
        (tmp_path / "s.db").write_bytes(broken)
        try:
            run_on(folder, tmp_path / "s.db")
            with Store(tmp_path / "s.db", write=False) as opened:
                told += bool(opened.verify())
        except StoreError as error:
            told += "\n" not in str(error)
        for path in tmp_path.glob("s.db*"):
            path.unlink()
    assert told > 10


def test_verify_names_a_result_that_is_damaged(folder, tmp_path) -> None:
    run_on(folder, tmp_path / "s.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None)) as db:
        db.execute("UPDATE results SET whole = x'00ff' WHERE id = 3")
    with Store(tmp_path / "s.db", write=False) as opened:
        assert opened.verify() == ["result 3 is damaged"]
    with pytest.raises(StoreError, match="holds a result that is damaged"):
        run_on(folder, tmp_path / "s.db")


# ---------------------------------------------------------------- one at a time, and what ends a run


def test_a_second_run_on_a_store_in_use_is_refused_in_one_line(folder, tmp_path, capfd, monkeypatch) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    with Store(tmp_path / "s.db"):
        assert main(["check", str(folder), "--store", str(tmp_path / "s.db")]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "is in use by another run" in said.err
    run, _ = run_on(folder, tmp_path / "s.db")
    assert len(run.plans) == 4


RUNNER = """
import sys
from datetime import date
from pathlib import Path
from ehcaudit.engine import audit
from ehcaudit.errors import StoreError
from ehcaudit.store import Store

if len(sys.argv) > 3:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)

def done(number, total, path):
    print(path, flush=True)

try:
    with Store(sys.argv[2]) as store:
        audit([sys.argv[1]], as_of=date(2026, 11, 1), jobs=2, progress=done, store=store)
except StoreError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


def runner(folder: Path, file: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(folder), str(file), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def many_plans(tmp_path: Path, count: int) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.md").write_text(plan_text(number), encoding="utf-8")
    return folder


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_that_is_killed_at_any_moment_loses_nothing_that_it_said_was_done(tmp_path, reads) -> None:
    folder, file = many_plans(tmp_path, 50), tmp_path / "s.db"
    chance = random.Random(20261101)
    said: set[str] = set()
    for _ in range(3):
        process = runner(folder, file)
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        time.sleep(chance.random() * 0.4)
        process.kill()
        rest, _ = process.communicate()
        lines = {first, *rest.split("\n")[:-1]} - {""}
        said |= {Path(line).name for line in lines if line.endswith(".md")}
    assert said
    run, _ = run_on(folder, file)
    assert len(run.plans) == 50
    assert not said & set(reads)
    with Store(file, write=False) as opened:
        assert opened.verify() == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_FSIZE")
def test_a_disk_that_is_full_stops_the_run_in_one_line_and_a_rerun_goes_on(tmp_path, reads) -> None:
    folder, file = many_plans(tmp_path, 50), tmp_path / "s.db"
    process = runner(folder, file, str(300_000))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert err.count("\n") == 1
    assert "what was done so far is kept" in err
    said = {Path(line).name for line in out.split("\n") if line}
    assert 0 < len(said) < 50
    run, _ = run_on(folder, file)
    assert len(run.plans) == 50
    assert not said & set(reads)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount a small file system")
def test_a_small_file_system_that_is_full_damages_nothing(tmp_path, reads) -> None:
    folder, small = many_plans(tmp_path, 40), tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let tests mount")
    try:
        process = runner(folder, small / "s.db")
        out, err = process.communicate(timeout=120)
        said = {Path(line).name for line in out.split("\n") if line}
        assert process.returncode == 2
        assert "the disk is full" in err
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True, capture_output=True)
        run, _ = run_on(folder, small / "s.db")
        assert len(run.plans) == 40
        assert not said & set(reads)
        with Store(small / "s.db", write=False) as opened:
            assert opened.verify() == []
    finally:
        subprocess.run(["umount", str(small)], check=True, capture_output=True)


def test_ctrl_c_ends_a_run_as_incomplete_with_what_is_done_kept(folder, tmp_path, reads) -> None:
    def stop_after_two(done: int, total: int, path: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    run, payload = run_on(folder, tmp_path / "s.db", progress=stop_after_two)
    assert run.verdict == "incomplete"
    (failure,) = run.failures
    assert failure.error == "stopped"
    assert "stopped after 2 of 4 files; 2 were not audited" in failure.message
    assert [Path(plan["path"]).name for plan in json.loads(payload)["plans"]] == ["0.md", "1.md"]
    reads.clear()
    run_on(folder, tmp_path / "s.db")
    assert reads == ["2.md", "3.md"]
    with Store(tmp_path / "s.db", write=False) as opened:
        assert len(opened.runs()) == 1


@pytest.mark.parametrize("act", ["written to", "taken away"])
def test_a_file_that_is_written_to_or_taken_away_while_it_is_read_is_a_failure(act, folder, monkeypatch) -> None:
    whole = auditing.read_plan

    def disturbed(path: Path, **more: object):
        plan = whole(path, **more)  # type: ignore[arg-type]
        if path.name == "1.md":
            path.unlink()
            if act == "written to":
                path.write_text(plan_text(1, "To be merry."), encoding="utf-8")
        return plan

    monkeypatch.setattr(auditing, "read_plan", disturbed)
    run = audit([folder], rules=RULES, as_of=AS_OF)
    assert [(Path(f.path).name, f.error) for f in run.failures] == [("1.md", "changed")]
    assert [Path(p.path).name for p in run.plans] == ["0.md", "2.md", "3.md"]
    assert run.verdict == "incomplete"


def test_a_file_that_is_gone_when_its_turn_comes_is_a_failure(folder, tmp_path) -> None:
    def remove(done: int, total: int, path: str) -> None:
        if done == 1:
            (folder / "3.md").unlink()

    with Store(tmp_path / "s.db") as opened:
        run = audit([folder], rules=RULES, as_of=AS_OF, store=opened, progress=remove)
    assert [(Path(f.path).name, f.error) for f in run.failures] == [("3.md", "not-found")]


def test_a_failure_is_tried_again_every_time(folder, tmp_path, reads) -> None:
    (folder / "letter.txt").write_text("Dear parents, the fair is on Saturday.", encoding="utf-8")
    for _ in range(2):
        run, _ = run_on(folder, tmp_path / "s.db")
        assert [f.error for f in run.failures] == ["not-a-plan"]
    assert reads.count("letter.txt") == 2


def test_a_file_name_that_is_not_unicode_is_kept(tmp_path, reads) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    odd = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")
    try:
        Path(odd).write_text(plan_text(0), encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes Unicode names only")
    _, first = run_on(folder, tmp_path / "s.db")
    reads.clear()
    _, second = run_on(folder, tmp_path / "s.db")
    assert first == second
    assert reads == []


def test_a_run_is_remembered_with_its_figures(folder, tmp_path) -> None:
    run, payload = run_on(folder, tmp_path / "s.db")
    with Store(tmp_path / "s.db", write=False) as opened:
        (record,) = opened.runs()
        members = opened.members(record.id)
    assert record.figures["plans"] == 4
    assert record.verdict == run.verdict == "findings"
    assert [Path(member.path).name for member in members] == ["0.md", "1.md", "2.md", "3.md"]
    scores = [plan["score"]["percent"] for plan in json.loads(payload)["plans"]]
    assert [round(member.percent or 0.0, 1) for member in members] == scores
