"""Needs and voice (thin first version)."""

from __future__ import annotations

from ehcaudit.language.values import Judgement, verdict_of


def judge_need(text: str) -> Judgement:
    """Slots, faults and verdict of one need."""
    return verdict_of("need", text, {}, (), 0.5, query=False)


def judge_voice(text: str) -> Judgement:
    """Whether the words are the child's or the family's own."""
    return verdict_of("voice", text, {}, (), 0.5, query=False)
