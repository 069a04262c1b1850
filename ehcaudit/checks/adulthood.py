"""Preparation for adulthood, from Year 9 on: whether provision, outcomes and each of four pathways are there."""

from __future__ import annotations

from typing import Literal

from ehcaudit.checks.age import school_age
from ehcaudit.checks.base import Answer, Context, Hit, Options, check, unreadable
from ehcaudit.checks.links import stated
from ehcaudit.language import cues
from ehcaudit.model import Item, Plan

_FIRST_YEAR = 9
_PROVISION = ("F", "G", "H", "H1", "H2")


class Adulthood(Options):
    """What to look for, and among which items."""

    look_in: tuple[Literal["outcome", "provision"], ...]
    pathway: Literal["", "employment", "independent-living", "community", "health"] = ""
    """One pathway alone; empty: any of the four."""


@check("adulthood", Adulthood)
def adulthood(plan: Plan, options: Adulthood, where: tuple[str, ...], context: Context) -> Answer:
    """From Year 9 on: does an outcome (a provision) have to do with adult life?

    Does not apply below Year 9. Where the year cannot be told, a plan without any such words is for a person to
    judge. Reg. 12(3) SEND Regulations 2014 asks for provision in F, G and H; outcomes and pathways are practice.
    """
    group = school_age(plan, context).group
    if group and group[1] < _FIRST_YEAR:
        return Answer("not_applicable", reason="The child is below Year 9.")
    homes = (["E"] if "outcome" in options.look_in else []) + (["F"] if "provision" in options.look_in else [])
    said = [(item, text) for item, text in context.once(plan, _said) if item.kind in options.look_in]
    if any(_about(item, text, options.pathway) or _headed(plan, item, options, context) for item, text in said):
        return Answer("met")
    for home in homes:
        if why := unreadable(plan, home):
            absent = home not in plan.sections and plan.partial
            return Answer("not_applicable" if absent else "not_assessed", reason=why)
    if group is None or group[0] < _FIRST_YEAR:
        return Answer("query", reason="The plan does not say whether the child is in Year 9 or above.")
    values = {"pathway": cues.data("adulthood")["pathways"][options.pathway]["name"]} if options.pathway else {}
    return Answer("not_met", (Hit(section=homes[0], values=values),))


def _said(plan: Plan) -> list[tuple[Item, str]]:
    """What outcomes and provisions state, each with its words and those of its row."""
    return [
        (item, cues.flat(" ".join((item.text, *(words.quote for words in item.attached.values())))))
        for item in plan.items
        if item.kind in ("outcome", "provision") and item.section in ("E", *_PROVISION) and stated(item)
    ]


def _about(item: Item, text: str, pathway: str) -> bool:
    """Whether an item's words have to do with a pathway (with any: empty)."""
    if pathway:
        return bool(cues.pattern("adulthood", "pathways", pathway, "cues").search(text)) or (
            pathway == "health" and item.kind == "outcome" and item.area == "health"
        )
    return bool(cues.pattern("adulthood", "general").search(text)) or any(
        cues.pattern("adulthood", "pathways", key, "cues").search(text) for key in ("employment", "independent-living")
    )


def _headed(plan: Plan, item: Item, options: Adulthood, context: Context) -> bool:
    """Whether an item stands under a heading for independence or adult life and says something definite."""
    return not options.pathway and item.area == "independence" and context.judge(plan, item).verdict != "weak"
