"""What changed between runs: figures with their intervals, and no change of rules or plans shown as one of quality."""

from __future__ import annotations

import csv
import json
import statistics
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich_run import GOOD, ROBIN

from ehcaudit.cli import main
from ehcaudit.engine import audit
from ehcaudit.errors import StoreError
from ehcaudit.history import Figures, difference, find_run, of_change, of_mean, of_share, trend
from ehcaudit.judging import stock_plan
from ehcaudit.model import Gist, Summary
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.history import render_difference, render_runs, render_trend
from ehcaudit.reports.tabular import csv_bytes
from ehcaudit.rules import load_rules
from ehcaudit.store import Store

AS_OF = date(2026, 11, 1)
RULES = load_rules().choose()
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])
HAPPY, MERRY = "To be happier at school.", "To be merrier at school."
WIDE = ReportOptions(width=120)


class House:
    """A folder of plans and a store, and runs from one to the other."""

    def __init__(self, folder: Path):
        self.folder, self.file = folder / "plans", folder / "s.db"
        self.folder.mkdir()

    def plan(self, name: str, *faults: str) -> None:
        lines = "".join(f"{7 + number}. {fault}\n\n" for number, fault in enumerate(faults))
        words = STOCK.replace("\n### Arrangements", f"\n{lines}\n### Arrangements")
        (self.folder / name).write_text(f"{words}\nPage of {name}.\n", encoding="utf-8")

    def run(self, **more) -> None:
        with Store(self.file) as store:
            audit([self.folder], rules=more.pop("rules", RULES), as_of=AS_OF, store=store, **more)

    def diff(self, first: str = "previous", second: str = "latest"):
        with Store(self.file, write=False) as store:
            return difference(store, find_run(store, first), find_run(store, second))

    def trend(self):
        with Store(self.file, write=False) as store:
            return trend(store)


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


def names(paths) -> list[str]:
    return [Path(path).name for path in paths]


# ---------------------------------------------------------------- figures and intervals


def test_the_figures_of_a_run_are_those_of_its_plans() -> None:
    figures = Figures()
    for audited in (ROBIN, GOOD):
        figures.add(Gist.of(Summary.of(audited)))
    value = figures.value()
    scores = [ROBIN.scorecard.percent or 0, GOOD.scorecard.percent or 0]
    assert value["plans"] == 2
    assert value["score"] == (2, round(statistics.fmean(scores), 4), round(statistics.stdev(scores), 4))
    assert value["themes"]["voice"] == (2, 100.0, 0.0)
    assert "health-and-care" not in value["themes"]
    assert value["grades"] == {"Inadequate": 1, "Outstanding": 1}
    assert value["faults"] == {"critical": 1, "major": 3, "minor": 2}


@given(st.lists(st.floats(0, 100), min_size=2, max_size=50))
def test_mean_and_spread_are_those_of_the_statistics_module(scores) -> None:
    from ehcaudit.history import _Mean

    mean = _Mean()
    for score in scores:
        mean.add(score)
    count, middle, spread = mean.value()
    assert count == len(scores)
    assert middle == pytest.approx(statistics.fmean(scores), abs=1e-3)
    assert spread == pytest.approx(statistics.stdev(scores), abs=1e-3)


def test_intervals_are_those_of_the_textbooks() -> None:
    # Student, 10 plans, mean 70, standard deviation 8: 70 ± 2.262 × 8 / √10.
    mean = of_mean(10, 70, 8)
    assert mean is not None
    assert (round(mean.low, 2), round(mean.high, 2)) == (64.28, 75.72)
    # Wilson, 18 of 20: 69.9 % to 97.2 %.
    share = of_share(18, 20)
    assert share is not None
    assert (round(share.low, 1), round(share.high, 1)) == (69.9, 97.2)
    nil = of_share(0, 20)
    assert nil is not None
    assert (round(nil.low, 9), round(nil.high, 1)) == (0.0, 16.1)
    # Student's t for 30 degrees of freedom is 2.042.
    wide = of_mean(31, 50, 31**0.5)
    assert wide is not None
    assert round(wide.high - 50, 3) == pytest.approx(2.042, abs=0.002)


