"""The commands on what a store remembers, and the store for those that write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcaudit.cli.console import emit, note, report_options
from ehcaudit.cli.options import NoColor, Verbose, Width, argument, option
from ehcaudit.errors import UsageError

if TYPE_CHECKING:
    from ehcaudit.history import Point
    from ehcaudit.store import Store

StoreFile = Annotated[str, option("--store", "FILE", "The store that “check --store” wrote.", show_default=False)]
Form = Annotated[str, option("--format", "NAME", "terminal, json or csv.")]
Last = Annotated[int, option("--last", "N", "Only the last N runs.", min=0, show_default=False)]
Forget = Annotated[
    int | None, option("--forget", "DAYS", "Let go of the words of plans that no run of so many days had.", min=0)
]
Verify = Annotated[bool, typer.Option("--verify", help="Check the file: SQLite's own check, and every result.")]
FORMS = ("terminal", "json", "csv")


def open_store(path: str, *, write: bool = True, words: bool = True) -> Store:
    """The store at this path. Raises StoreError."""
    from ehcaudit.store import Store

    return Store(path, write=write, words=words)


def trend_of(store: Store) -> Sequence[Point]:
    """The runs that an open store remembers, the oldest first."""
    from ehcaudit.history import trend as told

    return told(store)


def _checked(store: str, form: str) -> None:
    if not store:
        raise UsageError("say which store: --store FILE")
    if form not in FORMS:
        from ehcaudit.rules import nearest

        raise UsageError(f"--format: “{form}” is not one of {', '.join(FORMS)}{nearest(form, FORMS)}")


def history(
    store: StoreFile = "",
    format: Form = "terminal",
    last: Last = 0,
    verify: Verify = False,
    forget: Forget = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """List the runs that a store remembers.

    With --verify the file is checked instead, and with --forget the words of old plans are taken out of it.
    """
    _checked(store, format)
    if forget is not None:
        with open_store(store) as opened:
            note(f"let go of the words of {opened.forget(forget)} results")
        return 0
    with open_store(store, write=False) as opened:
        if verify:
            wrong = opened.verify()
            for line in wrong:
                note(line)
            note("the store is damaged" if wrong else "the store is sound")
            return 2 if wrong else 0
        from ehcaudit.reports.history import render_runs

        emit(render_runs(opened.runs()[-last:], format, report_options(width, no_color=no_color)))
    return 0


def trend(
    store: StoreFile = "",
    format: Form = "terminal",
    last: Last = 0,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Show score, grades and themes over time.

    With the number of plans and 95 % intervals. A change of the rules or of the plans is marked, and is no trend.
    """
    _checked(store, format)
    from ehcaudit.history import trend as told
    from ehcaudit.reports.history import render_trend

    with open_store(store, write=False) as opened:
        emit(render_trend(told(opened, last), format, report_options(width, no_color=no_color)))
    return 0


def diff(
    first: Annotated[str, argument("[RUN]", "A run's number, latest or previous (the default).")] = "previous",
    second: Annotated[str, argument("[RUN]", "The run to hold against it (default: latest).")] = "latest",
    store: StoreFile = "",
    format: Form = "terminal",
    width: Width = None,
    no_color: NoColor = False,
    verbose: Verbose = 0,
) -> int:
    """Show what changed between two runs.

    Plans that are new, gone, better or worse; findings that are new or fixed; and what was not compared.
    """
    _checked(store, format)
    from ehcaudit.history import difference, find_run
    from ehcaudit.reports.history import render_difference

    with open_store(store, write=False) as opened:
        one, two = find_run(opened, first), find_run(opened, second)
        titles = {**opened.cards(one.id), **opened.cards(two.id)}
        options = report_options(width, no_color=no_color, verbosity=verbose)
        emit(render_difference(difference(opened, one, two), titles, format, options))
    return 0


COMMANDS: tuple[Callable[..., Any], ...] = (history, trend, diff)
"""What ``app`` takes as its own, in the order of its help."""
