"""Relations across sections: what is said in one section and has no counterpart in another.

Three strengths of evidence. A section (or an area of need) that holds nothing at all answers for sure; a row of a table
whose cell is empty does too; links by shared words alone never give more than a query.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from pydantic import Field

from ehcaudit.checks.age import school_age
from ehcaudit.checks.base import Answer, Context, Hit, Options, check, over_items, unreadable
from ehcaudit.checks.statement import StatementOptions, statement
from ehcaudit.language import cues
from ehcaudit.model import Evidence, Item, Plan, Thread

# ---------------------------------------------------------------- what an entry says


def not_known(text: str) -> re.Match[str] | None:
    """The words that a child is not on a service's books ("not known to social care"), where there are any."""
    flat = cues.flat(text)
    found = cues.pattern("contributions", "not_known").search(flat)
    if found is None:
        return None
    sentence = flat[flat.rfind(".", 0, found.start()) + 1 : found.end() + 80]
    return found if cues.pattern("contributions", "service").search(sentence) else None


def says_nothing_is_due(text: str) -> bool:
    """Whether an entry says that no provision is due, with its reason ("Not applicable because Lee is over 18")."""
    return len(text) < 250 and bool(cues.pattern("contributions", "nothing_due").fullmatch(cues.flat(text).strip()))


def says_where(text: str) -> bool:
    """Whether the whole entry only says where to look ("See the attached report")."""
    return len(text) < 160 and bool(
        cues.pattern("contributions", "points_elsewhere").fullmatch(cues.flat(text).strip(" .;:"))
    )


def unfinished(text: str) -> bool:
    """Whether the whole entry waits to be written ("TBC", "awaiting advice", a dash)."""
    return bool(cues.pattern("contributions", "unfinished").fullmatch(cues.flat(text).strip(" .;:()[]")))


def stated(item: Item) -> bool:
    """Whether an item states a need, an outcome or a provision, and not that there is none or where to look."""
    return not item.none_stated and _states(item.kind, item.text)


@lru_cache(4096)
def _states(kind: str, text: str) -> bool:
    """The same of the words alone; many rules ask it of every item."""
    return not (
        (kind == "provision" and says_nothing_is_due(text))
        or unfinished(text)
        or says_where(text)
        or (kind == "need" and _only_unknown(text))
    )


def _only_unknown(text: str) -> bool:
    """Whether a need's entry says nothing but that a service does not know the child."""
    return len(text.split()) <= 30 and not_known(text) is not None


def stated_in(plan: Plan, letters: Iterable[str]) -> list[Item]:
    """What these sections state, in the order of the plan. A single section H counts for H1 and for H2."""
    wanted = {*letters}
    wanted |= {"H"} if wanted & {"H1", "H2"} else set()
    return [item for item in plan.items if item.section in wanted and item.kind != "advice" and stated(item)]


def _missing(plan: Plan, letters: Sequence[str]) -> Answer | None:
    """The answer where some of these sections cannot be judged; None where all can."""
    for letter in letters:
        if letter in ("H1", "H2") and plan.sections.keys() & {"H", "H1", "H2"}:
            there = [s for s in ("H", "H1", "H2") if s in plan.sections]
            if any(plan.sections[s].unreadable for s in there):
                return Answer("not_assessed", reason=f"Section {there[0]} could not be read.")
            continue
        why = unreadable(plan, letter)
        if why and letter not in plan.sections and plan.partial:
            return Answer("not_applicable", reason=f"Section {letter} is not part of this document on purpose.")
        if why:
            return Answer("not_assessed", reason=why)
    return None


def _names(letters: Sequence[str]) -> str:
    return " and ".join(("section" if n == 0 else "") + f" {letter}" for n, letter in enumerate(letters)).replace(
        "  ", " "
    )


# ---------------------------------------------------------------- sections C and D on their own


class Silent(Options):
    """A section that should say what there is, or that there is none."""

    sections: tuple[str, ...]