def test_one_plan_alone_tells_nothing_of_others_and_none_has_no_interval() -> None:
    one = of_mean(1, 70, 0)
    assert one is not None
    assert (one.low, one.high) == (0, 100)
    assert of_mean(0, 0, 0) is of_share(0, 0) is of_change([]) is None


# ---------------------------------------------------------------- the difference of two runs


def test_plans_are_new_gone_better_worse_or_the_same(house) -> None:
    for name in ("better.md", "gone.md"):
        house.plan(name, HAPPY)
    house.plan("same.md", MERRY)
    house.plan("worse.md")
    house.run()
    house.plan("better.md")
    house.plan("worse.md", HAPPY)
    house.plan("new.md", MERRY)
    (house.folder / "gone.md").unlink()
    house.run()
    told = house.diff()
    assert names(told.new) == ["new.md"]
    assert names(told.gone) == ["gone.md"]
    assert names(plan.path for plan in told.better) == ["better.md"]
    assert names(plan.path for plan in told.worse) == ["worse.md"]
    assert told.same == 1
    assert told.not_compared == {}
    assert told.scores_compared
    assert {f.rule for f in told.worse[0].new} == {f.rule for f in told.better[0].fixed}
    assert told.counts("new") == told.counts("fixed")
    back = house.diff("latest", "previous")
    assert names(back.new) == ["gone.md"]
    assert [plan.path for plan in back.better] == [plan.path for plan in told.worse]


def test_a_plan_that_could_not_be_audited_is_not_compared_and_neither_new_nor_gone(house) -> None:
    house.plan("a.md")
    house.plan("b.md")
    (house.folder / "c.md").write_text("Dear parents.", encoding="utf-8")
    house.run()
    (house.folder / "b.md").write_text("Dear parents.", encoding="utf-8")
    house.plan("c.md")
    house.run()
    told = house.diff()
    assert (told.new, told.gone, told.same) == ((), (), 1)
    assert {Path(path).name: why for path, why in told.not_compared.items()} == {
        "b.md": "could not be audited in the second run (not-a-plan)",
        "c.md": "could not be audited in the first run (not-a-plan)",
    }


def test_a_file_that_no_run_could_audit_is_not_compared_and_not_forgotten(house) -> None:
    house.plan("a.md")
    (house.folder / "b.md").write_text("Dear parents.", encoding="utf-8")
    house.run()
    house.run()
    told = house.diff()
    assert {Path(path).name: why for path, why in told.not_compared.items()} == {
        "b.md": "could not be audited in either run (not-a-plan)"
    }
    page = render_difference(told, {}, "terminal", WIDE).decode()
    assert "Not compared: 1" in page


def test_plans_whose_folder_was_away_for_a_night_are_not_gone_and_not_new(house) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    house.folder.rename(house.folder.with_name("away"))
    house.run()
    house.folder.with_name("away").rename(house.folder)
    house.run()
    for names_, which in ((("1", "2"), "second"), (("2", "3"), "first")):
        told = house.diff(*names_)
        assert (told.new, told.gone, told.same) == ((), (), 0)
        assert f"its folder could not be read in the {which} run" in told.not_compared.values()
    assert [point.marks for point in house.trend()] == [
        (),
        ("1 not audited this time",),
        ("1 not audited last time",),
    ]


def test_what_was_compared_in_part_is_not_said_to_have_no_change(house) -> None:
    house.plan("a.md")
    house.run()
    house.run(rules=RULES.choose(ignore=["voice"]))
    page = render_difference(house.diff(), {}, "terminal", WIDE).decode()
    assert "Compared, no change" not in page
    assert "No change in what was compared  1" in page


