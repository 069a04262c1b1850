"""A rerun does next to no work, and says the same: what nothing asks for is not loaded, read, checked or gathered."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest

from ehcaudit import caseload, engine, rules
from ehcaudit.checks import CHECKS, Policy
from ehcaudit.checks.advice import months_between
from ehcaudit.engine import audit
from ehcaudit.horizon import Span, Today, Watched
from ehcaudit.judging import stock_plan
from ehcaudit.model import Run
from ehcaudit.reports import ReportOptions, find_report
from ehcaudit.rules import load_rules, packed, rules_folder
from ehcaudit.store import Store

RULES = load_rules().choose()
DAY = date(2026, 11, 1)
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])
NAMES = ("Ada Finch", "Ben Gale", "Cai Holt", "Dot Ives", "Eli Judd", "Fay Kemp")


def plan_text(number: int, words: str = "") -> str:
    """The stock plan of a child of its own, with an outcome more where one is wanted."""
    name = NAMES[number]
    text = STOCK.replace("Sam Hartley", name).replace("Sam", name.partition(" ")[0])
    text = text.replace("14 March 2018", f"{14 + number} March 2018")
    return text.replace("\n### Arrangements", f"\n7. {words}\n\n### Arrangements") if words else text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plans"
    made.mkdir()
    for number in range(6):
        (made / f"{number}.md").write_text(
            plan_text(number, "To be happier with the purple kettle on most days."), encoding="utf-8"
        )
    return made


def reported(folder: Path, file: Path | None, day: date = DAY) -> tuple[bytes, bytes]:
    """The terminal's report and that on the caseload."""

    def both(run: Run) -> tuple[bytes, bytes]:
        options = ReportOptions()
        return find_report("terminal").render(run, options), find_report("caseload").render(run, options)

    if file is None:
        return both(audit([folder], rules=RULES, as_of=day))
    with Store(file) as opened:
        return both(audit([folder], rules=RULES, as_of=day, store=opened))


# ---------------------------------------------------------------- what is loaded


def loaded(code: str, *argv: str) -> set[str]:
    """The modules that a fresh process has at its end."""
    told = f"import sys\n{code}\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", told, *argv], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


COMMAND = "from ehcaudit.cli import main\nmain(sys.argv[1:])"
HEAVY = {"spacy", "lxml", "numpy", "ehcaudit.judging", "ehcaudit.plan", "ehcaudit.language.people"}


@pytest.mark.parametrize("more", [(), ("-q",), ("--as-of", "2026-10-31")])
def test_a_rerun_loads_no_reader_no_language_and_no_check(folder, tmp_path, more) -> None:
    argv = ["check", str(folder), "--store", str(tmp_path / "s.db"), "--as-of", "2026-11-01", "--jobs", "1", *more]
    assert "spacy" in loaded(COMMAND, *argv)
    there = loaded(COMMAND, *argv)
    assert not there & HEAVY
    assert "-q" not in more or "rich.console" not in there
    assert not {name for name in there if name.startswith("ehcaudit.checks.")} - {"ehcaudit.checks.base"}


def test_answers_that_a_new_day_changes_are_worked_out_without_spacy(folder, tmp_path) -> None:
    code = (
        "from datetime import date\n"
        "from ehcaudit.engine import audit\n"
        "from ehcaudit.store import Store\n"
        "with Store(sys.argv[2]) as store:\n"
        "    run = audit([sys.argv[1]], as_of=date.fromisoformat(sys.argv[3]), store=store)\n"
        "    results = {r.rule: r.status for plan in run.plans for r in plan.results}\n"
        "    assert (results['dates/review-overdue'] == 'not_met') == (sys.argv[3] > '2028')"
    )
    file = str(tmp_path / "s.db")
    loaded(code, str(folder), file, "2026-11-01")
    there = loaded(code, str(folder), file, "2029-11-01")
    assert "ehcaudit.checks.dates" in there
    assert not there & {"spacy", "lxml", "ehcaudit.plan"}


# ---------------------------------------------------------------- what is the same