@check("section-silent", Silent)
def section_silent(plan: Plan, options: Silent, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where a section is blank, waits to be written, or only says where to look. "None" is an answer."""
    hits: list[Hit] = []
    for letter in options.sections:
        if gap := _missing(plan, [letter]):
            return gap
        items = plan.of("need", letter)
        if any(item.none_stated or not (unfinished(item.text) or says_where(item.text)) for item in items):
            continue
        words = plan.text_of(letter)
        if not items and len(words.split()) > 12:
            continue  # Words there are; what they state could not be told, and that is not silence.
        hits.append(Hit(tuple(part for item in items for part in item.evidence), letter))
    return Answer("not_met" if hits else "met", tuple(hits))


class NotKnown(Options):
    """Sections in which "not known to the service" stands in for advice."""

    sections: tuple[str, ...]


@check("not-known-to-service", NotKnown)
def not_known_to_service(plan: Plan, options: NotKnown, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where a section's only ground for "no needs" is that a service does not know the child.

    Quiet where the section states needs as well or says that somebody looked; a query where it says in so many words
    that there are none, since advice may stand behind that.
    """
    hits: list[Hit] = []
    asked = False
    for letter in options.sections:
        if letter not in plan.sections:
            continue
        asked = True
        items = plan.of("need", letter)
        if any(stated(item) for item in items):
            continue
        words = cues.flat(plan.text_of(letter))
        looked = cues.pattern("contributions", "assessed").search(words)
        if looked and not cues.pattern("contributions", "not_assessed").search(words):
            continue
        none = cues.pattern("contributions", "none_said").search(words)
        said_none = bool(none) or any(item.none_stated for item in items)
        for number in plan.sections[letter].blocks:
            text = plan.document.blocks[number].text
            if found := not_known(text):
                start, end = _sentence(text, found.start(), found.end())
                hits.append(Hit((Evidence(number, start, end, text[start:end]),), letter, query=said_none))
                break
    if not asked:
        return _missing(plan, options.sections) or Answer("not_applicable")
    status = "not_met" if any(not hit.query for hit in hits) else "query" if hits else "met"
    reason = "Somebody may have looked and found no needs; the plan does not say who." if status == "query" else ""
    return Answer(status, tuple(hits), reason=reason)  # type: ignore[arg-type]


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    from ehcaudit.language.sentences import sentences

    return next(((a, b) for a, b in sentences(text) if a <= start < b), (start, end))


# ---------------------------------------------------------------- pairs of sections


class Pair(Options):
    """Sections that state needs, and the sections that provide for them."""

    needs: tuple[str, ...]
    provisions: tuple[str, ...]


class Pairs(Options):
    """Several such pairs, each judged by itself."""

    pairs: tuple[Pair, ...] = Field(min_length=1)


@check("sections-need-without-provision", Pair)
def sections_need_without_provision(plan: Plan, options: Pair, where: tuple[str, ...], context: Context) -> Answer:
    """Over the needs of C (D): is there provision in G (H1, H2)?

    Not met where those sections provide nothing, or where a need's own table row has no provision. A query where they
    say that universal services or another section will do.
    """
    if gap := _missing(plan, [*options.needs, *options.provisions]):
        return gap
    needs = stated_in(plan, options.needs)
    provided = [item for item in stated_in(plan, options.provisions) if not _universal(item)]
    hits: list[Hit] = []
    if needs and not provided:
        said = " ".join(plan.text_of(letter) for letter in (*options.provisions, "H") if letter in plan.sections)
        flat = cues.flat(said)
        doubt = bool(
            cues.pattern("contributions", "universal").search(flat)
            or cues.pattern("contributions", "elsewhere").search(flat)
        )
        hits = [Hit(need.evidence, need.section, query=doubt, item=need.id) for need in needs]
    else:
        bare = _bare_rows(plan, needs, provided)
        hits = [Hit(need.evidence, need.section, item=need.id) for need in needs if need.id in bare]
    return over_items(hits, len(needs), nothing=f"{_names(options.needs).capitalize()} states no need.")


@check("none-stated-but-provision-made", Pairs)
def none_stated_but_provision_made(plan: Plan, options: Pairs, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where a section says that there are no needs and its counterpart provides for some.

    Universal services are no provision for a need, so naming them contradicts nothing.
    """
    gaps: list[Answer] = []
    hits: list[Hit] = []
    asked = 0
    for pair in options.pairs:
        if gap := _missing(plan, [*pair.needs, *pair.provisions]):
            gaps.append(gap)
            continue
        none = _none(plan, pair)
        if not none or stated_in(plan, pair.needs):
            continue
        asked += 1
        if provided := _beyond_universal(plan, pair.provisions, context):
            values = {"section": none[0].section}
            hits.append(Hit((*none[0].evidence, *provided[0].evidence), none[0].section, values))
    if hits:
        return Answer("not_met", tuple(hits))
    if gaps:
        return next((gap for gap in gaps if gap.status == "not_assessed"), gaps[0])
    return Answer("met") if asked else Answer("not_applicable", reason="No section says that there are no needs.")


def _none(plan: Plan, pair: Pair) -> list[Item]:
    return [item for letter in pair.needs for item in plan.of("need", letter) if item.none_stated]


@check("sections-provision-without-need", Pairs)
def sections_provision_without_need(plan: Plan, options: Pairs, where: tuple[str, ...], context: Context) -> Answer:
    """Over the provisions of G (H1, H2): does C (D) state a need? Where C says "none", another rule answers."""
    gaps: list[Answer] = []
    hits: list[Hit] = []
    asked = 0
    for pair in options.pairs:
        if gap := _missing(plan, [*pair.needs, *pair.provisions]):
            gaps.append(gap)
            continue
        provided = [item for item in _beyond_universal(plan, pair.provisions, context) if not _educates(item)]
        asked += len(provided)
        if not stated_in(plan, pair.needs) and not _none(plan, pair):
            hits += [Hit(item.evidence, item.section, item=item.id) for item in provided]
    unread = [gap for gap in gaps if gap.status == "not_assessed"]
    if unread and not hits:
        return unread[0]
    if gaps and not asked:
        return gaps[0]
    return over_items(hits, asked, nothing="No health or social care provision is made.")


def _beyond_universal(plan: Plan, letters: Sequence[str], context: Context) -> list[Item]:
    """What these sections provide beyond the services that everybody has."""
    return [
        item
        for item in stated_in(plan, letters)
        if not _universal(item)
        and not context.judge(plan, item).has("universal-only", "not-provision", only_serious=True)
    ]


def _educates(item: Item) -> bool:
    """Whether it is speech and language therapy, which answers a need of section B (another rule moves it to F)."""
    words = cues.flat(item.text)
    return bool(cues.pattern("therapies", "speech").search(words)) and not cues.pattern(
        "therapies", "swallowing"
    ).search(words)


def _universal(item: Item) -> bool:
    return bool(cues.pattern("contributions", "universal").search(cues.flat(item.text)))


def _bare_rows(plan: Plan, needs: Sequence[Item], provided: Sequence[Item]) -> frozenset[str]:
    """The needs that stand in a table row of their own whose provision cell is empty.

    None where some of the provision stands apart from the needs' tables: it may be for any of them.
    """
    tables = {need.row[0] for need in needs if need.row}
    if not all(item.row and item.row[0] in tables for item in provided):
        return frozenset()
    rows = [thread for thread in plan.threads if thread.basis == "table" and thread.confidence >= 1.0]
    bare = {need for thread in rows if not thread.provisions for need in thread.needs}
    return frozenset(bare & {need.id for need in needs})


def _all(thread: Thread) -> tuple[str, ...]:
    return (*thread.needs, *thread.outcomes, *thread.provisions)


# ---------------------------------------------------------------- advice


class AdviceRoles(Options):
    """Roles of which one must have given advice."""

    roles: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    """Roles whose advice may do: a person decides."""
    groups: tuple[str, ...] = ()


@check("advice-role-missing", AdviceRoles)
def advice_role_missing(plan: Plan, options: AdviceRoles, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where section K lists advice and none of it is by one of these roles, or theirs is only "not known"."""
    if gap := _missing(plan, ["K"]):
        return gap
    if not plan.advice:
        return Answer("not_assessed", reason="No entries of advice could be read in section K.")
    unknown: list[Hit] = []
    for entry in plan.advice:
        if entry.role not in options.roles:
            continue
        words = " ".join(part.quote for part in entry.evidence)
        if not_known(words) is None:
            return Answer("met")
        unknown.append(Hit(entry.evidence, "K"))
    if unknown:
        return Answer("not_met", tuple(unknown))
    maybe = [entry for entry in plan.advice if entry.role in options.doubtful or not entry.role]
    if maybe:
        return Answer(
            "query",
            (Hit(maybe[0].evidence, "K", query=True),),
            reason="Some of the advice may be it; the list does not say so plainly.",
        )
    return Answer("not_met", (Hit(section="K"),))


# ---------------------------------------------------------------- wording


@check("provision-unspecific", StatementOptions)
def provision_unspecific(plan: Plan, options: StatementOptions, where: tuple[str, ...], context: Context) -> Answer:
    """As ``statement``, over what provides something: an entry that says why nothing is due is not vague."""
    return statement(context.once(plan, _what_is_due), options, where, context)


def _what_is_due(plan: Plan) -> Plan:
    return replace(plan, items=tuple(item for item in plan.items if stated(item)))


# ---------------------------------------------------------------- section H


class Nothing(Options):
    """No options."""


@check("h1-and-h2-together", Nothing)
def h1_and_h2_together(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where social care provision stands under one heading that does not tell H1 from H2."""
    there = [letter for letter in ("H", "H1", "H2") if letter in plan.sections]
    if not there:
        return _missing(plan, ["H1"]) or Answer("not_applicable")
    together = [s for s in there if s == "H" or {"H1", "H2"} & set(plan.sections[s].shares_with)]
    if any(plan.sections[s].unreadable for s in there):
        return Answer("not_assessed", reason="Section H could not be read.")
    if not together:
        return Answer("met")
    items = [item for item in plan.items if item.section in together and item.kind == "provision" and stated(item)]
    if not items:
        return Answer("not_applicable", reason="There is no social care provision to tell apart.")
    return Answer("not_met", (Hit(section=together[0]),))


@check("h1-for-an-adult", Nothing)
def h1_for_an_adult(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where section H1 provides for somebody who is 18 or older at the plan's date (or as of today)."""
    items = [item for item in plan.of("provision", "H1") if stated(item)]
    if "H1" not in plan.sections or not items:
        return Answer("not_applicable", reason="Section H1 provides nothing.")
    age = school_age(plan, context)
    if age.years is None:
        return Answer("not_assessed", reason="The plan does not give the age.")
    low, high = age.years
    if high < 18:
        return Answer("met")
    if low >= 18:
        return Answer("not_met", (Hit(items[0].evidence, "H1", {"age": str(low)}),))
    return Answer("not_assessed", reason="The plan does not say whether the young person is 18 yet.")


# ---------------------------------------------------------------- outcomes for health and care


class Outcomes(Options):
    """Sections whose needs or provisions call for an outcome of an area."""

    needs: tuple[str, ...]
    provisions: tuple[str, ...]
    area: Literal["health", "care"]


class Matters(Options):
    """The matters for which there should be an outcome."""

    matters: tuple[Outcomes, ...]


@check("no-outcome-for", Matters)
def no_outcome_for(plan: Plan, options: Matters, where: tuple[str, ...], context: Context) -> Answer:
    """Not met where health (or care) needs or provision are stated and no outcome has to do with them.

    An outcome has to do with them where its area or its row says so, or where it shares a telling word with them: one
    that the needs and provision of education do not use all the time ("seizure", not "school" or "minutes").
    """
    hits: list[Hit] = []
    asked = 0
    if gap := _missing(plan, ["E"]):
        return gap
    outcomes = [item for item in plan.of("outcome", "E") if stated(item)]
    if not outcomes:
        return Answer("not_applicable", reason="Section E states no outcome.")
    names, everyday = names_of(plan), _everyday(plan)
    for matter in options.matters:
        needs = stated_in(plan, matter.needs)
        mine = [*needs, *_beyond_universal(plan, matter.provisions, context)]
        if not needs:  # Provision without a need is another rule's matter.
            continue
        asked += 1
        ids = {item.id for item in mine}
        sure = [thread for thread in plan.threads if thread.basis != "words" and ids & set(_all(thread))]
        linked = {outcome for thread in sure for outcome in thread.outcomes}
        bag = _telling(mine, everyday) - names
        if not any(o.area == matter.area or o.id in linked or bag & cues.content(o.text) for o in outcomes):
            doubt = any(o.area for o in outcomes) and not all(o.area for o in outcomes)  # It may be one of the others.
            hits.append(Hit(mine[0].evidence, mine[0].section, {"matter": _WORDS[matter.area]}, query=doubt))
    if not asked:
        return Answer("not_applicable", reason="No health or social care need or provision is stated.")
    status = "not_met" if any(not hit.query for hit in hits) else "query" if hits else "met"
    return Answer(status, tuple(hits))  # type: ignore[arg-type]


_PROPER = re.compile(r"[A-Z](?<=[a-z\d,;] [A-Z])[a-z]+\b")  # It looks back from the capital, to be found by it.


def names_of(plan: Plan) -> frozenset[str]:
    """Stems that link nothing because they are names: the child's, and all words with a capital within a sentence."""
    words = {word for item in plan.items for word in _PROPER.findall(item.text)}
    return cues.content(" ".join((plan.facts.name, *words)))


def _everyday(plan: Plan) -> Counter[str]:
    """How many needs, outcomes and provisions of education a stem is in: one that is in several tells nothing."""
    return Counter(stem for item in stated_in(plan, ("B", "E", "F")) for stem in cues.content(item.text))


def _telling(items: Sequence[Item], everyday: Counter[str]) -> frozenset[str]:
    """The stems of needs, and of provisions those that stand nearly nowhere else, by which an outcome is known."""
    generic = cues.listed("generic_words.txt")
    return frozenset(
        stem
        for item in items
        for stem in cues.content(item.text)
        if everyday[stem] <= (2 if item.kind == "need" else 1) and stem not in generic
    )


_WORDS = {"health": "health", "care": "social care"}