def test_a_finding_that_went_with_its_section_is_not_said_to_be_mended_in_the_plan(house) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    house.run(sections=("A",))
    told = house.diff()
    assert told.counts("fixed")
    said = "may come of that, and not of the plan"
    assert said in render_difference(told, {}, "terminal", WIDE).decode()
    house.run(sections=("A",))
    assert said not in render_difference(house.diff(), {}, "terminal", WIDE).decode()


def test_a_plan_that_was_moved_is_the_same_plan(house) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    (house.folder / "a.md").rename(house.folder / "moved.md")
    house.run()
    told = house.diff()
    assert (told.new, told.gone, told.same) == ((), (), 1)
    second = house.trend()[1]
    assert second.marks == ()
    assert second.change is not None
    assert second.change.count == 1


def test_what_other_rules_find_is_not_compared_and_no_score_is(house) -> None:
    house.plan("a.md", HAPPY)
    house.run(rules=RULES.choose(ignore=["outcomes/not-time-bound"]))
    house.run()
    told = house.diff()
    assert told.rules == {"outcomes/not-time-bound": "new"}
    assert not told.scores_compared
    assert (told.better, told.worse, told.changed, told.same) == ((), (), (), 1)
    page = render_difference(told, {}, "terminal", WIDE).decode()
    assert "scores are not compared" in page
    assert "outcomes/not-time-bound (new)" in page


def test_the_same_fault_once_more_is_new(house) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    house.plan("a.md", HAPPY, HAPPY)
    house.run()
    (worse,) = house.diff().worse
    assert "outcomes/not-time-bound" in {f.rule for f in worse.new}
    assert worse.fixed == ()


@pytest.mark.parametrize("name", ["0", "9", "last", ""])
def test_a_run_that_is_not_there_is_refused(house, name) -> None:
    house.plan("a.md")
    house.run()
    with pytest.raises(StoreError, match=r"has no run .*the only one is 1 "):
        house.diff("1", name)
    with pytest.raises(StoreError, match="has no run “previous”"):
        house.diff()


# ---------------------------------------------------------------- trend


