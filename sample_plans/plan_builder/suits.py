"""Faults that are wanted → what the plan must be like for them (years, status, health, care)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

PATHWAYS = ("employment", "living", "community", "health")
TOUCHING = {
    "employment": ("work placement", "job", "paid"),
    "living": ("bus", "travel", "cook", "dress", "wash", "money", "coat", "route", "meal", "shop", "toilet", "alarm"),
    "community": ("club", "friend", "park", "route", "pool", "game", "bus", "travel"),
    "health": ("health", "sleep", "food", "diet", "exercise", "medicine", "weight"),
}
"""Words by which other difficulties of the library would touch a pathway to adulthood."""


@dataclass(frozen=True)
class Suit:
    """What a plan must be like."""

    years: tuple[int, ...] = tuple(range(-1, 15))
    status: str = ""
    health: bool | None = None
    """Whether section C states a need; None where it may or may not."""
    care: bool | None = None
    without: tuple[str, ...] = ()
    """Pathways to adulthood of which the plan says nothing."""
    early: bool = False
    """Made before September, so that the school year's transfer date is past."""


ADULT = tuple(range(9, 15))
SUITS = {
    "adulthood/outcomes-missing": Suit(years=ADULT),
    "adulthood/provision-missing": Suit(years=ADULT, without=PATHWAYS),
    "adulthood/employment-pathway-missing": Suit(years=ADULT, without=("employment",)),
    "adulthood/independent-living-pathway-missing": Suit(years=ADULT, without=("living", "community")),
    "adulthood/community-pathway-missing": Suit(years=ADULT, without=("community",), care=False),
    "adulthood/health-pathway-missing": Suit(years=ADULT, without=("health",), health=False),
    "timeliness/phase-transfer-date-missed": Suit(years=(6, 11), status="amended", early=True),
    "timeliness/amended-final-later-than-12-weeks-after-review": Suit(status="amended"),
    "timeliness/final-later-than-20-weeks": Suit(status="final"),
    "structure/placement-named-in-draft": Suit(status="draft"),
    "structure/signature-or-date-missing-in-final": Suit(status="final"),
    "dates/review-overdue": Suit(status="final"),
    "health-and-care/h1-for-an-adult": Suit(years=(14,), care=True),
    "health-and-care/health-need-without-provision": Suit(health=True),
    "health-and-care/no-health-or-care-outcome": Suit(health=True),
    "health-and-care/health-provision-unspecific": Suit(health=True),
    "provision/therapy-in-health-section": Suit(health=True),
    "health-and-care/health-needs-blank": Suit(health=False),
    "health-and-care/none-stated-but-provision-made": Suit(health=False),
    "health-and-care/care-need-without-provision": Suit(care=True),
    "health-and-care/care-provision-unspecific": Suit(care=True),
    "health-and-care/care-needs-blank": Suit(care=False),
    "health-and-care/not-known-to-service": Suit(care=False),
    "health-and-care/provision-without-need": Suit(care=False),
    "voice/parent-views-missing": Suit(years=tuple(range(-1, 11))),
}


def suit_for(faults: Iterable[str]) -> Suit:
    """A plan in which these faults can be planted; where two want different plans the first has its way."""
    out = Suit()
    for rule in faults:
        one = SUITS.get(rule, Suit())
        years = tuple(year for year in out.years if year in one.years)
        out = replace(
            out,
            years=years or out.years,
            status=out.status or one.status,
            health=one.health if out.health is None else out.health,
            care=one.care if out.care is None else out.care,
            without=(*out.without, *one.without),
            early=out.early or one.early,
        )
    return out


def touches(suit: Suit, text: str) -> bool:
    """Whether words of the library touch a pathway that the plan leaves out."""
    return any(touched(key, text) for key in suit.without)


def touched(key: str, text: str) -> bool:
    """Whether words touch one pathway."""
    return re.search(rf"\b(?:{'|'.join(TOUCHING[key])})", text) is not None
