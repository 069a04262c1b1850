"""Faults of statements, sections, threads and advice: how each is put into a sound draft, and what must be quoted."""

from __future__ import annotations

import functools
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import plan_builder.faults_facts  # noqa: F401  (enters its faults into the table)
from plan_builder.library import library
from plan_builder.table import TABLE, Planted, Planter, drop_parts, planter, renumber, without

if TYPE_CHECKING:
    from plan_builder.generate import Draft


@functools.cache
def statements() -> dict[str, dict[str, Any]]:
    """Faults of single statements, by rule."""
    return {entry["rule"]: entry for entry in library("faults")["fault"]}


def faults_for() -> list[str]:
    """The rules whose faults can be planted."""
    return sorted({*statements(), *TABLE})


def plant(rule: str, draft: Draft) -> list[Planted]:
    """Put one fault into a draft; empty where it has no place for it. ``KeyError`` for a rule not in the table."""
    quote = TABLE[rule](draft) if rule in TABLE else _statement(statements()[rule], draft)
    also = statements()[rule].get("also", []) if rule in statements() else []
    return [] if quote is None else [{"rule": rule, "quote": quote, "also": also}]


def _statement(entry: dict[str, Any], draft: Draft) -> str | None:
    """Put a bad statement in the place of a good one; where the section has none, as a new one."""
    from plan_builder.wording import a, by_when, fitting, say

    chance, data = draft.random, draft.data
    skill = chance.choice(fitting(draft, library("skills")["skill"])[:13])
    role = library("people")["role"][skill["who"]]
    marked = say(
        draft, chance.choice(entry["kept" if draft.kept else "texts"]),
        do=draft.say(skill["do"]), teach=draft.say(skill["teach"]), programme=draft.say(skill["programme"]),
        role=role["name"], arole=a(role["name"]).replace("A", "a", 1), short=role.get("short", role["name"]),
        anassistant=a(draft.words["assistant"]).replace("A", "a", 1), by=by_when(draft),
        room=draft.say(chance.choice(draft.phase["rooms"])),
    )  # fmt: skip
    quotes = re.findall("‹(.*?)›", marked)
    text = marked.replace("‹", "").replace("›", "")
    text = text[:1].upper() + text[1:]
    quote = quotes[0] if quotes else text
    kind, section = entry["kind"], entry.get("section", {"need": "B", "provision": "F"}.get(entry["kind"], ""))
    used = draft.facts.setdefault("changed", set())
    places = [
        item
        for item in data[f"{kind}s"]
        if item.get("section", "B" if kind == "need" else "") == section
        and id(item) not in used
        and item["area"] not in (("health", "care") if kind != "provision" else ())
    ]
    if kind == "provision" and section == "F":
        # Only provision that is not the only one of its outcome, so that no thread breaks.
        places = [x for x in places if sum(y["outcomes"] == x["outcomes"] for y in data["provisions"]) > 1]
    if places:
        item = chance.choice(places)
        used.add(id(item))
        for key in ("who", "frequency", "review", "when", "measure"):
            item.pop(key, None)
        item["text"] = text
        return quote
    if kind != "provision" or not section or section == "F":
        return None
    data["none"] = [n for n in data["none"] if n["section"] != section]
    home = {"G": "C", "H1": "D", "H2": "D"}[section]
    numbers = [n for n, need in enumerate(data["needs"], 1) if need.get("section") == home]
    if not numbers:
        return None
    data["provisions"].append(
        {"section": section, "area": entry["area"], "outcomes": [], "needs": numbers[:1], "text": text}
    )
    return quote


def _drop_part(*keys: str) -> Planter:
    def take_out(draft: Draft) -> str | None:
        return "" if drop_parts(draft, *keys) else None

    return take_out


def _drop_advice(word: str) -> Planter:
    def take_out(draft: Draft) -> str | None:
        return "" if without(draft, "advice", lambda row: word in f"{row['title']} {row['role']}".casefold()) else None

    return take_out


TABLE |= {
    "voice/parent-views-missing": _drop_part("parents", "future"),
    "voice/how-views-were-gathered-missing": _drop_part("gathered"),
    "voice/interests-missing": _drop_part("enjoys"),
    "voice/how-the-child-communicates-missing": _drop_part("talk"),
    "dates/educational-psychology-advice-missing": _drop_advice("psycholog"),
    "health-and-care/health-advice-missing": _drop_advice("medical"),
    "health-and-care/care-advice-missing": _drop_advice("social care"),
}


def _parents(draft: Draft, words: str) -> None:
    """Other words of the parents, and none of anybody on the future."""
    drop_parts(draft, "future")
    draft.parts["parents"]["text"] = f'{draft.facts["parents"]}: "{draft.say(words)}"'


@planter("voice/aspirations-missing")
def _(draft: Draft) -> str | None:
    drop_parts(draft, "dreams")
    _parents(draft, "{name} makes us laugh every day. {He} is gentle with {his} cousins.")
    return ""


@planter("voice/child-views-missing")
def _(draft: Draft) -> str | None:
    return "" if drop_parts(draft, "views", "dreams") else None