def test_a_trend_gives_the_change_of_the_plans_in_both_runs_and_marks_the_others(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md")
    house.run()
    house.plan("a.md")
    house.plan("c.md", HAPPY, MERRY)
    house.run()
    house.run()
    first, second, third = house.trend()
    assert (first.plans, second.plans) == (2, 3)
    assert (first.marks, first.change) == ((), None)
    assert second.marks == ("other plans: 1 joined, 0 left",)
    assert second.change is not None
    assert second.change.count == 2
    assert second.change.figure > 0
    assert (third.marks, third.change and third.change.figure) == ((), 0)
    assert third.score is not None
    assert third.score.low <= third.score.figure <= third.score.high


def test_a_change_of_rules_is_marked_and_gives_no_change_of_score(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md")
    house.run()
    house.run(rules=RULES.choose(ignore=["outcomes"]))
    _, second = house.trend()
    assert (second.marks, second.change) == (("other rules",), None)
    page = render_trend(house.trend(), "terminal", WIDE).decode()
    assert "other rules" in page
    assert "┊" in page


def test_a_change_of_settings_is_marked_too(house) -> None:
    house.plan("a.md")
    house.run()
    house.run(sections=("E",))
    assert house.trend()[1].marks == ("other settings or program",)


# ---------------------------------------------------------------- as pages, JSON and CSV


def test_the_chart_of_a_trend_shows_each_run_with_its_interval(house) -> None:
    for number in range(4):
        house.plan(f"{number}.md", *[HAPPY] * (number % 2))
    house.run()
    house.plan("0.md", HAPPY, MERRY)
    house.run()
    lines = render_trend(house.trend(), "terminal", WIDE).decode().splitlines()
    runs = [line for line in lines if line.startswith("2026-11-01")]
    assert len(runs) == 2
    assert all("●" in line for line in runs)
    assert any(line.startswith("Outcomes") and "█" in line for line in lines)
    assert max(map(len, lines)) <= 120


def test_trend_and_difference_are_json_and_csv_too(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("=b.md")
    house.run()
    house.plan("a.md")
    (house.folder / "=b.md").unlink()
    house.run()
    points, told = house.trend(), house.diff()
    said = json.loads(render_trend(points, "json", WIDE))
    assert said["schema"] == "ehcaudit.trend/1"
    assert [point["plans"] for point in said["points"]] == [2, 1]
    assert said["points"][1]["marks"] == ["other plans: 0 joined, 1 left"]
    rows = list(csv.DictReader(render_trend(points, "csv", WIDE).decode().splitlines()))
    assert {row["measure"] for row in rows} == {"score", "change", "theme", "grade"}
    assert {row["name"] for row in rows if row["measure"] == "theme"} >= {"outcomes", "voice"}
    said = json.loads(render_difference(told, {}, "json", WIDE))
    assert names(said["plans"]["gone"]) == ["=b.md"]
    assert {f["rule"] for f in said["plans"]["better"][0]["fixed"]} >= {"outcomes/not-time-bound"}
    rows = list(csv.DictReader(render_difference(told, {}, "csv", WIDE).decode().splitlines()))
    assert {(Path(row["plan"]).name, row["change"]) for row in rows} == {("a.md", "better"), ("=b.md", "gone")}
    with Store(house.file, write=False) as store:
        runs = store.runs()
    assert [run["run"] for run in json.loads(render_runs(runs, "json", WIDE))["runs"]] == [1, 2]
    assert [row["run"] for row in csv.DictReader(render_runs(runs, "csv", WIDE).decode().splitlines())] == ["1", "2"]


def test_nothing_that_is_kept_of_runs_holds_words_of_a_plan(house) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    house.plan("a.md", MERRY)
    house.run()
    for form in ("terminal", "json", "csv"):
        for payload in (render_difference(house.diff(), {}, form, WIDE), render_trend(house.trend(), form, WIDE)):
            assert b"happier" not in payload
            assert b"merrier" not in payload


def test_a_cell_that_a_spreadsheet_would_run_is_only_shown() -> None:
    payload = csv_bytes(("a", "b"), [("=1+1", -3.5), ('say "no"', None), ("two\nlines", 0), ("\x1b[31mred", 1)])
    assert payload.decode() == 'a,b\r\n\'=1+1,-3.5\r\n"say ""no""",\r\ntwo lines,0\r\n[31mred,1\r\n'


def test_a_store_without_a_run_is_said_to_have_none(tmp_path, capfd) -> None:
    Store(tmp_path / "s.db").close()
    store = str(tmp_path / "s.db")
    assert main(["trend", "--store", store]) == 0
    assert "No run has been recorded yet" in capfd.readouterr().out
    assert main(["diff", "--store", store]) == 2
    assert "it has none yet" in capfd.readouterr().err


def test_the_commands_print_verify_and_forget(house, capfd) -> None:
    house.plan("a.md", HAPPY)
    house.run()
    house.plan("a.md")
    house.run()
    store = ["--store", str(house.file)]
    assert main(["history", *store]) == 0
    assert "Runs: 2" in capfd.readouterr().out
    assert main(["history", *store, "--last", "1", "--format", "json"]) == 0
    assert [run["run"] for run in json.loads(capfd.readouterr().out)["runs"]] == [2]
    assert main(["diff", "1", "2", *store]) == 0
    assert "Better: 1 plan" in capfd.readouterr().out
    assert main(["trend", *store, "--format", "csv"]) == 0
    capfd.readouterr()
    assert main(["history", *store, "--verify"]) == 0
    assert "the store is sound" in capfd.readouterr().err
    assert main(["history", *store, "--forget", "30"]) == 0
    assert "let go of the words of 0 results" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["history"], "say which store"),
        (["trend", "--store", "none.db"], "there is no such store"),
        (["diff", "--store", "none.db", "--format", "jsn"], "did you mean “json”"),
    ],
)
def test_what_cannot_be_asked_of_a_store_is_code_2(argv, complaint, tmp_path, monkeypatch, capfd) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    assert complaint in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
