"""Unlimited different plans from one seed each: sound by construction, with any of the table's faults planted.

The words come from ``library/``. The same seed, layout, size and faults give the same plan on every machine. Children
are called "he" or "she": with "they" the library's verbs would have to change.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from plan_builder.content import Content, Expect, in_style
from plan_builder.expected import Expected, expected_of
from plan_builder.faults import faults_for, plant
from plan_builder.library import library
from plan_builder.style import styles
from plan_builder.suits import Suit, suit_for, touches
from plan_builder.wording import add_health_and_care, add_pathway, add_skill, fitting

Words = dict[str, str]
AREAS = ("communication", "cognition", "semh", "sensory")
COLUMNS = ("stacked", "thread", "controls")
"""Layouts in which by whom and how often may stand in columns of their own."""


@dataclass
class Draft:
    """A plan being made up."""

    random: random.Random
    layout: str
    words: Words
    facts: dict[str, Any]
    year: int
    start: int
    """The calendar year in which the school year of the plan's date begins."""
    born: date
    made: date
    phase: dict[str, Any]
    columns: bool
    data: dict[str, Any]
    suit: Suit
    kept: bool = False
    """Worded in the shapes that are kept back, not in those on which the rules were mended."""
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    """The parts of section A, by what they say."""
    roles: list[str] = field(default_factory=list)
    """Specialists who have a part in it; the last is the one of the difficulty at hand."""

    def say(self, text: str, **more: str) -> str:
        """A phrase of the library with its slots filled."""
        return text.format_map({**self.words, **more})

    def pick(self, values: Sequence[Any]) -> Any:
        """One of them."""
        return self.random.choice(values)

    def day(self, before: int, spread: int) -> date:
        """A working day some weeks before the plan."""
        day = self.made - timedelta(days=before + self.random.randint(0, spread))
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return day

    def printed(self, day: date) -> str:
        """A date as this plan prints dates."""
        return in_style(day, self.data["plan"]["date_style"])

    @property
    def adult(self) -> bool:
        """Eighteen or older when the plan was made."""
        return (
            self.made.year - self.born.year - ((self.made.month, self.made.day) < (self.born.month, self.born.day))
        ) >= 18


def generate(
    seed: int, *, layout: str | None = None, words: int = 6000, faults: Sequence[str] = (), kept: bool = False
) -> tuple[Content, Expected]:
    """A plan of about so many words and what it must yield; ``faults`` are ids of rules of the table of faults.

    ``kept``: worded in the shapes that are kept back for measuring.
    """
    chance = random.Random(seed)
    chosen = layout or chance.choice(sorted(styles()))
    suit = suit_for(faults)
    draft = _begin(chance, chosen, suit)
    draft.kept = kept
    _fill(draft, words)
    planted = [fault for rule in faults for fault in plant(rule, draft)]
    content = Content.model_validate(draft.data)
    left = [fault for fault in planted if not fault["quote"] or _holds(content, fault["quote"])]
    content = content.model_copy(update={"expect": Expect.model_validate({"clean": not planted, "findings": left})})
    return content, expected_of(content)


def _holds(content: Content, words: str) -> bool:
    """Whether words are still in the plan, and were not taken out again with another fault's place."""
    texts = [*content.a, *content.needs, *content.outcomes, *content.provisions, *content.none, *content.advice]
    own = [text for item in texts for text in item.model_dump().values() if isinstance(text, str)]
    own += [detail.value for detail in content.details] + [content.j.text, content.i.name, content.child.setting]
    return any(words in text for text in own)


def some_faults(seed: int) -> tuple[str, ...]:
    """Two to six kinds of fault for a plan, every kind in its turn."""
    chance = random.Random(seed)
    every = faults_for()
    return tuple(chance.sample(every, min(len(every), chance.randint(2, 6))))