def test_a_rerun_reports_the_same_bytes_as_the_first_run_and_one_without_a_store(folder, tmp_path, reads) -> None:
    first = reported(folder, tmp_path / "s.db")
    assert len(reads) == 6
    reads.clear()
    assert reported(folder, tmp_path / "s.db") == first
    assert reads == []
    assert reported(folder, None) == first
    assert b"purple kettle" in first[1]


def test_one_byte_is_noticed_though_size_and_times_are_as_they_were(folder, tmp_path, reads) -> None:
    reported(folder, tmp_path / "s.db")
    reads.clear()
    changed = folder / "3.md"
    before = changed.stat()
    changed.write_bytes(changed.read_bytes().replace(b"kettle", b"nettle"))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed.stat().st_size == before.st_size
    reported(folder, tmp_path / "s.db")
    assert reads == ["3.md"]


def test_two_plans_that_change_places_are_not_read_again_and_keep_their_words(folder, tmp_path, reads) -> None:
    (folder / "1.md").write_text(plan_text(1, "To be jolly in the orange room."), encoding="utf-8")
    reported(folder, tmp_path / "s.db")
    reads.clear()
    for one, other in (("0.md", "away"), ("1.md", "0.md"), ("away", "1.md")):
        (folder / one).rename(folder / other)
    for _ in range(2):
        with Store(tmp_path / "s.db") as opened:
            run = audit([folder], rules=RULES, as_of=DAY, store=opened)
            quotes = [" ".join(e.quote for f in plan.findings for e in f.evidence) for plan in run.plans]
    assert reads == []
    assert "orange room" in quotes[0]
    assert "purple kettle" in quotes[1]


def test_a_run_of_more_files_than_are_looked_up_at_a_time_is_the_same(folder, tmp_path, reads, monkeypatch) -> None:
    monkeypatch.setattr(engine, "TOGETHER", 2)
    first = reported(folder, tmp_path / "s.db")
    (folder / "4.md").write_text(plan_text(4, "To be jolly in the orange room."), encoding="utf-8")
    reads.clear()
    assert reported(folder, tmp_path / "s.db") == reported(folder, None) != first
    assert reads[0] == "4.md"
    assert len(reads) == 1 + 6


# ---------------------------------------------------------------- rules


class Memory:
    """What remembers rules, as a store does."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def rules(self, key: str) -> bytes | None:
        return self.kept.get(key)


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A folder of local rules with one rule."""
    made = tmp_path / "local"
    (made / "voice").mkdir(parents=True)
    source = Path(rules_folder(), "outcomes", "vague-verb.toml").read_text(encoding="utf-8")
    (made / "voice" / "own-rule.toml").write_text(
        source.replace('theme = "outcomes"', 'theme = "voice"'), encoding="utf-8"
    )
    return made


def test_rules_that_are_remembered_are_those_of_the_files_in_every_respect(local, monkeypatch) -> None:
    memory, fresh = Memory(), load_rules(local)
    memory.kept[fresh.key] = packed(fresh)
    monkeypatch.setattr(rules, "_checked", lambda *_: pytest.fail("a file was parsed"))
    again = load_rules(local, known=memory)
    assert again == fresh
    assert again.digest == fresh.digest
    assert again.get("voice/own-rule").origin == str(local)
    for one, other in zip(again.rules, fresh.rules, strict=True):
        assert (one.card, one.file, one.options) == (other.card, other.file, other.options)
        assert one.check is CHECKS[one.file.check["type"]]
        assert (one.dated, one.single_statement) == (one.options.dated, one.options.single_statement)
        assert (one.theme, one.persona, one.kind) == (one.file.theme, one.file.persona, one.file.check["type"])


def test_a_rule_file_of_which_one_byte_changed_is_read_anew(local) -> None:
    memory, fresh = Memory(), load_rules(local)
    memory.kept[fresh.key] = packed(fresh)
    path = local / "voice" / "own-rule.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('title = "', 'title = "X', 1), encoding="utf-8")
    again = load_rules(local, known=memory)
    assert again.get("voice/own-rule").card.title.startswith("X")
    assert again.key != fresh.key


