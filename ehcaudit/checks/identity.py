"""What in a plan identifies the child or others, and what suggests that words come from another child's plan.

No identifier leaves this module in full: the evidence of a finding ends after a third of it, and so does ``{masked}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from ehcaudit.checks.base import Answer, Context, Hit, Options, check
from ehcaudit.language import cues
from ehcaudit.language.guarded import guarded
from ehcaudit.model import Block, Evidence, Item, KeptApart, Plan

if TYPE_CHECKING:
    from ehcaudit.language.identifiers import Identifier

    _Found = dict[str, list[Identifier]]

_CHILD_SECTIONS = frozenset({"A", "B", "C", "D", "E", "F", "G", "H", "H1", "H2"})


class Identifiers(Options):
    """Kinds of ``language.identifiers``."""

    kinds: tuple[str, ...] = Field(min_length=1)

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        from ehcaudit.language.identifiers import KINDS

        for kind in value:
            if kind not in KINDS:
                raise ValueError(f"“{kind}” is no kind of identifier; the kinds are {', '.join(KINDS)}")
        return value


@check("identifier", Identifiers)
def identifier(plan: Plan, options: Identifiers, where: tuple[str, ...], context: Context) -> Answer:
    """Identifiers in the text, the headers and footers, and in what is deleted, hidden or said in comments."""
    from ehcaudit.language.identifiers import shown

    hits: list[Hit] = []
    live, apart = context.once(plan, _identifiers)
    for block, kinds in live:
        for kind in options.kinds:
            for found in kinds.get(kind, ()):
                end = shown(found.start, found.end)
                words = block.text[found.start : end].rstrip()
                evidence = Evidence(block.id, found.start, found.start + len(words), words)
                hits.append(Hit((evidence,), values={"masked": f"{words}…"}, query=not found.sure))
    for kept, kinds in apart:
        for kind in options.kinds:
            for found in kinds.get(kind, ()):
                words = kept.text[found.start : shown(found.start, found.end)].rstrip()
                hits.append(
                    Hit(values={"masked": f"{words}… ({kept.kind.replace('-', ' ')} text)"}, query=not found.sure)
                )
    if "name" in options.kinds and (model := context.policy.language_model):
        hits += _read_by(model, plan, {block.id: kinds for block, kinds in live})
    return answer_of(hits)


def _read_by(model: str, plan: Plan, known: Mapping[int, _Found]) -> Iterator[Hit]:
    """The other people whom a trained model finds named, each where they come first, for a person to decide.

    The first name that the plan uses for the child all through is no finding: it may well be a made-up one.
    """
    from ehcaudit.language.identifiers import shown
    from ehcaudit.language.trained import people_in

    blocks = [block for block in (*plan.document.blocks, *plan.document.margins) if block.text]
    seen = {first_name(plan), ""}
    for block, people in zip(blocks, people_in([block.text for block in blocks], model), strict=True):
        found = [one for kind in ("name", "signature") for one in known.get(block.id, {}).get(kind, ())]
        for start, end in people:
            key = re.sub(r"(?:'s|’s)$", "", block.text[start:end]).strip(" .,;:").lower()
            told = any(one.start < end and start < one.end for one in found)
            if key not in seen and not told:
                words = block.text[start : shown(start, end)].rstrip()
                evidence = Evidence(block.id, start, start + len(words), words)
                yield Hit((evidence,), values={"masked": f"{words}…"}, query=True)
            seen.add(key)


def _identifiers(plan: Plan) -> tuple[list[tuple[Block, _Found]], list[tuple[KeptApart, _Found]]]:
    """The blocks, and the words kept apart, in which there is an identifier of any kind."""
    from ehcaudit.language.identifiers import find_all

    live = ((block, find_all(block.text, before=before)) for block, before in labelled_blocks(plan))
    apart = ((kept, find_all(kept.text)) for kept in plan.document.apart)
    return [pair for pair in live if pair[1]], [pair for pair in apart if pair[1]]


def answer_of(hits: list[Hit]) -> Answer:
    """Met without a hit; a query where a person must decide of all of them."""
    if not hits:
        return Answer("met")
    return Answer("not_met" if any(not hit.query for hit in hits) else "query", tuple(hits))


def labelled_blocks(plan: Plan) -> Iterator[tuple[Block, str]]:
    """Every block with words, and what labels it from outside: the cell to its left, or the line before it."""
    previous: Block | None = None
    for block in (*plan.document.blocks, *plan.document.margins):
        if not block.text:
            continue
        before = plan.column_of.get(block.id, "")
        if previous is not None and block.cell and previous.cell and previous.cell.table == block.cell.table:
            same_row = previous.cell.row == block.cell.row
            before = previous.text if same_row and previous.cell.column < block.cell.column else before
        elif previous is not None and previous.text.rstrip().endswith(":"):
            before = previous.text
        yield block, before
        previous = block


# ---------------------------------------------------------------- what is not in the text


class HiddenNames(Options):
    """Where to look for names outside the text."""

    places: tuple[Literal["properties", "comments", "file-name"], ...] = ("properties", "comments", "file-name")


_PROPERTIES = ("creator", "lastModifiedBy", "manager", "author", "last_modified_by")
_HIDDEN = {
    "properties": "the document's properties",
    "comments": "the authors of comments and changes",
    "file-name": "the file's name",
}


@check("hidden-name", HiddenNames)
def hidden_name(plan: Plan, options: HiddenNames, where: tuple[str, ...], context: Context) -> Answer:
    """Names in the file's properties, in the authors of comments and changes, or in the file's own name."""
    from ehcaudit.language.identifiers import person_like

    document = plan.document
    names: dict[str, list[str]] = {place: [] for place in _HIDDEN}
    names["properties"] = [document.properties.get(key, "") for key in _PROPERTIES]
    names["comments"] = [kept.author for kept in document.apart]
    names["comments"] += [mark.author for block in document.blocks for mark in block.marks]
    own = _own_names(plan)
    stem = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", PurePath(document.path).stem)
    hits = [
        Hit(values={"masked": f"{name[: max(1, len(name) // 3)]}…", "place": _HIDDEN[place]})
        for place in options.places
        if place != "file-name"
        for name in dict.fromkeys(filter(person_like, names[place]))
    ]
    if "file-name" in options.places:
        found = [word for word in re.findall(r"[^\W\d_]{3,}", stem) if word.lower() in own]
        hits += [Hit(values={"masked": f"{word[0]}…", "place": _HIDDEN["file-name"]}) for word in found]
    return answer_of(hits)


def _own_names(plan: Plan) -> set[str]:
    """The parts of the child's name, in small letters: what the plan calls the child, and the rest of that line."""
    words = plan.facts.name
    if said := plan.facts.where.get("name"):
        blocks = (*plan.document.blocks, *plan.document.margins)
        rest = re.match(r"(?:\s+[A-Z][\w'’-]+){1,3}\s*$", blocks[said.block_id].text[said.end :])
        words += rest[0] if rest else ""
    return set(re.findall(r"[^\W\d_]{3,}", words.lower()))


