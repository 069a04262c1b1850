"""Unlimited different plans from one seed each: sound by construction, with any of the table's faults planted.

The words come from ``library/``. The same seed, layout, size and faults give the same plan on every machine. Children
are called "he" or "she": with "they" the library's verbs would have to change.
"""

from __future__ import annotations

import functools
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from plan_builder.content import Content, in_style
from plan_builder.expected import Expected, expected_of
from plan_builder.faults import faults_for, plant
from plan_builder.style import styles

Words = dict[str, str]
AREAS = ("communication", "cognition", "semh", "sensory")
COLUMNS = ("stacked", "thread", "controls")
"""Layouts in which by whom and how often may stand in columns of their own."""


@functools.cache
def library(name: str) -> dict[str, Any]:
    """One file of the library."""
    return tomllib.loads((Path(__file__).parent / "library" / f"{name}.toml").read_text(encoding="utf-8"))


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
    roles: list[str] = field(default_factory=list)

    def say(self, text: str, **more: str) -> str:
        """A phrase of the library with its slots filled."""
        return text.format_map({**self.words, **more})

    def pick(self, values: Sequence[Any]) -> Any:
        """One of them."""
        return self.random.choice(values)

    @property
    def adult(self) -> bool:
        """Eighteen or older when the plan was made."""
        return (
            self.made.year - self.born.year - ((self.made.month, self.made.day) < (self.born.month, self.born.day))
        ) >= 18


def generate(
    seed: int, *, layout: str | None = None, words: int = 6000, faults: Sequence[str] = ()
) -> tuple[Content, Expected]:
    """A plan of about so many words and what it must yield; ``faults`` are ids of rules of the table of faults."""
    chance = random.Random(seed)
    chosen = layout or chance.choice(sorted(styles()))
    draft = _begin(chance, chosen)
    _fill(draft, words)
    planted = [fault for rule in faults for fault in plant(rule, draft)]
    draft.data["expect"] = {"clean": not planted, "findings": planted}
    content = Content.model_validate(draft.data)
    return content, expected_of(content)


def some_faults(seed: int) -> tuple[str, ...]:
    """Two to six kinds of fault for a plan, every kind in its turn."""
    chance = random.Random(seed)
    every = faults_for()
    return tuple(chance.sample(every, min(len(every), chance.randint(2, 6))))


def _begin(chance: random.Random, layout: str) -> Draft:
    """The child, the dates, the phase of education."""
    people = library("people")
    pronoun = chance.choice(("he", "she"))
    year = chance.randint(-1, 14)
    made = date(2026, 2, 9) + timedelta(days=chance.randint(0, 250))
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
    return Draft(chance, layout, words, facts, year, start, born, made, phase, columns, data)


def _fill(draft: Draft, words: int) -> None:
    """All sections, with as many difficulties as the size asks for."""
    _views(draft)
    _health_and_care(draft)
    if draft.year >= 9:
        for pathway in library("lives")["pathway"]:
            _pathway(draft, pathway)
    skills = [s for s in library("skills")["skill"] if _fits(draft, s)]
    draft.random.shuffle(skills)
    # One of each of two areas at least, then whatever comes, until the plan is long enough.
    while skills and (_size(draft) < words - 150 or len(draft.data["outcomes"]) < 3):
        _skill(draft, skills.pop())
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


def _day(draft: Draft, before: int, spread: int) -> date:
    """A working day some weeks before the plan."""
    day = draft.made - timedelta(days=before + draft.random.randint(0, spread))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def _printed(draft: Draft, day: date) -> str:
    return in_style(day, draft.data["plan"]["date_style"])


def _views(draft: Draft) -> None:
    """Section A."""
    lives, say, pick = library("lives"), draft.say, draft.pick
    room = say(pick(draft.phase["rooms"]))
    told, met = _day(draft, 70, 40), _day(draft, 60, 40)
    draft.facts |= {"told": told, "met": met}
    likes, dislikes = pick(lives["likes"]), pick(lives["dislikes"])
    dreams = pick(lives["dreams_old" if draft.year >= 9 else "dreams_young"])
    history = list(lives["history"])
    kept = sorted(draft.random.sample(range(len(history)), draft.random.randint(5, 9)))
    gathered = say(
        "{name} {how} in {room} on {told}. {His} parents gave their part at a meeting with the writer of this plan on "
        "{met}. Words in quotation marks are their own.",
        how=say(pick(lives["methods"])),
        room=room,
        told=_printed(draft, told),
        met=_printed(draft, met),
    )
    paragraphs = [say(history[n]) for n in kept]
    draft.data["A"] = [
        {"heading": "How these views were gathered", "text": gathered},
        {"heading": say("{name}'s views"), "text": f'"{likes} {dislikes}"'},
        {
            "heading": say("What {name} enjoys"),
            "text": say("{name}'s interests are {interest}, {other} and music. ", other=pick(lives["interests"][:12]))
            + say(pick(lives["friends"])),
        },
        {"heading": say("How to communicate with {name}"), "text": say(pick(lives["talk"]))},
        {"heading": say("{name}'s aspirations"), "text": f'"{dreams}"'},
        {
            "heading": say("The views of {name}'s parents"),
            "text": say(
                '{parents} say: "{words}"', parents=draft.facts["parents"], words=say(pick(lives["parents_say"]))
            ),
        },
        {
            "heading": "Independence and the future",
            "text": f"{say(pick(lives['independence']))} {say(pick(lives['hopes']))}",
        },
        {
            "heading": "History",
            "text": "\n\n".join(" ".join(paragraphs[n : n + 3]) for n in range(0, len(paragraphs), 3)),
        },
    ]
    if draft.facts["parents"].find(" and ") < 0:
        part = draft.data["A"][5]
        part["text"] = part["text"].replace(" say:", " says:", 1)


