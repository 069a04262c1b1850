"""Print what reports on a county's caseload cost: time, memory, and the size of every page.

usage: python tools/bench_reports.py [--plans 19194] [--of DIR]

The sample plans are audited once and put on the engine's own shelf again and again, each time under another path, until
there are as many as a county has; each report is then made from that shelf in a process of its own. So the plans are
whole ones with all their findings, and nothing but the reports is measured. The promises: no page over 5 MB, no
plan's page over 300 KB, and a workbook whose memory does not grow with the plans. It ends with 1 where one is broken.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTY = 19_194
PAGE, PLAN_PAGE = 5_000_000, 300_000
FEWER = 10
"""The workbook is also made of a tenth of the plans, to see whether its memory grows."""
EACH = 15
"""Milliseconds of a processor that the workbook should cost a plan; a goal, for machines differ."""
GROWTH = 1_000
"""Bytes that the workbook's process may grow by with each plan (its name, and its place on the shelf)."""
REPORTS = {"html": "site", "xlsx": "audit.xlsx", "csv": "audit.csv"}


def one(report: str, plans: int, samples: Path, folder: Path) -> None:
    """Make one report; print its seconds of processor time, and this process's peak before and after it, in bytes."""
    import resource  # There is none on Windows.

    from ehcaudit.caseload import trace
    from ehcaudit.engine import audit
    from ehcaudit.reports import ReportOptions
    from ehcaudit.reports.files import targets
    from ehcaudit.rules import load_rules
    from ehcaudit.shelf import Shelf, seal

    run = audit([str(samples)], rules=load_rules().choose(), as_of=date(2026, 11, 25))
    sealed = [seal(audited, trace(audited)) for audited in run.plans]
    shelf = Shelf()
    for number in range(plans):
        again = sealed[number % len(sealed)]
        shelf.add(replace(again, path=f"{number:05}-{Path(again.path).name}"))
    run = replace(run, plans=shelf)
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    (wanted,) = targets([f"{report}={folder / REPORTS[report]}"], force=False)
    started = time.process_time()
    wanted.write(run, ReportOptions())
    seconds = time.process_time() - started
    print(seconds, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def measured(report: str, plans: int, samples: Path, folder: Path) -> tuple[float, int, int]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", report, "--plans", str(plans), "--of", str(samples), "--to", str(folder)],
        stdout=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    if done.returncode:
        sys.exit(f"{report} of {plans:,} plans ended with {done.returncode}")
    seconds, before, after = done.stdout.split()
    return float(seconds), int(before), int(after)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=int, default=COUNTY)
    parser.add_argument("--of", type=Path, default=ROOT / "sample_plans", help="the plans that are repeated")
    parser.add_argument("--one", choices=REPORTS, help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.plans, given.of, given.to)
        return 0
    print(f"python tools/bench_reports.py --plans {given.plans}")
    print(f"{given.plans:,} plans; Python {platform.python_version()}, {os.cpu_count()} processors, one used\n")
    print("| Report | Processor seconds | ms a plan | Peak memory before, MB | and after, MB | Size |")
    print("|---|---|---|---|---|---|")
    broken = []
    with tempfile.TemporaryDirectory() as temporary:
        for report in REPORTS:
            folder = Path(temporary)
            seconds, before, after = measured(report, given.plans, given.of, folder)
            made = folder / REPORTS[report]
            files = [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            print(
                f"| {report} | {seconds:.1f} | {1000 * seconds / given.plans:.2f} | {before / 1e6:.0f} "
                f"| {after / 1e6:.0f} | {size / 1e6:,.1f} MB in {len(files):,} files |",
                flush=True,
            )
            if report == "html":
                pages = {path: path.stat().st_size for path in files if path.suffix == ".html"}
                largest = max(pages, key=pages.__getitem__)
                plan = max((path for path in pages if path.parent.name == "plans"), key=pages.__getitem__)
            if report == "xlsx":
                grown, cost = after, 1000 * seconds / given.plans
        few = max(1, given.plans // FEWER)
        (small := Path(temporary) / "few").mkdir()
        seconds, before, after = measured("xlsx", few, given.of, small)
        each = 1000 * seconds / few
        print(f"| xlsx of {few:,} | {seconds:.1f} | {each:.2f} | {before / 1e6:.0f} | {after / 1e6:.0f} | |")
        growth = (grown - after) / max(1, given.plans - few)
        print(f"\nLargest page: {largest.relative_to(made.parent)}, {pages[largest]:,} bytes (promise: {PAGE:,})")
        print(f"Largest page of a plan: {pages[plan]:,} bytes (promise: {PLAN_PAGE:,})")
        print(f"The workbook costs {cost:.1f} ms a plan (goal: {EACH})")
        print(f"The workbook's process grows by {growth:,.0f} bytes a plan (promise: {GROWTH:,})")
    if pages[largest] > PAGE:
        broken.append("a page is too large")
    if pages[plan] > PLAN_PAGE:
        broken.append("a plan's page is too large to mail")
    if growth > GROWTH:
        broken.append("the workbook's memory grows with the plans")
    for words in broken:
        print(f"BROKEN: {words}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
