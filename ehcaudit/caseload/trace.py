"""PlanAudit → Trace: the few kilobytes of one plan that a caseload compares, made where the plan was judged.

Wording is compared without what may differ between children: the child's name, pronouns and figures are masked, in
what is hashed and in what may be shown. Names, numbers and dates that tell who the child is are kept as hashes alone.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any, Literal, get_args

from ehcaudit.caseload.minhash import band_keys, shingles, sketch
from ehcaudit.language import cues
from ehcaudit.model import Facts, Item, Plan, PlanAudit

Kind = Literal["need", "outcome", "provision", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""``text`` is a paragraph of a section that is no statement."""
FEWEST = {"need": 6, "outcome": 4, "provision": 6, "text": 6}
"""Words of the shortest passage that is compared: "Visual timetable" stands in many plans by right."""
NEAR: tuple[Kind, ...] = ("outcome", "provision")
"""What is looked for in nearly the same words too, and not only in the same."""
NEAR_KEYS = 2
_NEAR_FROM = 15
"""Words of the shortest of those: one word of fewer makes another statement of it."""
_COMPARED = ("A", "B", "C", "D", "E", "F", "G", "H", "H1", "H2")
_FORM = ("A", "B", "E", "F", "I", "K")
"""The headings that tell one authority's form from another's and stand in every plan."""
_STRANGER = "identity/another-childs-name"
"""The rule that finds a name which is not the child's; a caseload says whose it is."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One statement or paragraph, masked; two with the same ``hash`` are the same but for what is masked."""

    kind: Kind
    section: str
    hash: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a caseload keeps of one plan. Hashes are numbers of 64 bits."""

    path: str
    child: tuple[int, ...] = ()
    """Each one tells the child by itself: a UPN, an NHS number, or the full name with the date of birth."""
    name: int = 0
    """The first name; 0 where the plan gives none."""
    full_name: int = 0
    version: tuple[str, int, str] = ("", 0, "")
    """Greater in a later version of the same plan: its date, its status, its content."""
    facts: Mapping[str, int] = field(default_factory=dict)
    """What no version may change: ``born``, ``first_issued``, ``pronoun`` (hashes), ``school_year`` (the year in which
    the child was or will be in Reception)."""
    family: int = 0
    """Plans written in one form have the same headings."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension → the groups that this plan counts in, whatever its faults."""
    faults: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Rule → dimension → the groups in which it is not met; what a person must decide is no fault."""
    passages: tuple[Passage, ...] = ()
    words: bytes = b""
    """The masked passages, a line each, compressed; empty where no words may be kept."""
    sketch: array[int] = field(default_factory=lambda: array("H"))
    strangers: tuple[tuple[int, int, str], ...] = ()
    """A name that is not the child's: its hash, the hash of its passage with it masked, the section."""
    full_names: tuple[tuple[int, str], ...] = ()
    """Pairs of words that may be a full name, each with the section where it first stands."""
    near: array[int] = field(default_factory=lambda: array("Q"))
    """Hashes that statements in nearly the same words have in common: ``NEAR_KEYS`` of each passage whose kind is one
    of ``NEAR``, in their order; nought where it is too short. See ``near_keys``."""
    quiet: bool = False
    """The words are there to be compared, and must not be shown."""

    def texts(self) -> list[str]:
        """The masked passages in the order of ``passages``; empty words where none were kept."""
        if not self.words:
            return [""] * len(self.passages)
        return zlib.decompress(self.words).decode("utf-8", "surrogatepass").split("\n")

    def keyed(self) -> Iterator[tuple[Passage, array[int]]]:
        """The passages whose kind is one of ``NEAR``, each with its keys; none where the trace has none."""
        near = [passage for passage in self.passages if passage.kind in NEAR]
        if len(self.near) == NEAR_KEYS * len(near):
            for place, passage in enumerate(near):
                yield passage, self.near[place * NEAR_KEYS : (place + 1) * NEAR_KEYS]

    def pack(self, *, words: bool = True) -> bytes:
        """The trace as bytes, for a pipe or a store; ``unpack`` gives it back. Without its words where they may not
        be kept: wording that is repeated is then counted and not shown."""
        head = {
            **{name: getattr(self, name) for name in _PLAIN},
            "passages": [
                (kind, section, _packed(array("Q", hashes))) for (kind, section), hashes in self._by_place().items()
            ],
            "sketch": _packed(self.sketch),
            "near": _packed(self.near),
        }
        payload = json.dumps(head, separators=(",", ":")).encode("ascii")
        return len(payload).to_bytes(4, "big") + payload + (self.words if words else b"")

    def _by_place(self) -> dict[tuple[Kind, str], list[int]]:
        places: dict[tuple[Kind, str], list[int]] = {}
        for passage in self.passages:
            places.setdefault((passage.kind, passage.section), []).append(passage.hash)
        return places

    @classmethod
    def unpack(cls, payload: bytes, path: str | None = None) -> Trace:
        """The trace in these bytes, for a file that now has this path. Raises ValueError where they are damaged."""
        try:
            end = 4 + int.from_bytes(payload[:4], "big")
            head: dict[str, Any] = json.loads(payload[4:end])
            head["passages"] = tuple(
                Passage(kind, section, number)
                for kind, section, packed in head["passages"]
                for number in _unpacked("Q", packed)
            )
            head["sketch"] = _unpacked("H", head["sketch"])
            head["near"] = _unpacked("Q", head.get("near", ""))
            for name in ("child", "version"):
                head[name] = tuple(head[name])
            for name in ("strangers", "full_names"):
                head[name] = tuple(map(tuple, head[name]))
            head["values"] = {dimension: tuple(values) for dimension, values in head["values"].items()}
            head["faults"] = {
                rule: {dimension: tuple(values) for dimension, values in places.items()}
                for rule, places in head["faults"].items()
            }
            trace = cls(**head, words=payload[end:])
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(str(type(error).__name__)) from None
        return trace if path is None or path == trace.path else _moved(trace, path)