@planter("outcomes/outcomes-missing")
def _(draft: Draft) -> str | None:
    if draft.layout == "stacked":
        return None  # Its tables have no band for outcomes where there are none: the section itself is missing.
    draft.data["outcomes"] = []
    for provision in draft.data["provisions"]:
        provision["outcomes"] = []
    return ""


@planter("dates/advice-list-empty")
def _(draft: Draft) -> str | None:
    draft.data["advice"] = []
    return ""


def _advice(draft: Draft, key: str, value: Any) -> str | None:
    rows = [row for row in draft.data["advice"] if "Views" not in row["title"]]
    if not rows:
        return None
    row = draft.random.choice(rows)
    row[key] = value
    if key == "date" and value is None:
        row.pop("date")
        row.pop("received", None)
    return str(row["title"])


@planter("dates/advice-undated")
def _(draft: Draft) -> str | None:
    return _advice(draft, "date", None)


@planter("dates/advice-author-or-role-missing")
def _(draft: Draft) -> str | None:
    rows = [row for row in draft.data["advice"] if "Views" not in row["title"]]
    if not rows:
        return None
    row = draft.random.choice(rows)
    row["author"] = row["role"] = ""
    return str(row["title"])


@planter("dates/advice-older-than-policy")
def _(draft: Draft) -> str | None:
    return _advice(draft, "date", draft.made - timedelta(days=365 * 6))


@planter("dates/advice-dated-after-plan")
def _(draft: Draft) -> str | None:
    return _advice(draft, "date", draft.made + timedelta(days=21))


@planter("dates/plan-undated")
def _(draft: Draft) -> str | None:
    draft.data["plan"].pop("plan_date")
    draft.data.pop("signoff", None)
    return ""


@planter("dates/review-overdue")
def _(draft: Draft) -> str | None:
    if draft.data["plan"]["status"] == "draft":
        return None
    draft.data["plan"]["review_date"] = draft.made + timedelta(days=365 * 2 + 40)
    return ""


def _leave_out(draft: Draft, letter: str) -> str:
    draft.data.setdefault("leave_out", []).append(letter)
    return ""


@planter("structure/section-missing")
def _(draft: Draft) -> str | None:
    apart = () if draft.layout == "department" else ("G", "H1", "H2")  # Its heading names them together.
    free = [x for x in apart if not any(y["section"] == x for y in draft.data["provisions"])]
    letter = draft.random.choice(["J", *free])
    draft.data["none"] = [n for n in draft.data["none"] if n["section"] != letter]
    return _leave_out(draft, letter)


@planter("structure/placement-named-in-draft")
def _(draft: Draft) -> str | None:
    if draft.data["plan"]["status"] != "draft":
        return None
    draft.data["plan"].pop("first_issued", None)
    draft.data.pop("signoff", None)
    draft.data["I"] = {"name": draft.facts["setting"], "type": draft.facts["kind"]}
    return str(draft.facts["setting"])


@planter("structure/template-text-left")
def _(draft: Draft) -> str | None:
    words = draft.random.choice(
        (
            "Choose an item.",
            "Click here to enter a date.",
            "xx/xx/xxxx",
            "{{ child_name }}",
            "[INSERT]",
            "Click or tap here to enter text.",
            "<<Forename>>",
            "[insert name of school]",
        )
    )
    draft.data["J"] = {"text": words}
    return str(words)


@planter("structure/status-unclear")
def _(draft: Draft) -> str | None:
    draft.data["plan"]["status"] = ""
    return ""


@planter("structure/signature-or-date-missing-in-final")
def _(draft: Draft) -> str | None:
    if draft.layout == "working":
        return None  # A working document says of itself that it is not finished.
    if draft.data["plan"]["status"] == "draft" or not draft.data.pop("signoff", None):
        return None
    return ""


@planter("needs/strengths-missing")
def _(draft: Draft) -> str | None:
    draft.data["strengths"] = []
    _parents(draft, "We worry about who will look out for {him} when we cannot.")
    draft.parts["views"]["text"] = '"I hate bells. It is hard when everybody talks together."'
    draft.parts["enjoys"]["text"] = draft.say("{name}'s interests are {interest} and music.")
    return ""


@planter("needs/area-of-need-empty")
def _(draft: Draft) -> str | None:
    gone = without(draft, "none", lambda n: n["section"] == "B")
    if gone:
        for entry in gone:
            entry["text"] = ""
        draft.data["none"] += [{"section": "B", "area": gone[0]["area"], "text": ""}]
    return "" if gone else None


def _blank(letter: str, provision: tuple[str, ...]) -> Planter:
    def make(draft: Draft) -> str | None:
        said = without(draft, "none", lambda n: n["section"] == letter)
        return "" if said else None

    assert provision
    return make


TABLE["health-and-care/health-needs-blank"] = _blank("C", ("G",))
TABLE["health-and-care/care-needs-blank"] = _blank("D", ("H1", "H2"))


@planter("health-and-care/not-known-to-service")
def _(draft: Draft) -> str | None:
    said = without(draft, "none", lambda n: n["section"] == "D")
    if not said:
        return None
    text = draft.say("{name} is not known to social care.")
    draft.data["none"].append({"section": "D", "text": text})
    return text


