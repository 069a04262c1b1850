"""One difficulty, pathway or health matter → its need, outcome and provision, worded in one of many ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan_builder.library import library
from plan_builder.suits import touches

if TYPE_CHECKING:
    from plan_builder.generate import Draft


def shaped(draft: Draft, kind: str, key: str = "") -> str:
    """One of the shapes of a kind, out of the draft's bank; with ``key`` one of its further lists."""
    shapes = library("shapes")[kind]
    if not key:
        return str(draft.pick(shapes["kept" if draft.kept else "open"]))
    return str(draft.pick(shapes[f"kept_{key}" if draft.kept and f"kept_{key}" in shapes else key]))


def fitting(draft: Draft, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries of the draft's bank: those marked as kept back only where it measures on such."""
    return [entry for entry in entries if draft.kept or not entry.get("kept", False)]


def by_when(draft: Draft) -> str:
    """By when an outcome is to be reached: the end of a school year after the next July."""
    y = draft.pick((2027, 2027, 2027, 2028))
    year = draft.year + y - draft.start - 1
    forms = [f"the end of July {y}", f"July {y}", f"the end of the summer term {y}", f"31 July {y}", f"summer {y}"]
    if 0 <= year <= 11 and draft.year <= 11:
        forms += ["the end of Reception" if year == 0 else f"the end of Year {year}"] * 2
    return str(draft.pick(forms))


def a(role: str) -> str:
    """A role with its article."""
    return f"An {role}" if role[0] in "aeiou" else f"A {role}"


def say(draft: Draft, text: str, **words: str) -> str:
    """A shape filled in; a slot that begins with a capital letter begins its words with one."""
    more = {key[:1].upper() + key[1:]: value[:1].upper() + value[1:] for key, value in words.items()}
    said = draft.say(text, **{**words, **more})
    return said[:1].upper() + said[1:]


def add_outcome(draft: Draft, area: str, do: str, *, task: bool = True) -> int:
    """A new outcome; its number."""
    tasks = [task for task in draft.phase["tasks"] if not touches(draft.suit, task)]
    words = {
        "do": draft.say(do),
        "task": f" {draft.say(draft.pick(tasks))}" if task else "",
        "help": draft.say(shaped(draft, "outcome", "help")),
        "success": draft.say(shaped(draft, "outcome", "success")),
        "by": by_when(draft),
        "benefit": draft.say(shaped(draft, "outcome", "benefit")),
    }
    recorded = shaped(draft, "outcome", "recorded")
    short = library("people")["role"][draft.roles[-1]] if draft.roles else {"name": "specialist teacher"}
    words["recorded"] = draft.say(recorded, short=short.get("short", short["name"]))
    entry = {"area": area, "text": ""}
    if draft.columns:
        entry |= {
            "text": say(draft, shaped(draft, "outcome", "in_columns"), **words),
            "when": say(draft, draft.pick(("by {by}", "{by}")), by=words["by"]),
        }
    else:
        entry["text"] = say(draft, shaped(draft, "outcome"), **words)
    draft.data["outcomes"].append(entry)
    return len(draft.data["outcomes"])


def provide(
    draft: Draft, area: str, outcomes: list[int], needs: list[int], text: str, section: str = "F", **more: str
) -> None:
    """A new provision."""
    entry = {"section": section, "area": area, "outcomes": outcomes, "needs": needs, "text": text, **more}
    draft.data["provisions"].append(entry)


def add_skill(draft: Draft, skill: dict[str, Any]) -> None:
    """One difficulty with its strength, outcome and provision."""
    pick, data = draft.pick, draft.data
    area, role = skill["area"], library("people")["role"][skill["who"]]
    if skill["who"] in draft.roles:
        draft.roles.remove(skill["who"])
    draft.roles.append(skill["who"])
    short = role.get("short", role["name"])
    tested = draft.printed(draft.day(50, 60))
    data["strengths"].append({"area": area, "text": draft.say(skill["strength"])})
    facts = {"lack": draft.say(skill["lack"]), "effect": draft.say(skill["effect"]), "test": draft.say(skill["test"])}
    data["needs"].append({"area": area, "text": say(draft, shaped(draft, "need"), tested=tested, **facts)})
    links = ([add_outcome(draft, area, skill["do"])], [len(data["needs"])])
    room, other = (draft.say(room) for room in draft.random.sample(draft.phase["rooms"], 2))
    assistant = draft.words["assistant"]
    words = {
        "role": role["name"],
        "arole": a(role["name"]).replace("A", "a", 1),
        "short": short,
        "anassistant": a(assistant).replace("A", "a", 1),
        "teach": draft.say(skill["teach"]),
        "programme": draft.say(skill["programme"]),
        "strategy": draft.say(skill["strategy"]),
        "train": draft.say(skill["train"]),
    }

    def reviewed(text: str) -> str:
        sentence = say(draft, shaped(draft, "review"), short=short, review=shaped(draft, "review", "when"))
        return f"{text} {sentence}"

    often, minutes = shaped(draft, "teach", "often"), str(pick((20, 25, 30, 40, 45, 60)))
    if draft.columns:
        provide(
            draft, area, *links, say(draft, shaped(draft, "teach", "in_columns"), room=room, **words),
            who=role["name"].capitalize(),
            frequency=pick((f"{minutes} minutes {often} in term time", f"{often}, {minutes} minutes".capitalize())),
            review=f"{shaped(draft, 'review', 'when').capitalize()}, by the {short}",
        )  # fmt: skip
    else:
        text = say(draft, shaped(draft, "teach"), room=room, minutes=minutes, often=often, **words)
        provide(draft, area, *links, reviewed(text))
    text = say(
        draft, shaped(draft, "practise"), room=other, group=shaped(draft, "practise", "group"),
        minutes=str(pick((10, 15, 20))), often=shaped(draft, "practise", "often"), **words,
    )  # fmt: skip
    provide(draft, area, *links, reviewed(text))
    text = say(draft, shaped(draft, "strategy"), **words)
    provide(draft, area, *links, f"{text} {draft.say(shaped(draft, 'strategy', 'checked'), short=short)}")
    text = say(draft, shaped(draft, "training"), hours=shaped(draft, "training", "hours"), **words)
    provide(draft, area, *links, f"{text} {draft.say(shaped(draft, 'training', 'checked'), short=short)}")
    if "kit" in skill:
        provide(draft, area, *links, draft.say(skill["kit"]))
    for kind in ("cover", "thing"):
        text = say(draft, shaped(draft, kind), number=shaped(draft, "cover", "number"), **words)
        alike = any(x["text"][:30] == text[:30] for x in data["provisions"])
        if draft.random.random() < 0.2 and not alike:
            provide(draft, area, *links, reviewed(text))


def add_pathway(draft: Draft, pathway: dict[str, Any]) -> None:
    """One of the four pathways to adulthood."""
    text = draft.say(
        "{name} {lack}, so {he} {effect}.", lack=draft.say(pathway["lack"]), effect=draft.say(pathway["effect"])
    )
    draft.data["needs"].append({"area": pathway["area"], "text": text})
    number = add_outcome(draft, pathway["area"], pathway["do"], task=False)
    provide(draft, pathway["area"], [number], [len(draft.data["needs"])], draft.say(pathway["provision"]))


def add_health_and_care(draft: Draft) -> None:
    """C and G, D and H1 and H2: needs with outcome and provision, or a clear word that there are none."""
    data, lives = draft.data, library("lives")
    draft.facts["doctor"] = "Community paediatrician"
    if draft.random.random() < 0.6 if draft.suit.health is None else draft.suit.health:
        record = draft.pick(fitting(draft, lives["health"]))
        draft.facts["doctor"] = record["who"]
        links = _matter(draft, record, "C", "health")
        for key in ("provision", "second"):
            provide(draft, "health", *links, draft.say(record[key]), "G")
    else:
        data["none"].append({"section": "C", "text": draft.say(draft.pick(lives["no_health"]))})
        data["none"].append({"section": "G", "text": draft.pick(lives["no_provision"])})
    if draft.random.random() < 0.6 if draft.suit.care is None else draft.suit.care:
        record = draft.pick(fitting(draft, lives["care"]))
        links = _matter(draft, record, "D", "care")
        provide(draft, "care", *links, draft.say(record["h1"]), "H2" if draft.adult else "H1")
        if draft.adult or draft.random.random() < 0.5:
            provide(draft, "care", *links, draft.say(record["h2"]), "H2")
    else:
        data["none"].append({"section": "D", "text": draft.say(draft.pick(lives["no_care"]))})
    for section in ("H1", "H2"):
        if not any(x["section"] == section for x in data["provisions"]):
            data["none"].append({"section": section, "text": draft.pick(lives["no_care_provision"])})


def _matter(draft: Draft, record: dict[str, Any], section: str, area: str) -> tuple[list[int], list[int]]:
    """A need of C or D and its outcome; their numbers."""
    text = draft.say("{name} {lack}.", lack=draft.say(record["lack"]))
    draft.data["needs"].append({"section": section, "area": area, "text": text})
    text = draft.say("By {by} {name} will {do}.", by=by_when(draft), do=draft.say(record["outcome"]))
    draft.data["outcomes"].append({"area": area, "text": text})
    return [len(draft.data["outcomes"])], [len(draft.data["needs"])]