_PLAIN = (
    "path child name full_name version facts family values faults strangers full_names".split()  # noqa: SIM905
)


def _moved(trace: Trace, path: str) -> Trace:
    from dataclasses import replace

    return replace(trace, path=path)


def _packed(numbers: array[int]) -> str:
    return b64encode(numbers.tobytes()).decode("ascii")


def _unpacked(code: str, packed: str) -> array[int]:
    numbers = array(code)
    numbers.frombytes(b64decode(packed))
    return numbers


def digest(*words: str) -> int:
    """A hash of 64 bits, the same on every machine."""
    data = "\0".join(words).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


# What of a name, a place or a title is left in a masked statement: a capital within a sentence. It begins with a set of
# letters, and not with what must stand before: the engine then skips to them.
_CAPITAL = re.compile(r"[A-Z](?<=[\w,;)] .)[\w'-]*")


def loosely(form: str) -> str:
    """A masked statement without the capital words within its sentences, in which near copies differ most."""
    return _CAPITAL.sub("[x]", form)


def near_keys(kind: Kind, section: str, form: str) -> list[int]:
    """Hashes of which two masked statements in nearly the same words have one in common, mostly; nought for a short
    one, and none for another kind."""
    if kind not in NEAR:
        return []
    if form.count(" ") + 1 < _NEAR_FROM:
        return [0] * NEAR_KEYS
    keys = band_keys(shingles(loosely(form), 2), NEAR_KEYS, 3)
    return [digest(kind, section, str(band), key.hex()) for band, key in enumerate(keys)]


# ---------------------------------------------------------------- what is masked


@cache
def _stands_for() -> Mapping[str, str]:
    found: Mapping[str, str] = cues.data("caseload")["pronouns"]
    return found


_FIGURES = re.compile(r"\d[\d.,:/]*(?<=\d)")
# It begins with a set of letters, and not with a boundary of a word: the engine then skips to them.
_PRONOUNS = re.compile(
    r"[HhSsTt](?<!\w.)(?:(?<=[Hh])(?:e|im|er|is|ers|imself|erself)|(?<=[Ss])he|(?<=[Tt])h(?:ey|em|eirs?|emsel(?:ves|f)))"
    r"(?!\w)"
)


def mask(text: str, names: tuple[str, ...]) -> str:
    """The text with "[child]" for the names (where they begin with a capital), pronouns and figures masked."""

    capital = [name for name in names if name[0].isupper()]
    if capital:
        own = "|".join(re.escape(name) for name in sorted(capital, key=len, reverse=True))
        text = re.sub(rf"\b(?:{own})\b", "[child]", text)
    return _FIGURES.sub("[n]", _PRONOUNS.sub(lambda found: _stands_for()[found[0].lower()], text))


_STRAIGHT = str.maketrans({**dict.fromkeys("’‘ʼ`", "'"), **dict.fromkeys("“”", '"'), **dict.fromkeys("–—‑‐−", "-")})
_ENDS = " .;:,-•*"


def form_of(line: str) -> str:
    """A masked passage as it is compared and shown: straight quotes, single spaces, a capital, nothing at its ends."""
    form = " ".join(line.translate(_STRAIGHT).split()).strip(_ENDS)
    return form[:1].upper() + form[1:]


# ---------------------------------------------------------------- who


