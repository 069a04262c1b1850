"""Audits of many plans, one after the other → what only all of them together show.

``Caseload.add`` takes each as it comes and ``finish`` gives the CaseloadView; ``view_of`` does both for a run.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import replace

from ehcaudit.caseload.gathering import SMALLEST, Gathering
from ehcaudit.caseload.trace import Trace, trace
from ehcaudit.caseload.values import CaseloadView, Group
from ehcaudit.model import PlanAudit, Run

__all__ = ["SMALLEST", "Caseload", "CaseloadView", "Trace", "groups_of", "trace", "view_of"]


class Caseload:
    """What is gathered of a caseload, one plan after the other; the order does not matter."""

    def __init__(self, *, smallest: int = SMALLEST) -> None:
        self._gathering = Gathering(smallest=smallest)

    def add(self, plan: PlanAudit | Trace | bytes) -> None:
        """Take in a plan: an audit with its plan as it was read, its trace, or a packed trace. Raises ValueError for
        bytes that are no trace."""
        if isinstance(plan, bytes):
            plan = Trace.unpack(plan)
        self._gathering.add(plan if isinstance(plan, Trace) else trace(plan))

    def finish(self) -> CaseloadView:
        """What the plans so far show together."""
        return self._gathering.view()


def view_of(run: Run | Iterable[PlanAudit | Trace | bytes], *, smallest: int = SMALLEST) -> CaseloadView:
    """The view of all plans of a run, or of these.

    Where a run's plans are kept without their words, they have their packed ``traces`` beside them, in the same order;
    an audit without its words shows little. They also keep the ``view``, so that it is made once.
    """
    plans = run.plans if isinstance(run, Run) else run

    def made() -> CaseloadView:
        caseload = Caseload(smallest=smallest)
        for plan in getattr(plans, "traces", plans):
            caseload.add(plan)
        return caseload.finish()

    keeper: Callable[[int, Callable[[], CaseloadView]], CaseloadView] | None = getattr(plans, "view", None)
    return keeper(smallest, made) if keeper else made()


def groups_of(traces: Iterable[Trace], *, smallest: int = SMALLEST) -> tuple[Group, ...]:
    """The ``groups`` of the view alone: they are what changes where rules gave new answers to plans that stayed."""
    caseload = Caseload(smallest=smallest)
    for one in traces:
        caseload.add(replace(one, passages=(), words=b"", sketch=array("H"), strangers=(), full_names=()))
    return caseload.finish().groups
