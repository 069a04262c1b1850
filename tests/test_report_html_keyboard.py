"""The HTML report by keyboard alone, and on a phone: real key strokes and real sizes in Chromium."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from devtools import BROWSER, Browser

from ehcaudit.engine import audit
from ehcaudit.reports import ReportOptions
from ehcaudit.reports.files import targets
from ehcaudit.rules import load_rules

pytestmark = pytest.mark.skipif(not BROWSER, reason="Chromium is not installed")
SAMPLES = Path(__file__).parent.parent / "sample_plans"
PLAN = "plans/03-tilly-year-2.html"
PAGES = ("full/index.html", f"full/{PLAN}", f"parents/{PLAN}", f"caseworker/{PLAN}", f"dco/{PLAN}")
WHERE = """(() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), look = getComputedStyle(at);
  const inline = look.display === "inline";
  return { tag: at.tagName, words: at.textContent.trim().slice(0, 60), left: box.left, height: box.height,
    width: box.width, outline: look.outlineStyle, inline: inline };
})()"""


class Tab:
    """A page in a browser tab of a given width, at which keys are struck."""

    def __init__(self, browser: Browser, page: Path, width: int):
        self._browser = browser
        self._target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.ask("Emulation.setDeviceMetricsOverride", self._session, **size)
        browser.ask("Page.navigate", self._session, url=page.as_uri())
        self.value("new Promise(r => document.readyState === 'complete' ? r(1) : addEventListener('load', () => r(1)))")

    def value(self, expression: str):
        """What an expression gives in the page."""
        given = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self._browser.ask("Runtime.evaluate", self._session, **given)["result"].get("value")

    def strike(self, key: str, code: int) -> None:
        """Press and let go of a key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            given = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, **text}
            self._browser.ask("Input.dispatchKeyEvent", self._session, **given)

    def close(self) -> None:
        """Close it."""
        self._browser.ask("Target.closeTarget", targetId=self._target)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One Chromium for all pages."""
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of two plans in the editions that have plan pages."""
    made = tmp_path_factory.mktemp("sites")
    plans = [str(SAMPLES / f"{name}.docx") for name in ("03-tilly-year-2", "10-leila-year-13")]
    run = audit(plans, rules=load_rules().choose(), as_of=date(2026, 11, 25))
    for edition in ("full", "parents", "caseworker", "dco"):
        targets([f"html={made / edition}"], force=False)[0].write(run, ReportOptions(edition=edition))
    return made


@pytest.mark.parametrize("page", PAGES)
def test_tab_goes_through_the_whole_page_with_a_visible_focus_and_back_out_of_it(browser, folder, page):
    tab = Tab(browser, folder / page, 360)
    try:
        met = []
        for _ in range(400):
            tab.strike("Tab", 9)
            at = tab.value(WHERE)
            if at["tag"] == "BODY":
                break
            met.append(at)
        else:
            raise AssertionError("there is no way out of the page")
        assert met[0]["words"] == "Skip to the report"
        assert met[0]["left"] >= 0
        assert len(met) > 5
        assert not [at for at in met if at["outline"] == "none"]
        # WCAG 2.2, 2.5.8: links in a line of text may be lower.
        assert not [at for at in met if not at["inline"] and min(at["height"], at["width"]) < 24]
    finally:
        tab.close()


def test_the_skip_link_leads_past_the_head_of_the_page(browser, folder):
    tab = Tab(browser, folder / "full" / PLAN, 1280)
    try:
        tab.strike("Tab", 9)
        tab.strike("Enter", 13)
        assert tab.value("document.activeElement.id") == "main"
    finally:
        tab.close()


def test_a_column_is_sorted_by_keyboard(browser, folder):
    tab = Tab(browser, folder / "full/index.html", 1280)
    try:
        tab.value("document.querySelector('#list thead th[data-key=\"0\"] button').focus()")
        tab.strike("Enter", 13)
        tab.strike("Enter", 13)
        first = "document.querySelector('#list tbody th').textContent"
        assert tab.value(first) == "10-leila-year-13.docx"
        assert tab.value("document.querySelector('#list thead th').getAttribute('aria-sort')") == "descending"
    finally:
        tab.close()


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_every_score_has_one_bar_that_can_be_seen_at_any_width(browser, folder, width):
    tab = Tab(browser, folder / "full" / PLAN, width)
    try:
        bars = tab.value(
            "Array.from(document.querySelectorAll('#by-theme tbody tr'), row =>"
            " Array.from(row.querySelectorAll('.bar')).filter(bar => bar.getBoundingClientRect().width > 40).length)"
        )
        assert len(bars) > 8
        assert set(bars) == {1}
    finally:
        tab.close()