# ---------------------------------------------------------------- another child


class Nothing(Options):
    """No options."""


_SUBJECT = re.compile(
    r"(?=[A-Z])(?P<start>^|(?<=[.!?:;] )|(?<=^- ))?(?<![\w'’-])(?P<name>[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)"
    r"(?P<of>(?:'s|’s)(?=\s))?"
    r"(?:\s(?P<verb>will|has|is|needs?|can|cannot|requires?|finds|does|enjoys|struggles|becomes|may|should|was|"
    r"experiences|have|had|[a-z]{3,}s)\b)?"
)
"""A capital word that may be a name, and whether it owns something or does something."""
_NO_NAME = re.compile(
    r"(?:tion|sion|ing|ness|ment|ity|ship|ism|ance|ence|ency|age|ure|graphy|logy|cy|sis|ers|ors|ies|ful|less|ous|ive|ess|sm|ics|ing|ism|our|ight|th)$"
)
"""Endings of common nouns that begin sentences ("Concentration is …"), which few first names share."""


@cache
def word_list(key: str) -> tuple[str, ...]:
    """A list of ``data/identifiers.toml``."""
    return tuple(cues.data("identifiers")["words"][key].split())


@cache
def _others() -> re.Pattern[str]:
    """A word for somebody beside the child, or for either sex."""
    return guarded(rf"(?i)\b(?:{'|'.join(map(re.escape, word_list('others')))})s?\b")


def first_name(plan: Plan) -> str:
    """What the plan calls the child, in small letters; empty where it does not say."""
    return next((part.lower() for part in re.findall(r"[^\W\d_]{2,}", plan.facts.name)), "")


