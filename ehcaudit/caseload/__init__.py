"""Audits of many plans, one after the other → what only all of them together show.

``Caseload.add`` takes each as it comes and ``finish`` gives the CaseloadView; ``view_of`` does both for a run.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
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
        self._gathering.add(_traced(plan))

    def finish(self, again: Callable[[int], PlanAudit | Trace | bytes] | None = None) -> CaseloadView:
        """What the plans so far show together.

        ``again`` gives the plan that was added as that number, once more: statements that stand in one plan alone, in
        nearly the words of another's, are looked for where it is there. Nobody could keep the words of all.
        """
        return self._gathering.view(None if again is None else lambda number: _traced(again(number)))


def _traced(plan: PlanAudit | Trace | bytes) -> Trace:
    if isinstance(plan, bytes):
        return Trace.unpack(plan)
    return plan if isinstance(plan, Trace) else trace(plan)


def view_of(run: Run | Iterable[PlanAudit | Trace | bytes], *, smallest: int = SMALLEST) -> CaseloadView:
    """The view of all plans of a run, or of these.

    Where a run's plans are kept without their words, they have their packed ``traces`` beside them, in the same order;
    an audit without its words shows little. They also keep the ``view``, so that it is made once.
    """
    plans = run.plans if isinstance(run, Run) else run

    def made() -> CaseloadView:
        caseload = Caseload(smallest=smallest)
        traces = getattr(plans, "traces", plans)
        for plan in traces:
            caseload.add(plan)
        return caseload.finish(traces.__getitem__ if isinstance(traces, Sequence) else None)

    keeper: Callable[[int, Callable[[], CaseloadView]], CaseloadView] | None = getattr(plans, "view", None)
    return keeper(smallest, made) if keeper else made()


def groups_of(traces: Iterable[Trace], *, smallest: int = SMALLEST) -> tuple[Group, ...]:
    """The ``groups`` of the view alone: they are what changes where rules gave new answers to plans that stayed."""
    caseload = Caseload(smallest=smallest)
    for one in traces:
        caseload.add(
            replace(one, passages=(), words=b"", sketch=array("H"), strangers=(), full_names=(), near=array("Q"))
        )
    return caseload.finish().groups
