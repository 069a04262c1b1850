"""Run → pages for a browser: one self-contained page, or a folder with an overview and a page for each plan.

In the folder: ``index.html``, ``plans/NAME.html`` for each plan, and ``list/2.html`` … where the list of plans is long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions

SUFFIX = ".html"


def render(run: Run, options: ReportOptions) -> bytes:
    """One page that can be mailed: the plan's own where there is one plan, else the overview without links."""
    from ehcaudit.reports.site.caseload import gather, overview_page
    from ehcaudit.reports.site.plan_page import plan_page

    if _is_one_plan(run, options):
        return plan_page(run, run.plans[0], options)
    return overview_page(gather(run, options, lambda place, path: ""), alone=True)


def write_folder(run: Run, folder: Path, options: ReportOptions) -> None:
    """The overview, and a page for each plan (the board's edition is the overview alone)."""
    from ehcaudit.reports.site.caseload import gather, list_page, overview_page
    from ehcaudit.reports.site.plan_page import plan_page

    if options.edition == "board":
        (folder / "index.html").write_bytes(render(run, options))
        return
    caseload = gather(run, options, addresses())
    (folder / "index.html").write_bytes(overview_page(caseload))
    if caseload.pages > 1:
        (folder / "list").mkdir()
    for number in range(2, caseload.pages + 1):
        (folder / "list" / f"{number}.html").write_bytes(list_page(caseload, number))
    if caseload.lines:
        (folder / "plans").mkdir()
    hrefs = ["", *(line.href.removeprefix("plans/") for line in caseload.lines), ""]
    for place, line in enumerate(caseload.lines):
        audited = run.plans[line.number]  # One at a time: they are more than memory should hold.
        (folder / line.href).write_bytes(
            plan_page(run, audited, options, home="../index.html", before=hrefs[place], after=hrefs[place + 2])
        )


def pages(run: Run, options: ReportOptions, *, folder: bool) -> list[str]:
    """The page of each plan, in the order of the run, in the folder of an HTML report with these options.

    Empty words where the report is one page for one plan; an empty list where plans have no pages: in the board's
    edition, and in one page for many plans.
    """
    from ehcaudit.reports.telling import rank, severities

    if not folder:
        return [""] if _is_one_plan(run, options) else []
    if options.edition == "board":
        return []
    keys = []
    for summary in run.summaries:  # As ``gather`` orders them, but in a tenth of its memory.
        card = summary.scorecard
        health = card.themes.get("health-and-care") if options.edition == "dco" else None
        lowest = -1.0 if health is None or health.percent is None else health.percent
        keys.append((lowest, rank(card.percent, severities(summary.findings), summary.path)))
    address, found = addresses(), [""] * len(keys)
    for place, number in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        found[number] = address(place, keys[number][1][-1])
    return found


def _is_one_plan(run: Run, options: ReportOptions) -> bool:
    """Whether the one page of a run is its plan's own."""
    return len(run.plans) == 1 and (options.edition == "board" or not run.failures)


def addresses() -> Callable[[int, str], str]:
    """A function that gives each plan a page of its own, named after its file in letters every system takes."""
    taken: set[str] = set()

    def address(place: int, path: str) -> str:
        folded = unicodedata.normalize("NFKD", Path(path).stem).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^a-z0-9]+", "-", folded.casefold()).strip("-")[:60].strip("-") or "plan"
        name = stem
        if name in taken:
            name = f"{stem}-{place + 1}"
        while name in taken:
            name += "-x"
        taken.add(name)
        return f"plans/{name}.html"

    return address