@pytest.mark.parametrize("payload", [b"", b"[]", b'[["a/b", "{}"]]', b'[["a/b", "{}", "", "", 7, "no"]]', b"\xff"])
def test_rules_that_are_damaged_in_a_store_are_read_anew(payload) -> None:
    memory, fresh = Memory(), load_rules()
    memory.kept[fresh.key] = payload
    assert load_rules(known=memory) == fresh


def test_a_store_remembers_the_rules_for_this_very_program_alone(folder, tmp_path, monkeypatch) -> None:
    reported(folder, tmp_path / "s.db")
    with Store(tmp_path / "s.db") as opened:
        assert opened.rules(RULES.key) == packed(RULES)
        monkeypatch.setattr("ehcaudit.store._program", lambda: "another")
        assert opened.rules(RULES.key) is None


# ---------------------------------------------------------------- the view across plans


def views(file: Path) -> list[bytes]:
    with contextlib.closing(sqlite3.connect(file)) as opened:
        return [zlib.decompress(view) for (view,) in opened.execute("SELECT view FROM views")]


def test_the_view_is_gathered_once_for_all_reports_and_not_again_by_a_rerun(folder, tmp_path, monkeypatch) -> None:
    made: list[int] = []
    whole = caseload.Gathering.view

    def counted(self: caseload.Gathering, *more: object):
        made.append(1)
        return whole(self, *more)

    monkeypatch.setattr(caseload.Gathering, "view", counted)
    first = reported(folder, tmp_path / "s.db")
    assert len(made) == 1
    assert reported(folder, tmp_path / "s.db") == first
    assert len(made) == 1


def test_on_a_day_that_changes_answers_the_view_is_that_of_a_run_without_a_store(folder, tmp_path, reads) -> None:
    first = reported(folder, tmp_path / "s.db")
    reads.clear()
    later = reported(folder, tmp_path / "s.db", date(2029, 11, 1))
    assert reads == []
    assert later[1] != first[1]
    assert later == reported(folder, None, date(2029, 11, 1))
    assert reported(folder, tmp_path / "s.db") == first


def test_a_view_goes_when_the_words_of_one_of_its_plans_go(folder, tmp_path) -> None:
    reported(folder, tmp_path / "s.db")
    assert any(b"purple kettle" in view for view in views(tmp_path / "s.db"))
    for number in range(6):
        (folder / f"{number}.md").write_text(plan_text(number, "To be jolly in the orange room."), encoding="utf-8")
    with Store(tmp_path / "s.db") as opened:
        audit([folder], rules=RULES, as_of=DAY, store=opened)
    assert views(tmp_path / "s.db") == []
    assert reported(folder, tmp_path / "s.db") == reported(folder, None)
    with Store(tmp_path / "s.db") as opened:
        opened.forget(0)
    assert views(tmp_path / "s.db") == []


def test_a_view_that_is_damaged_is_made_again(folder, tmp_path) -> None:
    first = reported(folder, tmp_path / "s.db")
    for payload in (b"no view", zlib.compress(b'{"plans": "many"}')):
        with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as opened, opened:
            opened.execute("UPDATE views SET view = ?", (payload,))
        assert reported(folder, tmp_path / "s.db") == first


# ---------------------------------------------------------------- how long an answer holds


@pytest.mark.parametrize(
    ("start", "end", "months", "since", "until"),
    [
        (date(2024, 1, 31), date(2026, 3, 5), 25, date(2026, 3, 1), date(2026, 3, 30)),
        (date(2024, 5, 10), date(2026, 11, 2), 29, date(2026, 10, 10), date(2026, 11, 9)),
        (date(2026, 11, 2), date(2026, 11, 2), 0, date(2026, 11, 2), date(2026, 12, 1)),
        (date(2026, 11, 3), date(2026, 11, 2), -1, date(2026, 10, 3), date(2026, 11, 2)),
    ],
)
def test_months_up_to_the_as_of_date_hold_until_the_next_is_full(start, end, months, since, until) -> None:
    span = Span(end)
    assert months_between(start, Today.of(span)) == months
    for day in (since, until):
        assert months_between(start, day) == months
    assert day in span.days or span.since == span.until == end
    assert Watched(end, Policy()).span.days != span.days
