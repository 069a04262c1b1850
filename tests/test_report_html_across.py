"""The overview's trend over the runs of a store, and the wording that plans share."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from rich_run import GOOD, ROBIN, run_of
from test_caseload import NAMES, THERAPY, caseload
from test_history import House

from ehcaudit.cli import main
from ehcaudit.history import Interval, Point
from ehcaudit.reports import ReportOptions, render
from ehcaudit.reports.redact import FEW
from ehcaudit.reports.site.across import BOARD_RUNS, RUNS, trend_of, wording_of
from ehcaudit.store import RunRecord

TWO = run_of(ROBIN, GOOD)
PAGE = re.compile(r"<section class=\"sheet\" aria-labelledby=\"(trend|wording)\">.*?</section>", re.DOTALL)


def point(number: int, score: float, *, plans: int = 40, marks: tuple[str, ...] = (), change: float | None = None):
    record = RunRecord(number, "", date(2026, number % 12 + 1, 3), "m", "0.1.0", "r", "findings", "", 0, {})
    shown = Interval(score, score - 4, min(100.0, score + 4), plans)
    moved = None if change is None else Interval(change, change - 1, change + 1, plans)
    return Point(record, plans, 0, shown, {}, {}, marks, moved)


POINTS = (
    point(1, 60.0),
    point(2, 64.0, change=4.0),
    point(3, 58.0, marks=("other rules",)),
    point(4, 57.7, marks=("other plans: 2 joined, 1 left",), change=-0.3),
)


def same_words():
    """Six children with one provision, two of them with one name in common."""
    found = caseload(*[THERAPY] * 6)
    stranger = caseload(f"{NAMES[1]} will have a quiet desk by the window in every lesson.")[0]
    return (*found[1:], replace(stranger, path="plans/other.md"))


def parts(page: bytes) -> dict[str, str]:
    return {found[1]: found[0] for found in PAGE.finditer(page.decode("utf-8"))}


def test_the_trend_gives_every_figure_and_says_what_else_changed():
    part = parts(render(TWO, "html", ReportOptions(trend=POINTS)))["trend"]
    for words in ("3 February 2026", "64.0", "60.0 to 68.0", "+4.0", "other rules", "2 joined, 1 left", "−0.3"):
        assert words in part


def test_a_line_joins_only_runs_between_which_nothing_but_wording_changed():
    trend = trend_of(ReportOptions(trend=POINTS))
    first, second = trend.dots[:2]
    assert trend.lines == (f"M{first.x:.1f} {first.y:.1f}L{second.x:.1f} {second.y:.1f}",)
    assert second.y < first.y  # The better, the higher.
    assert all(dot.high <= dot.y <= dot.low for dot in trend.dots)


def test_a_small_change_is_not_blown_up_by_the_scale():
    flat = trend_of(ReportOptions(trend=(point(1, 86.4), point(2, 86.5))))
    scores = [float(words) for _, words in flat.ticks]
    assert scores[-1] - scores[0] >= 20
    top = trend_of(ReportOptions(trend=(point(1, 100.0), point(2, 100.0))))
    assert [words for _, words in top.ticks][-1] == "100"


@pytest.mark.parametrize("points", [(), POINTS[:1]], ids=["no store", "one run"])
def test_without_two_runs_there_is_no_trend(points):
    assert "trend" not in parts(render(TWO, "html", ReportOptions(trend=points)))


def test_many_runs_are_the_latest_ones_and_the_page_says_so():
    many = tuple(point(number, 50.0 + number) for number in range(RUNS + 6))
    trend = trend_of(ReportOptions(trend=many))
    assert (trend.steps[-1].point.run.id, len(trend.steps), trend.more) == (RUNS + 5, RUNS, 6)
    assert f"the last {RUNS} of {RUNS + 6} runs" in parts(render(TWO, "html", ReportOptions(trend=many)))["trend"]
    board = render(TWO, "html", ReportOptions(edition="board", trend=many)).decode("utf-8")
    rows = board.split("Trend: average score of the last runs")[1].split("</table>")[0]
    assert rows.count('<th scope="row">') == BOARD_RUNS


def test_redacted_the_trend_shows_no_figure_of_few_children():
    few = (point(1, 61.7, plans=FEW - 1), point(2, 71.3, plans=FEW, marks=POINTS[3].marks), POINTS[1])
    few = (*few, point(5, 66.6, plans=40, change=2.6))
    narrow = replace(few[-1], change=Interval(7.7, 7.0, 8.0, FEW - 1))
    part = parts(render(TWO, "html", ReportOptions(trend=(*few, narrow), redact=True)))["trend"]
    assert "61.7" not in part
    assert "71.3" in part
    assert "joined" not in part
    assert "other plans" in part
    assert "+2.6" in part
    assert "+7.7" not in part


def test_shared_wording_is_shown_masked_with_how_many_children_have_it():
    run = replace(TWO, plans=same_words(), failures=())
    part = parts(render(run, "html"))["wording"]
    assert "[child] will have a" in part
    assert ">5<" in part
    assert "Provisions" in part


def test_a_name_of_another_childs_plan_is_listed_to_be_looked_at():
    run = replace(TWO, plans=same_words(), failures=())
    (listed,) = (one for one in wording_of(run, ReportOptions()).lists if one.head.startswith("A name"))
    assert any(line.startswith("other.md, Section F") and "1.md" in line for line in listed.lines)


@pytest.mark.parametrize(
    "options",
    [ReportOptions(redact=True), ReportOptions(edition="parents"), ReportOptions(edition="board")],
    ids=["redacted", "parents", "board"],
)
def test_shared_wording_stands_in_no_edition_that_leaves_the_building(options):
    run = replace(TWO, plans=same_words(), failures=())
    assert wording_of(run, options) is None


def test_plans_with_nothing_in_common_and_one_plan_alone_have_no_such_part():
    assert wording_of(run_of(ROBIN), ReportOptions()) is None
    assert "wording" not in parts(render(run_of(GOOD, replace(GOOD, path="plans/b.docx")), "html"))


def test_the_command_hands_the_runs_of_its_store_to_the_report(tmp_path):
    house = House(tmp_path)
    house.plan("one.md")
    house.plan("two.md")
    words = ["check", str(house.folder), "--store", str(house.file), "--exit-zero", "--force", "--quiet"]
    for day in ("2026-10-01", "2026-11-01"):
        assert main([*words, "--as-of", day, "--report", f"html={tmp_path / 'page.html'}"]) == 0
    part = parts((tmp_path / "page.html").read_bytes())["trend"]
    assert "1 October 2026" in part
    assert "1 November 2026" in part