def _time(draft: Draft) -> str:
    """By when an outcome is to be reached: the end of a school year after the next July."""
    y = draft.pick((2027, 2027, 2027, 2028))
    year = draft.year + y - draft.start - 1
    forms = [f"the end of July {y}", f"July {y}", f"the end of the summer term {y}"]
    if 0 <= year <= 11 and draft.year <= 11:
        forms.append("the end of Reception" if year == 0 else f"the end of Year {year}")
    return str(draft.pick(forms))


HELP = (
    "without help from an adult",
    "without a prompt",
    "by {himself}",
    "with one spoken reminder",
    "without being told",
)
SUCCESS = (
    "in four out of five {lesson}s",
    "in three out of four {lesson}s over six weeks",
    "on eight out of ten occasions",
    "on four days out of five over half a term",
    "three times a week for six weeks",
    "in nine out of ten tries",
)
FREQUENCIES = ("once a week", "twice a week", "three times a week", "four times a week")
REVIEWS = ("each term", "every half-term", "every six weeks")


def _outcome(draft: Draft, area: str, do: str, *, task: bool = True) -> int:
    """A new outcome; its number."""
    say, pick = draft.say, draft.pick
    where = f" {say(pick(draft.phase['tasks']))}" if task else ""
    help_, success, by = say(pick(HELP)), say(pick(SUCCESS)), _time(draft)
    body = f"{draft.words['name']} will {say(do)}{where}, {help_}, {success}."
    if draft.columns:
        draft.data["outcomes"].append({"area": area, "text": body, "when": f"By {by}"})
    else:
        draft.data["outcomes"].append({"area": area, "text": f"By {by} {body}"})
    return len(draft.data["outcomes"])


def _provide(
    draft: Draft, area: str, outcomes: list[int], needs: list[int], text: str, section: str = "F", **more: str
) -> None:
    entry = {"section": section, "area": area, "outcomes": outcomes, "needs": needs, "text": text, **more}
    draft.data["provisions"].append(entry)


def _a(role: str) -> str:
    return f"An {role}" if role[0] in "aeiou" else f"A {role}"


def _skill(draft: Draft, skill: dict[str, Any]) -> None:
    """One difficulty with its strength, outcome and provision."""
    say, pick, words, data = draft.say, draft.pick, draft.words, draft.data
    area, role = skill["area"], library("people")["role"][skill["who"]]
    if skill["who"] not in draft.roles:
        draft.roles.append(skill["who"])
    short = role.get("short", role["name"])
    tested = _printed(draft, _day(draft, 50, 60))
    data["strengths"].append({"area": area, "text": say(skill["strength"])})
    lack, effect, test = say(skill["lack"]), say(skill["effect"]), say(skill["test"])
    need = pick(
        (
            "{name} {lack} ({test}, {tested}), so {he} {effect}.",
            "{name} {lack}, as {test} showed on {tested}, and because of this {he} {effect}.",
            "{name} {lack} ({test}, {tested}). Because of this difficulty {he} {effect}.",
        )
    )
    data["needs"].append({"area": area, "text": say(need, lack=lack, effect=effect, test=test, tested=tested)})
    needs, outcomes = [len(data["needs"])], [_outcome(draft, area, skill["do"])]
    room, other = (say(room) for room in draft.random.sample(draft.phase["rooms"], 2))
    minutes, often = str(pick((20, 25, 30, 40, 45, 60))), pick(FREQUENCIES[:2])
    review = pick(REVIEWS)
    teach = say(skill["teach"])
    if draft.columns:
        _provide(
            draft, area, outcomes, needs,
            say("{name} will be taught to {teach}, one to one, in {room}.", teach=teach, room=room),
            who=role["name"].capitalize(),
            frequency=f"{minutes} minutes {often} in term time",
            review=f"{review.capitalize()}, by the {short}",
        )  # fmt: skip
    else:
        text = say(
            "{role} will teach {name} to {teach}, one to one, for {minutes} minutes {often} in term time in {room}. "
            "The {short} will review {his} progress {review}.",
            role=_a(role["name"]), teach=teach, minutes=minutes, often=often, room=room, short=short, review=review,
        )  # fmt: skip
        _provide(draft, area, outcomes, needs, text)
    group = pick(("one to one", "in a group of three", "in a group of four", "with one partner"))
    text = say(
        "{assistant} trained by the {short} will practise {programme} with {name}, {group}, for {minutes} minutes "
        "{often} in {room}. The {short} will review {his} progress {review}.",
        assistant=_a(words["assistant"]), short=short, programme=say(skill["programme"]), group=group,
        minutes=str(pick((10, 15, 20))), often=pick(FREQUENCIES[2:]), room=other, review=pick(REVIEWS),
    )  # fmt: skip
    _provide(draft, area, outcomes, needs, text)
    text = say(
        "Each teacher who teaches {name} will {strategy}, throughout every {lesson}. The {short} will watch one "
        "{lesson} each term and review this with the {teacher}.",
        strategy=say(skill["strategy"]), short=short,
    )  # fmt: skip
    _provide(draft, area, outcomes, needs, text)
    text = say(
        "The {short} will train {name}'s {teacher} and every {assistant} who works with {him} in {train}, for {hours} "
        "in the first half-term of this plan and for one hour at the start of each later term. The {short} will review "
        "this training at the end of each school year.",
        short=short, train=say(skill["train"]), hours=pick(("two hours", "three hours", "90 minutes")),
    )  # fmt: skip
    _provide(draft, area, outcomes, needs, text)
    if "kit" in skill:
        _provide(draft, area, outcomes, needs, say(skill["kit"]))