@check("another-childs-name", Nothing)
def another_childs_name(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Statements about needs, outcomes and provision whose subject is a first name that is not the child's.

    Quiet unless the plan gives the child's name and uses it. A word that the plan also writes small is no name; nor is
    a name that it introduces as a relative, a friend or a member of staff. A word that is not among the common first
    names counts where it is the subject of "will", "has", "needs" …, and then a person decides.
    """
    own = {part.lower() for part in re.findall(r"[^\W\d_]+", plan.facts.name) if len(part) > 1}
    if not own:
        return Answer("not_assessed", reason="The plan does not give the child's name.")
    texts = [block.text for block in plan.document.blocks if block.text]
    whole = "\n".join(texts)
    if not any(_used(name, whole, 3) for name in own):
        return Answer("not_assessed", reason="The plan hardly uses the child's name.")
    known = (
        _common_words()
        | _everyday_words()
        | {w.lower() for a in plan.advice for w in re.findall(r"[^\W\d_]+", a.author)}
    )
    first_names = cues.listed("first_names.txt")
    small: dict[str, bool] = {}
    named: dict[str, list[Hit]] = {}
    for item in plan.items:
        if item.kind == "advice":
            continue
        for part in item.evidence:
            for found in _SUBJECT.finditer(part.quote):
                word = found["name"].lower()
                sure = word in first_names
                if word in known or _same_name(word, own) or not _acts(found, sure=sure):
                    continue
                if word not in small:
                    small[word] = (
                        "-" not in word and word in whole and re.search(rf"\b{re.escape(word)}\b", whole) is not None
                    )
                if small[word]:
                    continue
                start = part.start + found.start("name")
                evidence = Evidence(part.block_id, start, start + len(word), found["name"])
                named.setdefault(word, []).append(Hit((evidence,), item.section, query=not sure, item=item.id))
    return answer_of([hit for word, hits in named.items() if not _introduced(word, whole) for hit in hits])


def _used(name: str, text: str, times: int) -> bool:
    """Whether a name stands so often in the text as a word with a capital and small letters."""
    said = name[0].upper() + name[1:]
    if not (said.isascii() and text.count(said) >= times):
        return False
    return len(re.findall(rf"\b{re.escape(said)}\b", text)) >= times


@cache
def _everyday_words() -> frozenset[str]:
    """Words that begin sentences in any plan ("Progress will be reviewed"), but for those that are first names too."""
    words = cues.listed("generic_words.txt") | cues.listed("link_stopwords.txt")
    return words - cues.listed("first_names.txt")


def _acts(found: re.Match[str], *, sure: bool) -> bool:
    """Whether a capital word is the subject of its sentence; a word that is no known name must look like one."""
    verb = found["verb"] or ""
    if sure:
        return bool(verb or (found["of"] and found["start"] is not None))
    plain = verb in {"will", "has", "is", "needs", "need", "can", "cannot", "requires", "finds", "enjoys", "struggles"}
    alone = found["start"] is not None or re.search(
        r"[a-z\d,] $", found.string[max(0, found.start() - 2) : found.start()]
    )
    return plain and not _NO_NAME.search(found["name"]) and bool(alone)


def _same_name(word: str, own: set[str]) -> bool:
    """Whether a word is the child's name, or a short or long form of it (Sam, Samuel)."""
    return any(
        word == name or (word[:3] == name[:3] and (word in name or name in word or len(name) < 5)) for name in own
    )


def _introduced(word: str, text: str) -> bool:
    """Whether the plan says somewhere that this is a relative, a friend or a member of staff."""
    for found in re.finditer(rf"(?i)\b{re.escape(word)}\b", text):
        before = re.split(r"[.\n]", text[max(0, found.start() - 30) : found.start()])[-1][-18:]
        after = text[found.end() : found.end() + 30]
        if _others().search(before) or re.match(r",? (?:his|her|their)\b|,? \(", after):
            return True
    return False


@cache
def _common_words() -> frozenset[str]:
    return frozenset(word.lower() for key in ("not_names", "titles", "capitals") for word in word_list(key))


# ---------------------------------------------------------------- pronouns

_MALE = frozenset({"he", "him", "his", "himself"})


@check("pronoun-changes", Nothing)
def pronoun_changes(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Whether the child is "he" in some statements and "she" in others.

    Only statements that mention nobody else are read, and a pronoun that stands in three of them or more is taken for
    the child's own. "They" is never a change.
    """
    said = list(_with_pronouns(plan))
    there = [key for _, keys in said for key in keys]
    rarer, other = sorted(("he", "she"), key=there.count)
    found = {rarer: list(_for_the_child(plan, said, rarer))}
    # Where the child is never "he", one "she" is enough to answer, and the other way about.
    found[other] = list(islice(_for_the_child(plan, said, other), None if found[rarer] else 1))
    blocks = {key: {evidence.block_id for evidence, _, _ in places} for key, places in found.items()}
    more, less = ("he", "she") if len(blocks["he"]) >= len(blocks["she"]) else ("she", "he")
    if not blocks[more]:
        return Answer("not_applicable", reason="The plan uses no “he” or “she” for the child.")
    if len(blocks[more]) < 3 or not blocks[less] or len(blocks[more]) == len(blocks[less]):
        doubt = bool(blocks[less]) and len(blocks[more]) == len(blocks[less]) and len(blocks[more]) > 1
        return Answer(
            "query" if doubt else "met", reason="Half of the statements say “he”, half “she”." if doubt else ""
        )
    return Answer(
        "not_met",
        tuple(Hit((evidence,), section, {"usual": more}, item=item) for evidence, section, item in found[less]),
    )


_PRONOUN = re.compile(r"(?i)\b(?=[hs])(?:he|him|his|himself|she|her|hers|herself)\b")


def _pronoun(word: str) -> str:
    return "he" if word.lower() in _MALE else "she"


_Said = tuple[tuple[Evidence, str, Item | None], frozenset[str]]


def _with_pronouns(plan: Plan) -> Iterator[_Said]:
    """What needs, outcomes, provisions and paragraphs in no section say with a "he" or "she", and which of them."""
    for item in plan.items:
        if item.section in _CHILD_SECTIONS:
            for part in item.evidence:
                if keys := frozenset(map(_pronoun, _PRONOUN.findall(part.quote))):
                    yield (part, item.section, item), keys
    apart = set(plan.unplaced) | set(plan.sections["K"].blocks if "K" in plan.sections else ())
    for block in plan.document.blocks:
        if block.id not in apart or block.cell is not None or len(block.text.split()) < 15:
            continue
        if keys := frozenset(map(_pronoun, _PRONOUN.findall(block.text))):
            whole = Evidence(block.id, 0, len(block.text), block.text)
            yield (whole, plan.section_of.get(block.id, ""), None), keys


def _for_the_child(plan: Plan, said: Iterable[_Said], key: str) -> Iterator[tuple[Evidence, str, str]]:
    """Where a "he" (or a "she") is the child.

    "He will teach her": in a provision that names somebody, who is who cannot be told.
    """
    first = first_name(plan)
    for (part, letter, item), keys in said:
        if key not in keys or (item and _names_somebody(item)):
            continue
        for start, end in _of_the_child(part.quote, first):
            for match in _PRONOUN.finditer(part.quote, start, end):
                if _pronoun(match[0]) == key:
                    at = part.start + match.start()
                    evidence = Evidence(part.block_id, at, at + len(match[0]), match[0])
                    yield evidence, letter, item.id if item else ""


def _names_somebody(item: Item) -> bool:
    from ehcaudit.language.people import find_people

    return item.kind == "provision" and any(person.group != "child" for person in find_people(item.text))


def _of_the_child(text: str, first: str) -> Iterator[tuple[int, int]]:
    """Where a pronoun can only mean the child: nobody else is mentioned before it in the sentence or in the last one.

    Several others ("partners", "his peers") are no "he" or "she"; parents are, since one of them may be meant.
    """
    from ehcaudit.language.sentences import sentences

    before = False
    for start, end in sentences(text):
        words = text[start:end]
        if '"' in words or "“" in words or _other_names(words, first):
            before = True
            continue
        other = next((found for found in _others().finditer(words) if not _several(found[0])), None)
        if not before:
            yield start, start + other.start() if other else end
        before = other is not None


def _several(word: str) -> bool:
    """Whether a word for others means more than one of them."""
    low = word.lower()
    return low in ("children", "people", "staff") or (low.endswith("s") and low not in ("parents", "carers", "miss"))


def _other_names(words: str, own: str) -> bool:
    """Whether a capital word within a sentence may be somebody else's name."""
    return any(
        word.lower() != own and word.lower() not in _common_words()
        for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b", words)
    )
