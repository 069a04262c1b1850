"""One statement of a plan → its judgement, whatever its kind. The one door to the grammars of this package."""

from __future__ import annotations

from collections.abc import Mapping

from ehcaudit.language.values import Fault, Judgement, Kind, Slot, Verdict, verdict_of

__all__ = ["Fault", "Judgement", "Kind", "Slot", "Verdict", "judge"]


def judge(kind: str, text: str, section: str = "", attached: Mapping[str, str] | None = None) -> Judgement:
    """What the grammar says of one statement: slots, faults, verdict. Never raises, whatever the text.

    ``kind`` is the item's kind; ``section`` the letter that it stands in (social care is judged otherwise than
    education); ``attached`` the cells of the other columns of its row (who, frequency, duration, group, review, when,
    setting, measure), which fill slots. Advice, an unknown kind and a text without a letter or digit have no faults
    and are for a person (``query``).
    """
    columns = attached or {}
    if any(c.isalnum() for c in text):
        if kind == "outcome":
            from ehcaudit.language.outcome import judge_outcome

            return judge_outcome(text, columns)
        if kind == "provision":
            from ehcaudit.language.provision import judge_provision

            return judge_provision(text, section, columns)
        if kind in ("need", "voice"):
            from ehcaudit.language.needs import judge_need, judge_voice

            return judge_need(text) if kind == "need" else judge_voice(text)
    return verdict_of(kind, text, {}, (), 0.5, query=True)