def _pathway(draft: Draft, pathway: dict[str, Any]) -> None:
    """One of the four pathways to adulthood."""
    text = draft.say(
        "{name} {lack}, so {he} {effect}.", lack=draft.say(pathway["lack"]), effect=draft.say(pathway["effect"])
    )
    draft.data["needs"].append({"area": pathway["area"], "text": text})
    number = _outcome(draft, pathway["area"], pathway["do"], task=False)
    _provide(draft, pathway["area"], [number], [len(draft.data["needs"])], draft.say(pathway["provision"]))


def _health_and_care(draft: Draft) -> None:
    """C and G, D and H1 and H2: needs with outcome and provision, or a clear word that there are none."""
    say, data, lives = draft.say, draft.data, library("lives")
    draft.facts["doctor"] = "Community paediatrician"
    if draft.random.random() < 0.6:
        record = draft.pick(lives["health"])
        draft.facts["doctor"] = record["who"]
        data["needs"].append(
            {"section": "C", "area": "health", "text": say("{name} {lack}.", lack=say(record["lack"]))}
        )
        by = _time(draft)
        data["outcomes"].append(
            {"area": "health", "text": say("By {by} {name} will {do}.", by=by, do=say(record["outcome"]))}
        )
        for key in ("provision", "second"):
            _provide(draft, "health", [len(data["outcomes"])], [len(data["needs"])], say(record[key]), "G")
    else:
        text = "{name} has no identified health care needs which relate to {his} special educational needs."
        data["none"].append({"section": "C", "text": say(text)})
        data["none"].append({"section": "G", "text": "No health care provision is required."})
    if draft.random.random() < 0.6:
        record = draft.pick(lives["care"])
        data["needs"].append({"section": "D", "area": "care", "text": say("{name} {lack}.", lack=say(record["lack"]))})
        text = say("By {by} {name} will {do}.", by=_time(draft), do=say(record["outcome"]))
        data["outcomes"].append({"area": "care", "text": text})
        links = ([len(data["outcomes"])], [len(data["needs"])])
        _provide(draft, "care", *links, say(record["h1"]), "H2" if draft.adult else "H1")
        if draft.adult or draft.random.random() < 0.5:
            _provide(draft, "care", *links, say(record["h2"]), "H2")
    else:
        text = (
            "{name} has no identified social care needs which relate to {his} special educational needs or to a "
            "disability."
        )
        data["none"].append({"section": "D", "text": say(text)})
    for section in ("H1", "H2"):
        if not any(x["section"] == section for x in data["provisions"]):
            data["none"].append(
                {"section": section, "text": "No social care provision is required under this section."}
            )


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
        ("Educational advice", head[phase], names[1], _day(draft, 50, 40)),
        ("Medical advice", facts["doctor"], f"Dr {names[2]}", _day(draft, 45, 40)),
        ("Psychological advice", "Educational psychologist", names[3], _day(draft, 45, 40)),
        ("Social care advice", "Social worker", names[4], _day(draft, 45, 40)),
    ]
    for count, key in enumerate(draft.roles, 5):
        role = people["role"][key]
        if role["advice"] and role["advice"] not in {row[0] for row in rows}:
            rows.append((role["advice"], role["name"].capitalize(), names[count], _day(draft, 45, 40)))
    if draft.year >= 9:
        adviser = "Preparing for adulthood adviser"
        rows.append(
            ("Advice on preparation for adulthood and independent living", adviser, names[14], _day(draft, 45, 40))
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