_PART = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_REST = re.compile(r"(?:\s+[A-Z][\w'’-]+){1,3}\s*$")
_PAIR = re.compile(
    r"([A-Z])(?<![\w'’-].)(?=([a-z]+(?:['’-][A-Z][a-z]+)*) +([A-Z]['’]?[A-Za-z]?[a-z]+(?:-[A-Z][a-z]+)*)\b)"
)


def _name_of(plan: Plan) -> tuple[str, ...]:
    """The parts of the child's name, the first name first: what the plan calls the child and the rest of that line."""
    words = plan.facts.name
    if said := plan.facts.where.get("name"):
        blocks = (*plan.document.blocks, *plan.document.margins)
        if said.block_id < len(blocks) and (rest := _REST.match(blocks[said.block_id].text[said.end :])):
            words += rest[0]
    return tuple(dict.fromkeys(part for part in _PART.findall(words) if len(part) > 1))


def _numbers_of(plan: Plan) -> Iterator[int]:
    """Hashes of the numbers by which a child is known to everybody."""
    from ehcaudit.language.identifiers import find_identifiers

    texts = [plan.document.blocks[i].text for i in plan.front] + [block.text for block in plan.document.margins]
    for text in texts:
        if sum(map(str.isdigit, text)) < 10:
            continue
        for kind in ("upn", "nhs-number"):
            for found in find_identifiers(text, kind):
                if found.sure:
                    yield digest(kind, re.sub(r"\W", "", text[found.start : found.end]).upper())


def _full(names: tuple[str, ...]) -> str:
    """First and last name as one key; empty where the plan does not give both, or gives letters in their place."""
    real = [name for name in names if re.search(r"[aeiouy]", name[1:].lower()) or len(name) > 3]
    return f"{real[0]} {real[-1]}".casefold() if len(real) > 1 else ""


@cache
def _no_names() -> frozenset[str]:
    words = cues.data("identifiers")["words"]
    return frozenset(word.lower() for key in ("not_names", "titles", "capitals") for word in words[key].split())


# ---------------------------------------------------------------- what it counts in


def _school_year(facts: Facts) -> int | None:
    """The year in which the child was or will be in Reception: the same in every version, unless a year is repeated."""
    if facts.year_group is None or facts.plan_date is None:
        return None
    return facts.plan_date.year - (facts.plan_date.month < 9) - facts.year_group


def _writer(plan: Plan) -> str:
    """The role of the plan's author, as a plain key, where the front page or the signature says it."""
    label = cues.pattern("caseload", "writer", "label")
    before = ""
    for number in plan.unplaced:
        text = plan.document.blocks[number].text
        if len(text) < 160:
            flat = cues.flat(text)
            found = label.match(flat)
            said = text[found.end() :].strip(" :-") if found else text if before and label.fullmatch(before) else ""
            if said:
                from ehcaudit.language.people import find_roles

                roles = find_roles(said)
                if roles:
                    return roles[0].key
            before = flat.strip(" :-?")
        else:
            before = ""
    return ""


def _key_stage(facts: Facts) -> int | None:
    if facts.key_stage is not None or facts.year_group is None:
        return facts.key_stage
    return sum(facts.year_group >= first for first in (1, 3, 7, 10, 12))