def _begin(chance: random.Random, layout: str, suit: Suit) -> Draft:
    """The child, the dates, the phase of education."""
    people = library("people")
    pronoun = chance.choice(("he", "she"))
    year = chance.choice(suit.years)
    made = date(2026, 2, 9) + timedelta(days=chance.randint(0, 190 if suit.early else 250))
    while made.weekday() > 4:
        made += timedelta(days=1)
    start = made.year if made.month >= 9 else made.year - 1
    born = date(start - 5 - year, 9, 1) + timedelta(days=chance.randint(0, 360))
    phase = next(p for p in people["phase"].values() if p["years"][0] <= year <= p["years"][1])
    he = {"he": "he", "his": "his", "him": "him", "himself": "himself"}
    she = {"he": "she", "his": "her", "him": "her", "himself": "herself"}
    name = chance.choice(people[pronoun])
    words = {"name": name, **(he if pronoun == "he" else she)}
    words |= {key.capitalize(): value.capitalize() for key, value in list(words.items()) if key != "name"}
    words |= {key: phase[key] for key in ("lesson", "teacher", "assistant")}
    words["interest"] = chance.choice(library("lives")["interests"])
    words["at"] = "at college" if year >= 12 else "at nursery" if year < 0 else "at school"
    status = chance.choices(("final", "amended", "draft"), (60, 25, 15))[0]
    status = suit.status or status
    setting, kind = chance.choice(phase["settings"])
    setting = setting.format(place=chance.choice(people["places"]))
    plan: dict[str, Any] = {
        "authority": chance.choice(people["authorities"]),
        "status": status,
        "plan_date": made,
        "review_date": made + timedelta(days=chance.randint(320, 360)),
        "date_style": chance.choice(("long", "long", "slash", "dots", "ordinal")),
    }
    if status == "amended":
        plan["first_issued"] = made - timedelta(days=365 * chance.randint(1, 3) + chance.randint(0, 300))
    names = chance.sample(people["staff"], 16)
    surname = chance.choice(people["surnames"])
    parents = chance.choice(people["parents"])
    label = {-1: "Nursery", 0: "Reception"}.get(year, f"Year {year}")
    facts = {"names": names, "surname": surname, "parents": parents, "setting": setting, "kind": kind}
    data: dict[str, Any] = {
        "layout": layout,
        "plan": plan,
        "child": {
            "name": name,
            "surname": surname,
            "pronoun": pronoun,
            "born": born,
            "year_group": label,
            "setting": setting,
            "parents": f"{parents} {surname}",
        },
        "A": [],
        **{key: [] for key in ("strengths", "needs", "outcomes", "provisions", "none", "advice", "extra")},
    }
    columns = layout in COLUMNS and chance.random() < 0.6
    return Draft(chance, layout, words, facts, year, start, born, made, phase, columns, data, suit)


def _fill(draft: Draft, words: int) -> None:
    """All sections, with as many difficulties as the size asks for."""
    _views(draft)
    add_health_and_care(draft)
    if draft.year >= 9:
        for pathway in library("lives")["pathway"]:
            if pathway["key"] not in draft.suit.without:
                add_pathway(draft, pathway)
    skills = [s for s in fitting(draft, library("skills")["skill"]) if _fits(draft, s)]
    skills = [
        s
        for s in skills
        if not touches(draft.suit, str(s)) and not (draft.suit.without and s["area"] == "independence")
    ]
    draft.random.shuffle(skills)
    # One of each of two areas at least, then whatever comes, until the plan is long enough.
    while skills and (_size(draft) < words - 150 or len(draft.data["outcomes"]) < 3):
        add_skill(draft, skills.pop())
    for area in AREAS:
        if not any(need["area"] == area for need in draft.data["needs"]):
            text = draft.say("{name} has no identified special educational needs in this area.")
            draft.data["none"].append({"section": "B", "area": area, "text": text})
    _close(draft)


def _size(draft: Draft) -> int:
    data = draft.data
    parts = [*data["A"], *data["strengths"], *data["needs"], *data["outcomes"], *data["provisions"]]
    return 250 + sum(len(str(value).split()) for part in parts for value in part.values())


def _fits(draft: Draft, skill: dict[str, Any]) -> bool:
    low, high = skill.get("years", (-1, 14))
    return bool(low <= draft.year <= high)


