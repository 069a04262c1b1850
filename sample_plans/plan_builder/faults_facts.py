"""Faults of facts and of language: identifiers, contradictions, hard words, time limits, pathways to adulthood."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from plan_builder.library import library
from plan_builder.suits import touched
from plan_builder.table import TABLE, Planter, drop_parts, planter, renumber

if TYPE_CHECKING:
    from plan_builder.generate import Draft


@planter("identity/nhs-number")
def _(draft: Draft) -> str | None:
    nine = [9, 9, 9, *(draft.random.randint(0, 9) for _ in range(6))]
    check = 11 - sum(digit * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    if check == 10:
        return None
    digits = "".join(map(str, [*nine, check % 11]))
    value = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    draft.data.setdefault("details", []).append({"label": "NHS number", "value": value})
    return value


@planter("identity/unique-pupil-number")
def _(draft: Draft) -> str | None:
    digits = [draft.random.randint(0, 9) for _ in range(12)]
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    check = letters[sum(digit * place for place, digit in enumerate(digits, 2)) % 23]
    value = check + "".join(map(str, digits))
    draft.data.setdefault("details", []).append({"label": "Unique pupil number", "value": value})
    return value


def _detail(label: str, *values: str) -> Planter:
    def add(draft: Draft) -> str | None:
        value = draft.random.choice(values)
        draft.data.setdefault("details", []).append({"label": label, "value": value})
        return value

    return add


TABLE |= {
    "identity/postcode": _detail("Home address", "IP98 6QX", "PO99 3ZZ", "BS98 1TL", "M60 9XY"),
    "identity/email-address": _detail("Email", "family@example.org", "d.farrant@example.co.uk", "senco@example.sch.uk"),
    "identity/telephone-number": _detail(
        "Telephone", "01632 960 123", "07700 900456", "(020) 7946 0321", "+44 1632 960987"
    ),
    "identity/street-address": _detail("Home address", "14 Tanyard Lane", "Flat 3, 27 Mill Street", "9 The Crescent"),
    "identity/national-insurance-number": _detail("National Insurance number", "AB 12 34 56 C", "AB123456C"),
}


@planter("identity/another-childs-name")
def _(draft: Draft) -> str | None:
    other = draft.random.choice([n for n in library("people")[draft.words["he"]] if n != draft.words["name"]])
    name = draft.words["name"]
    items = [x for x in (*draft.data["needs"], *draft.data["outcomes"]) if name in x["text"]]
    item = draft.random.choice(items)
    item["text"] = item["text"].replace(draft.words["name"], other)
    return str(other)


@planter("identity/pronoun-changes")
def _(draft: Draft) -> str | None:
    swap = {"he": "she", "she": "he"}[draft.words["he"]]
    old = f" {draft.words['he']} "
    items = [x for x in draft.data["needs"] if old in x["text"] and x.get("section", "B") == "B"]
    if len(items) < 2:
        return None
    for item in draft.random.sample(items, min(2, len(items) - 1)):
        item["text"] = item["text"].replace(old, f" {swap} ")
    return swap


@planter("identity/age-contradicts")
def _(draft: Draft) -> str | None:
    wrong = max(draft.year, 0) + 5 + 4
    text = draft.say("{name} is {age} years old.", age=str(wrong))
    draft.parts["history"]["text"] = f"{text} {draft.data['A'][-1]['text']}"
    return f"{wrong} years old"


@planter("plain-language/acronym-unexplained")
def _(draft: Draft) -> str | None:
    items = [x for x in draft.data["provisions"] if x["section"] == "F"]
    item = draft.random.choice(items)
    short = draft.random.choice(("SENCo", "ELSA", "HLTA", "DSL", "IEP"))
    item["text"] += f" The {short} will keep a copy of it."
    return str(short)


@planter("plain-language/duplicate-paragraph")
def _(draft: Draft) -> str | None:
    history = draft.parts["history"]
    first = history["text"].split("\n\n")[0]
    history["text"] += f"\n\n{first}"
    return str(first)


@planter("timeliness/final-later-than-20-weeks")
def _(draft: Draft) -> str | None:
    if draft.data["plan"]["status"] != "final":
        return None
    draft.data["plan"]["request_date"] = draft.made - timedelta(weeks=31)
    return ""


@planter("timeliness/draft-response-shorter-than-15-days")
def _(draft: Draft) -> str | None:
    draft.data["plan"]["draft_sent"] = draft.made - timedelta(days=40)
    draft.data["plan"]["comments_by"] = draft.made - timedelta(days=32)
    return ""


@planter("timeliness/amended-final-later-than-12-weeks-after-review")
def _(draft: Draft) -> str | None:
    if draft.data["plan"]["status"] != "amended":
        return None
    draft.data["plan"]["review_meeting"] = draft.made - timedelta(weeks=22)
    return ""


@planter("adulthood/outcomes-missing")
def _(draft: Draft) -> str | None:
    if draft.year < 9:
        return None
    keys = ("employment", "living")
    renumber(draft, lambda o: o["area"] == "independence" or any(touched(key, o["text"]) for key in keys))
    return "" if draft.data["outcomes"] else None


@planter("adulthood/provision-missing")
def _(draft: Draft) -> str | None:
    kept = [x["text"] for x in draft.data["provisions"]]
    if draft.year < 9 or not kept or any(touched(key, text) for key in ("employment", "living") for text in kept):
        return None
    return ""


TABLE["identity/registration-number"] = _detail("Plan number", "EHC/2025/00417", "EHCP-118842", "SEN 2024/3317")


@planter("identity/school-contradicts")
def _(draft: Draft) -> str | None:
    other = draft.random.choice([x for x in library("people")["places"] if x not in draft.facts["setting"]])
    kind = draft.facts["setting"].rsplit(" ", 1)[1]
    text = draft.say("{name} attends {other} {kind}, where {he} has a quiet corner.", other=other, kind=kind)
    draft.parts["history"]["text"] = f"{text} {draft.data['A'][-1]['text']}"
    return f"{other} {kind}"


@planter("voice/third-person-without-quotes")
def _(draft: Draft) -> str | None:
    text = draft.say("{name} is a cheerful person who tries hard. {He} finds noise difficult and likes to be outside.")
    draft.parts["views"]["text"] = text
    drop_parts(draft, "gathered", "dreams")
    return text


@planter("plain-language/sentence-too-long")
def _(draft: Draft) -> str | None:
    text = draft.say(
        "{name} moved to the area when {he} was two and at first stayed with an aunt whose house was near the harbour "
        "and who looked after {him} on most days while {his} parents were at work, and although {he} soon knew every "
        "boat by its colour and every gull by its cry {he} did not speak to the children who lived there until a full "
        "year had gone."
    )
    draft.parts["history"]["text"] += f"\n\n{text}"
    return text


@planter("plain-language/jargon")
def _(draft: Draft) -> str | None:
    words = {
        "dysregulated": "becomes dysregulated",
        "proprioceptive": "seeks proprioceptive input",
        "vestibular": "seeks vestibular input",
    }
    word, end = draft.random.choice(list(words.items()))
    needs = [x for x in draft.data["needs"] if x.get("section", "B") == "B"]
    needs[0]["text"] = needs[0]["text"].rstrip(".") + draft.say(", and {he} {end}.", end=end)
    return word


@planter("plain-language/unfinished-text")
def _(draft: Draft) -> str | None:
    item = draft.random.choice([x for x in draft.data["provisions"] if x["section"] == "F"])
    words, quote = draft.random.choice(
        (
            ("Start date TBC.", "TBC"),
            ("The start is to be confirmed.", "to be confirmed"),
            ("Room: to be completed.", "to be completed"),
        )
    )
    item["text"] += f" {words}"
    return quote


@planter("structure/provision-outside-its-section")
def _(draft: Draft) -> str | None:
    text = draft.say(
        draft.random.choice(
            (
                "{name} will receive 20 hours a week of support from a teaching assistant.",
                "{name} will have a speech and language therapist for 30 minutes every week.",
                "A teaching assistant will support {name} one to one for two hours each day.",
                "{name} is to have 12 sessions of occupational therapy a year.",
            )
        )
    )
    draft.parts["history"]["text"] += f"\n\n{text}"
    return text


@planter("structure/advice-not-listed")
def _(draft: Draft) -> str | None:
    if "physio" in draft.roles:
        return None
    text = draft.say(
        "{name} tires after ten minutes of walking, as the physiotherapist's report of May 2025 found, so {he} misses "
        "the start of lessons."
    )
    needs = [x for x in draft.data["needs"] if x.get("section", "B") == "B"]
    needs[-1]["text"] = text
    return text


@planter("timeliness/phase-transfer-date-missed")
def _(draft: Draft) -> str | None:
    if draft.year not in (6, 11) or draft.data["plan"]["status"] == "draft":
        return None
    draft.data["plan"] |= {"status": "amended", "plan_date": date(draft.start + 1, 5, 11)}
    draft.data["plan"]["first_issued"] = date(draft.start - 2, 5, 11)
    if draft.data["plan"]["plan_date"] > date(2026, 10, 1):
        return None
    draft.data["I"] = {
        "name": f"Harbourside College, from September {draft.start + 1}",
        "type": "Mainstream" if draft.year == 6 else "General further education college",
    }
    return ""


def _pathway(key: str) -> Planter:
    """The plan was begun without a pathway to adulthood (``suits``), if nothing else in it touches that pathway."""

    def left_out(draft: Draft) -> str | None:
        texts = [x["text"] for x in (*draft.data["outcomes"], *draft.data["provisions"])]
        free = key in draft.suit.without and not any(touched(key, text) for text in texts)
        return "" if free and draft.year >= 9 else None

    return left_out


TABLE |= {
    "adulthood/employment-pathway-missing": _pathway("employment"),
    "adulthood/independent-living-pathway-missing": _pathway("living"),
    "adulthood/community-pathway-missing": _pathway("community"),
    "adulthood/health-pathway-missing": _pathway("health"),
}