def _unprovided(home: str, made: tuple[str, ...], none: str) -> Planter:
    def make(draft: Draft) -> str | None:
        needs = [need for need in draft.data["needs"] if need.get("section") == home]
        if not needs:
            return None
        without(draft, "provisions", lambda x: x["section"] in made)
        said = {n["section"] for n in draft.data["none"]}
        draft.data["none"] += [{"section": letter, "text": none} for letter in made if letter not in said]
        return str(needs[0]["text"])

    return make


TABLE["health-and-care/health-need-without-provision"] = _unprovided("C", ("G",), "None required.")
TABLE["health-and-care/care-need-without-provision"] = _unprovided("D", ("H1", "H2"), "None required.")


@planter("health-and-care/none-stated-but-provision-made")
def _(draft: Draft) -> str | None:
    if not any(n["section"] == "C" for n in draft.data["none"]):
        return None
    without(draft, "none", lambda n: n["section"] == "G")
    text = draft.say(
        "A community children's nurse will visit {name} at home for 40 minutes once a month to check {his} feeding "
        "pump. The nurse will review {his} care each term."
    )
    draft.data["provisions"].append({"section": "G", "area": "health", "outcomes": [], "needs": [], "text": text})
    return ""


@planter("health-and-care/provision-without-need")
def _(draft: Draft) -> str | None:
    if not without(draft, "none", lambda n: n["section"] == "D"):
        return None
    if not draft.data["none"]:
        return None
    without(draft, "none", lambda n: n["section"] == "H2")
    text = draft.say(
        "A support worker trained in the care of disabled children will take {name} to the youth club, one to one, for "
        "two hours every Friday evening. The social worker will review this every six months."
    )
    draft.data["provisions"].append({"section": "H2", "area": "care", "outcomes": [], "needs": [], "text": text})
    return text


@planter("health-and-care/h1-for-an-adult")
def _(draft: Draft) -> str | None:
    if not draft.adult:
        return None
    moved = [x for x in draft.data["provisions"] if x["section"] == "H2"]
    if not moved:
        return None
    moved[0]["section"] = "H1"
    without(draft, "none", lambda n: n["section"] == "H1")
    return str(moved[0]["text"])


@planter("health-and-care/no-health-or-care-outcome")
def _(draft: Draft) -> str | None:
    areas = [outcome["area"] for outcome in draft.data["outcomes"]]
    if not {"health", "care"} & set(areas):
        return None
    renumber(draft, lambda outcome: outcome["area"] in ("health", "care"))
    return ""


def _of_b(draft: Draft) -> list[int]:
    """Numbers of the needs of B that are the only one of their area or stand in one with others, each once."""
    return [n for n, need in enumerate(draft.data["needs"], 1) if need.get("section", "B") == "B"]


def _lonely_areas(draft: Draft) -> list[str]:
    areas = [need["area"] for need in draft.data["needs"] if need.get("section", "B") == "B"]
    return [area for area in dict.fromkeys(areas) if areas.count(area) == 1]


@planter("thread/need-without-provision")
def _(draft: Draft) -> str | None:
    areas = _lonely_areas(draft)
    if not areas or len(set(_of_b(draft))) < 2:
        return None
    without(draft, "provisions", lambda x: x["section"] == "F" and x["area"] == areas[0])
    return str(next(need["text"] for need in draft.data["needs"] if need["area"] == areas[0]))


@planter("thread/need-without-outcome")
def _(draft: Draft) -> str | None:
    areas = _lonely_areas(draft)
    if not areas:
        return None
    renumber(draft, lambda outcome: outcome["area"] == areas[-1])
    return str(next(need["text"] for need in draft.data["needs"] if need["area"] == areas[-1]))


@planter("thread/outcome-without-provision")
def _(draft: Draft) -> str | None:
    areas = _lonely_areas(draft)
    if not areas:
        return None
    without(draft, "provisions", lambda x: x["section"] == "F" and x["area"] == areas[0])
    found = [outcome["text"] for outcome in draft.data["outcomes"] if outcome["area"] == areas[0]]
    return str(found[0]) if found else None


@planter("thread/provision-without-need")
def _(draft: Draft) -> str | None:
    free = [n["area"] for n in draft.data["none"] if n["section"] == "B" and n["text"]]
    if not free:
        return None
    text = draft.say(
        "A clinical psychologist will lead a music and relaxation class with {name}, in a group of four, for 40 "
        "minutes once a week in the hall. The psychologist will review it each term."
    )
    draft.data["provisions"].append({"section": "F", "area": free[0], "outcomes": [], "needs": [], "text": text})
    return text


@planter("thread/repeated-provision")
def _(draft: Draft) -> str | None:
    made = [x for x in draft.data["provisions"] if x["section"] == "F" and not x.get("who")]
    others = [x for x in made if x["area"] != made[0]["area"]] if made else []
    if not others:
        return None
    source = draft.random.choice(made[:4])
    target = draft.random.choice([x for x in others if x is not source] or others)
    target["text"] = source["text"]
    return str(source["text"])