def _values(plan: Plan, advisers: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
    facts = plan.facts
    names = cues.data("caseload")["key_stages"]
    return {
        "section": tuple(plan.sections),
        "area": tuple(sorted({item.area for item in plan.items if item.area})),
        "key stage": (names.get(str(_key_stage(facts)), "not stated"),),
        "status": (facts.status if facts.status != "unknown" else "not stated",),
        "writer": (_writer(plan) or "not stated",),
        "adviser": tuple(sorted(set(advisers.values()))),
    }


def _faults(
    audited: PlanAudit, items: Mapping[str, Item], advisers: Mapping[int, str]
) -> dict[str, dict[str, tuple[str, ...]]]:
    plan = audited.plan
    found: dict[str, dict[str, set[str]]] = {}
    for result in audited.results:
        for finding in result.findings:
            if finding.query:
                continue
            places = found.setdefault(finding.rule, {})
            block = finding.evidence[0].block_id if finding.evidence else -1
            area = items[finding.item].area if finding.item in items else plan.area_of.get(block, "")
            for dimension, value in (
                ("section", finding.section),
                ("area", area),
                ("adviser", advisers.get(block, "")),
            ):
                if value:
                    places.setdefault(dimension, set()).add(value)
    return {rule: {d: tuple(sorted(v)) for d, v in places.items()} for rule, places in sorted(found.items())}


# ---------------------------------------------------------------- the whole


def trace(audited: PlanAudit) -> Trace:
    """What a caseload compares of one plan that was read in full."""
    plan = audited.plan
    facts = plan.facts
    names = _name_of(plan)
    lines = list(_passages(plan))
    # Masked as one text: a pattern is dearer to start than to run on.
    masked = mask("\n".join(text for _, _, text in lines), names).split("\n") if lines else []
    forms = map(form_of, masked)
    kept: dict[int, tuple[Passage, str]] = {}
    for (kind, section, _), form in zip(lines, forms, strict=True):
        if form.count(" ") + 1 >= FEWEST[kind]:
            number = digest(section, form)
            kept.setdefault(number, (Passage(kind, section, number), form))
    places = list(kept.values())
    # By kind and section, as they are packed.
    order = {place: n for n, place in enumerate(dict.fromkeys((p.kind, p.section) for p, _ in places))}
    places.sort(key=lambda place: order[place[0].kind, place[0].section])
    compared = " ".join(form for passage, form in places if passage.section in _COMPARED)
    full = _full(names)
    born = facts.born.isoformat() if facts.born else ""
    advisers = {part.block_id: entry.role for entry in plan.advice if entry.role for part in entry.evidence}
    date = facts.amended_on or facts.plan_date
    said: dict[str, int | None] = {
        "born": digest(born) if born else None,
        "first_issued": digest(facts.first_issued.isoformat()) if facts.first_issued else None,
        "pronoun": digest(facts.pronoun) if facts.pronoun in ("he", "she") else None,
        "school_year": _school_year(facts),
    }
    titles = [f"{letter} {mask(plan.sections[letter].title, names)}" for letter in _FORM if letter in plan.sections]
    return Trace(
        path=audited.path,
        child=(*dict.fromkeys(_numbers_of(plan)), *((digest("name", full, born),) if full and born else ())),
        name=digest(names[0].casefold()) if names else 0,
        full_name=digest(full) if full else 0,
        version=(
            date.isoformat() if date else "",
            ("unknown", "draft", "final", "amended").index(facts.status),
            audited.sha256,
        ),
        facts={fact: value for fact, value in said.items() if value is not None},
        family=digest(cues.flat("\n".join(titles))),
        values=_values(plan, advisers),
        faults=_faults(audited, {item.id: item for item in plan.items}, advisers),
        passages=tuple(passage for passage, _ in places),
        words=zlib.compress("\n".join(form for _, form in places).encode("utf-8", "surrogatepass"), 1)
        if places
        else b"",
        sketch=sketch(shingles(compared)),
        strangers=tuple(_strangers(audited, names)),
        full_names=tuple(_full_names(plan, names)),
        near=array("Q", [key for p, form in places for key in near_keys(p.kind, p.section, form)]),
    )


def _passages(plan: Plan) -> Iterator[tuple[Kind, str, str]]:
    """Statements, and the paragraphs of sections that are no part of one, each on one line."""
    taken: set[int] = set()
    for item in plan.items:
        taken.update(part.block_id for part in item.evidence)
        if item.kind != "advice" and not item.none_stated:
            yield item.kind, item.section, " ".join(item.text.split())
    for letter, section in plan.sections.items():
        for number in section.blocks:
            block = plan.document.blocks[number]
            if number not in taken and block.kind != "heading" and block.text:
                yield "text", letter, " ".join(block.text.split())


def _strangers(audited: PlanAudit, names: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    items = {item.id: item for item in audited.plan.items}
    for result in audited.results:
        if result.rule == _STRANGER:
            for finding in result.findings:
                if finding.evidence and finding.item in items:
                    name = finding.evidence[0].quote
                    form = form_of(mask(items[finding.item].text, (*names, name)))
                    yield digest(name.casefold()), digest(finding.section, form), finding.section


def _full_names(plan: Plan, names: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Pairs of capital words in the statements and paragraphs of sections that may be somebody's full name."""
    own = {name.casefold() for name in names}
    staff = {word for entry in plan.advice for word in _PART.findall(entry.author.casefold())}
    seen: set[str] = set()
    for letter, section in plan.sections.items():
        if letter == "K":
            continue
        for number in section.blocks:
            for initial, rest, last in _PAIR.findall(plan.document.blocks[number].text):
                parts = {(initial + rest).casefold(), last.casefold()}
                pair = f"{initial}{rest} {last}".casefold()
                if pair not in seen and not parts & (own | staff) and not parts & _no_names():
                    seen.add(pair)
                    yield digest(pair), letter


def judged_again(kept: Trace, audited: PlanAudit) -> Trace:
    """The trace of an audit that is kept without most of its words, after rules gave new answers to it."""
    from dataclasses import replace

    plan = audited.plan
    advisers = {part.block_id: entry.role for entry in plan.advice if entry.role for part in entry.evidence}
    return replace(kept, faults=_faults(audited, {item.id: item for item in plan.items}, advisers))
