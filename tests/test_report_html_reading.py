"""The HTML report as a screen reader is given it: Chromium's own accessibility tree, node by node."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from devtools import BROWSER, Browser
from test_report_html_across import POINTS, same_words

from ehcaudit.engine import audit
from ehcaudit.reports import ReportOptions
from ehcaudit.reports.base import EDITIONS
from ehcaudit.reports.files import targets
from ehcaudit.rules import load_rules

pytestmark = pytest.mark.skipif(not BROWSER, reason="Chromium is not installed")
ROOT = Path(__file__).parent.parent
SAMPLES = ("03-tilly-year-2", "08-amara-year-10")
PAGES = (
    *(f"{edition}/index.html" for edition in EDITIONS),
    *(f"{edition}/plans/{SAMPLES[0]}.html" for edition in EDITIONS if edition != "board"),
    "redacted/index.html",
    "shared/index.html",
)


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """The tree of each page."""
    folder = tmp_path_factory.mktemp("sites")
    plans = [str(ROOT / "sample_plans" / f"{name}.docx") for name in SAMPLES]
    run = audit(plans, rules=load_rules().choose(), as_of=date(2026, 11, 25))
    sites = {edition: (run, ReportOptions(edition=edition, trend=POINTS)) for edition in EDITIONS}
    sites["redacted"] = (run, ReportOptions(redact=True, trend=POINTS))
    sites["shared"] = (replace(run, plans=same_words()), ReportOptions())
    for name, (shown, options) in sites.items():
        targets([f"html={folder / name}"], force=False)[0].write(shown, options)
    browser = Browser(tmp_path_factory.mktemp("profile"))
    try:
        return {page: browser.tree(folder / page) for page in PAGES}
    finally:
        browser.close()


@pytest.mark.parametrize("page", PAGES)
def test_headings_go_down_one_step_at_a_time_from_a_single_first_one(trees, page):
    headings = trees[page].all("heading")
    assert [node.level for node in headings].count(1) == 1
    assert headings[0].level == 1
    assert all(node.name.strip() for node in headings)
    for above, below in pairwise(headings):
        assert below.level <= above.level + 1, f"“{below.name}” follows “{above.name}”"


@pytest.mark.parametrize("page", PAGES)
def test_landmarks_stand_in_the_order_of_reading_and_hold_all_that_is_said(trees, page):
    tree = trees[page]
    marks = [node for node in tree.walk() if node.role in ("banner", "navigation", "main", "contentinfo")]
    roles = [node.role for node in marks]
    assert roles[0] == "banner"
    assert roles[-1] == "contentinfo"
    assert [roles.count(role) for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    names = [node.name for node in tree.all("navigation", "region")]
    assert all(names)
    assert len(names) == len(set(names))
    first = next(node for node in tree.walk() if node.role == "link")
    assert first.name == "Skip to the report"
    held = [node.said() for node in marks if not (node.role == "navigation" and _inside(node, tree, "main"))]
    assert " ".join([first.said(), *held]) == tree.said()


def _inside(node, tree, role):
    return any(other is node for outer in tree.all(role) for other in outer.walk())


@pytest.mark.parametrize("page", PAGES)
def test_every_table_has_a_caption_and_every_row_says_what_it_is_about(trees, page):
    for table in trees[page].all("table"):
        assert table.all("caption"), table.said()[:80]
        assert table.name == " ".join(table.all("caption")[0].said().split())
        heads, *rows = table.all("row")
        assert {node.role for node in heads.nodes} == {"columnheader"}
        assert all(node.name.strip() for node in heads.nodes)
        for row in rows:
            cells = [node.role for node in row.nodes]
            # A row of one cell gives an example of the row above, whose header it names.
            assert cells.count("rowheader") == 1 or cells == ["cell"], row.said()[:80]


@pytest.mark.parametrize("page", PAGES)
def test_links_of_one_name_lead_to_one_place_and_every_control_has_a_name(trees, page):
    places = defaultdict(set)
    for link in trees[page].all("link"):
        places[link.name.strip()].add(link.url)
    assert places.pop("", None) is None
    assert {name: urls for name, urls in places.items() if len(urls) > 1} == {}
    controls = trees[page].all("button", "checkbox", "combobox", "searchbox", "textbox", "image", "group")
    # What can be unfolded is a group too, and its summary is what names it.
    folded = [node for node in controls if node.nodes and node.nodes[0].role == "DisclosureTriangle"]
    assert all(node.nodes[0].said() for node in folded)
    assert all(node.name.strip() for node in controls if all(node is not one for one in folded))


def test_a_finding_is_read_from_what_is_wrong_to_the_words_and_what_to_do(trees):
    (finding, *_) = (
        node
        for node in trees[f"full/plans/{SAMPLES[0]}.html"].all("article")
        if "Outcome does not say by when" in node.said()
    )
    said = finding.said()
    steps = ["Major", "Outcome does not say by when", "paragraph", "Why", "How to fix it", "Who can fix it", "Source"]
    places = [said.index(words) for words in steps]
    assert places == sorted(places)
    assert finding.all("mark")


def test_the_overview_is_read_in_the_order_in_which_a_chair_asks(trees):
    heads = [node.name for node in trees["full/index.html"].all("heading") if node.level <= 2]
    assert heads == ["2 plans", "In short", "Plans, worst first", "Commonest faults", "Trend", *heads[5:]]
    assert heads[-1] == "Heat maps"
    assert "Wording that plans share" in [node.name for node in trees["shared/index.html"].all("heading")]