def _views(draft: Draft) -> None:
    """Section A."""
    lives, say, pick = library("lives"), draft.say, draft.pick
    room = say(pick(draft.phase["rooms"]))
    told, met = draft.day(70, 40), draft.day(60, 40)
    draft.facts |= {"told": told, "met": met}
    likes, dislikes = pick(lives["likes"]), pick(lives["dislikes"])
    dreams = pick(lives["dreams_old" if draft.year >= 9 else "dreams_young"])
    history = list(lives["history"])
    chosen = sorted(draft.random.sample(range(len(history)), draft.random.randint(5, 9)))
    dates = {"told": draft.printed(told), "met": draft.printed(met)}
    paragraphs = [say(history[n]) for n in chosen]
    parents = draft.facts["parents"]
    says = "say" if " and " in parents else "says"
    texts = {
        "gathered": say(pick(lives["gathered"]), how=say(pick(lives["methods"])), room=room, **dates),
        "views": f'"{likes} {dislikes}"',
        "enjoys": say("{name}'s interests are {interest}, {other} and music. ", other=pick(lives["interests"][:12]))
        + say(pick(lives["friends"])),
        "talk": say(pick(lives["talk"])),
        "dreams": f'"{dreams}"',
        "parents": f'{parents} {says}: "{say(pick(lives["parents_say"]))}"',
        "future": f"{say(pick(lives['independence']))} {say(pick(lives['hopes']))}",
        "history": "\n\n".join(" ".join(paragraphs[n : n + 3]) for n in range(0, len(paragraphs), 3)),
    }
    for key, text in texts.items():
        draft.parts[key] = {"heading": say(pick(lives["heading"][key])), "text": text}
    draft.data["A"] = list(draft.parts.values())


def _close(draft: Draft) -> None:
    """I, J, K, sign-off and monitoring."""
    say, data, facts, people = draft.say, draft.data, draft.facts, library("people")
    status = data["plan"]["status"]
    if status != "draft":
        data["I"] = {"name": facts["setting"], "type": facts["kind"]}
        role = draft.pick(("Senior officer, special educational needs", "Head of the SEND service", "Service manager"))
        data["signoff"] = {"name": facts["names"][0], "role": role, "date": draft.made}
    data["J"] = {
        "text": draft.pick(("No direct payments have been requested.", "A personal budget has not been requested."))
    }
    surname, names = facts["surname"], facts["names"]
    head = {"early": "Headteacher", "primary": "Headteacher", "secondary": "Headteacher", "college": "Principal"}
    phase = next(key for key, value in people["phase"].items() if value is draft.phase)
    rows = [
        (say("Views of {name}"), say("Child, with {his} {teacher}"), f"{draft.words['name']} {surname}", facts["told"]),
        ("Parental advice", "Parents", f"{facts['parents']} {surname}", facts["met"]),
        ("Educational advice", head[phase], names[1], draft.day(50, 40)),
        ("Medical advice", facts["doctor"], f"Dr {names[2]}", draft.day(45, 40)),
        ("Psychological advice", "Educational psychologist", names[3], draft.day(45, 40)),
        ("Social care advice", "Social worker", names[4], draft.day(45, 40)),
    ]
    for count, key in enumerate(draft.roles, 5):
        role = people["role"][key]
        if role["advice"] and role["advice"] not in {row[0] for row in rows}:
            rows.append((role["advice"], role["name"].capitalize(), names[count], draft.day(45, 40)))
    if draft.year >= 9:
        adviser = "Preparing for adulthood adviser"
        rows.append(
            ("Advice on preparation for adulthood and independent living", adviser, names[14], draft.day(45, 40))
        )
    data["advice"] = [
        {"title": title, "role": role, "author": author, "date": day, "received": day + timedelta(days=7)}
        for title, role, author, day in rows
    ]
    data["targets"] = say(
        "{name}'s {teacher} sets new short-term targets with {him} and {his} parents in the first two weeks of "
        "each term."
    )
    text = say(
        "The setting holds {name}'s annual review meeting at least four weeks before the review date, and sends its "
        "report to the council within two weeks of the meeting."
    )
    data["extra"] = [{"heading": "Monitoring arrangements", "text": text, "after": "K"}]
