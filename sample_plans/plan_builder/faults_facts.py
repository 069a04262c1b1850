"""Faults of facts and of language: identifiers, contradictions, hard words, time limits, pathways to adulthood."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from plan_builder.library import library
from plan_builder.table import TABLE, Planter, drop_parts, planter, renumber, without

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


def _detail(label: str, value: str) -> Planter:
    def add(draft: Draft) -> str | None:
        draft.data.setdefault("details", []).append({"label": label, "value": value})
        return value

    return add


TABLE |= {
    "identity/postcode": _detail("Home address", "IP98 6QX"),
    "identity/email-address": _detail("Email", "family@example.org"),
    "identity/telephone-number": _detail("Telephone", "01632 960 123"),
    "identity/street-address": _detail("Home address", "14 Tanyard Lane"),
    "identity/national-insurance-number": _detail("National Insurance number", "AB 12 34 56 C"),
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
    short = draft.random.choice(("SENCo", "ELSA", "SALT"))
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
    renumber(draft, lambda outcome: outcome["area"] == "independence")
    return ""


@planter("adulthood/provision-missing")
def _(draft: Draft) -> str | None:
    kept = [x for x in draft.data["provisions"] if not (x["area"] == "independence" and x["section"] == "F")]
    touching = ("club", "route", "friend", "job", "money", "travel", "cook", "park", "health")
    if draft.year < 9 or not kept or any(word in x["text"] for word in touching for x in kept):
        return None
    draft.data["provisions"] = kept
    return ""


TABLE["identity/registration-number"] = _detail("Plan number", "EHC/2025/00417")


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
    word = draft.random.choice(("dysregulated", "proprioceptive"))
    needs = [x for x in draft.data["needs"] if x.get("section", "B") == "B"]
    end = "becomes dysregulated" if word == "dysregulated" else "seeks proprioceptive input"
    needs[0]["text"] = needs[0]["text"].rstrip(".") + draft.say(", and {he} {end}.", end=end)
    return word


@planter("plain-language/unfinished-text")
def _(draft: Draft) -> str | None:
    item = draft.random.choice([x for x in draft.data["provisions"] if x["section"] == "F"])
    words = draft.random.choice(("Start date TBC.", "The start is to be confirmed."))
    item["text"] += f" {words}"
    return "TBC" if "TBC" in words else "to be confirmed"


@planter("structure/provision-outside-its-section")
def _(draft: Draft) -> str | None:
    text = draft.say("{name} will receive 20 hours a week of support from a teaching assistant.")
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


def _pathway(rule: str, provision: str, *words: str) -> None:
    """Take a pathway's provision and outcome out of a plan; not where other outcomes or provision touch it too."""

    def take_out(draft: Draft) -> str | None:
        numbers = {n for x in draft.data["provisions"] if provision in x["text"] for n in x["outcomes"]}
        gone = {id(draft.data["outcomes"][n - 1]) for n in numbers}
        left = [x["text"] for x in draft.data["outcomes"] if id(x) not in gone]
        left += [x["text"] for x in draft.data["provisions"] if provision not in x["text"]]
        if not gone or any(word in text for word in words for text in left):
            return None
        without(draft, "provisions", lambda x: provision in x["text"])
        renumber(draft, lambda outcome: id(outcome) in gone)
        return ""

    TABLE[rule] = take_out


_pathway("adulthood/employment-pathway-missing", "job coach", "work placement", "paid")
_pathway("adulthood/community-pathway-missing", "travel trainer", "club", "route", "friend", "game", "park", "days out")
_pathway("adulthood/health-pathway-missing", "learning disability nurse", "health", "nurse", "clinic", "sleep")
_pathway("adulthood/independent-living-pathway-missing", "cook meals", "dress", "wash", "money", "meal", "coat", "food")
