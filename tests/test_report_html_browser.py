"""The HTML report in a real browser: axe-core finds nothing, nothing overflows at 400 % zoom, its script works.

Needs Chromium and axe-core (``npm ci --prefix tests/browser``; ``.ci/run`` does both); without them it is skipped.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from rich_run import GOOD, ROBIN, run_of
from test_report_html_across import POINTS, same_words

from ehcaudit.engine import audit
from ehcaudit.reports import ReportOptions
from ehcaudit.reports.base import EDITIONS
from ehcaudit.reports.files import targets
from ehcaudit.rules import load_rules

ROOT = Path(__file__).parent.parent
AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SAMPLES = ("03-tilly-year-2.docx", "08-amara-year-10.docx", "10-leila-year-13.docx")
WIDTHS = (1280, 320)
"""A desktop, and the same at 400 % zoom (WCAG 2.2, 1.4.10)."""

needs_browser = pytest.mark.skipif(not BROWSER, reason="Chromium is not installed")


def chromium(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--no-first-run",
            f"--user-data-dir={folder / 'profile'}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, "HOME": str(folder)},
    )
    return ran.stdout


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """The report of three sample plans in each edition, with a trend; redacted; and of plans that share wording."""
    folder = tmp_path_factory.mktemp("sites")
    plans = [str(ROOT / "sample_plans" / name) for name in SAMPLES]
    run = audit(plans, rules=load_rules().choose(), as_of=date(2026, 11, 25))
    assert not run.failures
    for edition in EDITIONS:
        target = targets([f"html={folder / edition}"], force=False)[0]
        target.write(run, ReportOptions(edition=edition, trend=POINTS))
    targets([f"html={folder / 'redacted'}"], force=False)[0].write(run, ReportOptions(redact=True, trend=POINTS))
    targets([f"html={folder / 'rich'}"], force=False)[0].write(run_of(ROBIN, GOOD), ReportOptions())
    shared = replace(run, plans=same_words())
    targets([f"html={folder / 'shared.html'}"], force=False)[0].write(shared, ReportOptions())
    targets([f"html={folder / 'nothing.html'}"], force=False)[0].write(run_of(), ReportOptions())
    return folder


def block(name: str, content: object, kind: str) -> str:
    words = content if isinstance(content, str) else json.dumps(content)
    return f'<script type="{kind}" id="{name}">{words.replace("<", chr(92) + "u003c")}</script>'


@pytest.fixture(scope="module")
def seen(sites, tmp_path_factory):
    """What the browser found on every page."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
    folder = tmp_path_factory.mktemp("browser")
    pages = [
        {"name": path.relative_to(sites).as_posix(), "html": path.read_text(encoding="utf-8")}
        for path in sorted(sites.rglob("*.html"))
    ]
    given = {
        "pages": pages,
        "widths": WIDTHS,
        "overview": (sites / "full" / "index.html").read_text(encoding="utf-8"),
        "plan": (sites / "full" / "plans" / "03-tilly-year-2.html").read_text(encoding="utf-8"),
        "words": "AMARA",
        "severity": "major",
    }
    axe = AXE.read_text(encoding="utf-8").replace("</script", "<\\/script")
    harness = (Path(__file__).parent / "browser" / "harness.js").read_text(encoding="utf-8")
    (folder / "harness.html").write_text(
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>harness</title><body><pre id="out"></pre>'
        f'{block("given", given, "application/json")}<script type="text/plain" id="axe">{axe}</script>'
        f"<script>{harness}</script></body></html>",
        encoding="utf-8",
    )
    dom = chromium(folder, "--virtual-time-budget=280000", "--dump-dom", (folder / "harness.html").as_uri())
    out = json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)[1]))
    assert "error" not in out, out
    assert {result["page"] for result in out["results"]} == {page["name"] for page in pages}
    return out


@needs_browser
def test_axe_finds_nothing_on_any_page_at_any_width(seen):
    assert all(result["passes"] > 15 for result in seen["results"])
    found = {f"{r['page']} at {r['width']}": r["violations"] for r in seen["results"] if r["violations"]}
    assert found == {}


@needs_browser
def test_no_page_scrolls_sideways_at_400_per_cent(seen):
    assert [r["page"] for r in seen["results"] if r["overflow"] > 0] == []


@needs_browser
def test_the_overview_can_be_searched_and_sorted_under_its_own_policy(seen):
    script = seen["script"]
    assert script["shown"]
    assert script["all"] == list(SAMPLES)  # Worst first.
    assert script["searched"] == ["08-amara-year-10.docx"]
    assert script["said"] == "Plans 1 to 1 of 1."
    assert script["byName"] == sorted(SAMPLES)
    assert script["byNameDown"] == sorted(SAMPLES, reverse=True)
    assert script["sort"] == "ascending"
    assert script["link"] == "plans/10-leila-year-13.html"


@needs_browser
def test_findings_can_be_filtered_and_the_style_is_in_force_under_the_pages_policy(seen):
    script = seen["script"]
    assert script["before"] > len(script["after"]) > 0
    assert "major" not in script["after"]
    assert script["colour"] == "rgb(11, 79, 108)"


@needs_browser
@pytest.mark.parametrize("page", ["board/index.html", "full/plans/08-amara-year-10.html"])
def test_pages_print_on_a4_and_the_board_gets_one(sites, tmp_path, page):
    out = tmp_path / "page.pdf"
    chromium(tmp_path, f"--print-to-pdf={out}", "--no-pdf-header-footer", (sites / page).as_uri())
    with pypdfium2.PdfDocument(out) as pdf:
        width, height = pdf[0].get_size()
        assert (round(width), round(height)) == (595, 842)
        assert (len(pdf) == 1) == page.startswith("board")


@needs_browser
def test_on_paper_no_finding_of_the_parents_page_is_torn_from_what_to_ask_and_its_glossary_is_open(sites, tmp_path):
    out = tmp_path / "page.pdf"
    page = sites / "parents/plans/03-tilly-year-2.html"
    chromium(tmp_path, f"--print-to-pdf={out}", "--no-pdf-header-footer", page.as_uri())
    with pypdfium2.PdfDocument(out) as pdf:
        sheets = [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in pdf]
    assert "The reports from school, health, social care and others" in sheets[0]
    assert not [sheet[:80] for sheet in sheets if sheet.startswith(("Ask the council", "Why it matters"))]
