"""Entries of a section → its single needs, outcomes and provisions, with what their row says of them.

Decisions. A row, a bullet and a numbered line are one item each. A lead-in ("By July 2027 Sam will:") belongs to each
of its bullets as a part of their words. A paragraph of several sentences is split only where a sentence is a statement
of its own: an outcome begins with a time, the child's name or "be able to"; a provision has a new deliverer or
recipient and a quantity of its own, or names the child and a verb of providing; sentences that lean on the one before
("This will be …", "Progress …") stay with it. A paragraph of section B, C or D is split only where every sentence
states a difficulty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ehcaudit.language.sentences import sentences
from ehcaudit.model import ITEM_HOMES, Advice, Document, Evidence, Item, ItemKind
from ehcaudit.plan.headings import generic_of
from ehcaudit.plan.lexicon import fold, role_of, says_none
from ehcaudit.plan.sections import ORDER, Entry, Layout
from ehcaudit.plan.tables import kind_of

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣·*–—-]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+|[•●▪◦‣]\s*)")
_NUMBERED = re.compile(r"^\s*(?:(?P<kind>outcome|need|provision|item|target)\s*(?:no\.?\s*)?(?P<n>[A-K]?\d{1,2}[a-z]?)|(?P<tag>[B-H]\d{1,2}))\s*[:.)–-]+\s*", re.I)
_LABEL = re.compile(r"^\s*([A-Z][A-Za-z ,/’'()?]{1,48}?)\s*(?::|–|\s-\s)\s*(?=\S)")
_ONLY_NUMBER = re.compile(r"^\W*(?:[A-K]?\d{1,2}|[ivx]{1,4})?\W*$", re.I)
_LEANS = re.compile(
    r"^(?:this|these|it|its|that|those|progress|success|evidence|such|each of (?:these|the)|all of (?:this|these)|both|"
    r"the (?:programme|programmes|session|sessions|support|provision|intervention|interventions|group|plan|targets?|outcomes?|activities|therapist|work|above|aim|purpose|focus|skills?|strategies|approach|training)|"
    r"sessions|targets|activities|he will do (?:this|so)|she will do (?:this|so)|they will do (?:this|so)|to (?:support|help|enable|ensure|achieve) this|in addition to this|where (?:this|these)|if (?:this|these)|as (?:part|a result) of (?:this|these))\b"
)
_OUTCOME = re.compile(
    r"^(?:(?:by|within|before|at|over|during|in|throughout)\b[^.]{2,90}?\b(?:will|can|to be able|is able|shall)\b|"
    r"(?:[a-z][\w'’-]*|\[[^\]]+\])(?: [a-z][\w'’-]*)? (?:will|can|is able to|is going to)\b|to [a-z]+\b|for [a-z]+ to\b)"
)
_NEW_OUTCOME = re.compile(
    r"^(?:by|within|before|at) (?:the |her |his |their |my |july|september|june|easter|christmas|summer|age|year|key|ks|[a-z]+ 20|\d|end|next|then)|^(?:he|she|they|i) will (?:also )?(?:be able to(?! do (?:this|so))|independently)|^to [a-z]+ "
)
_QUANTITY = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|forty-five|sixty|once|twice|daily|weekly|fortnightly|monthly|termly|annual(?:ly)?|half-termly|each|every|per)\b[^.]{0,40}?\b(?:minutes?|mins?|hours?|hrs?|sessions?|times?|days?|weeks?|weekly|daily|terms?|termly|months?|year|lessons?|visits?|1:1|a (?:day|week|term|year|month)|per (?:day|week|term|year|month))\b|\b(?:daily|weekly|fortnightly|termly|monthly|half-termly)\b"
)
_PROVIDES = re.compile(
    r"\b(?:will|must|shall|should|to) (?:also |then |each |all )?(?:be (?:provided|given|offered|delivered|supported|taught|seen|allocated|trained|visited|reviewed)|receive|have|provide|deliver|work|attend|access|train|visit|offer|teach|make|carry|give|run|support|complete|undertake|benefit)\b|\b(?:requires?|needs?|receives?|is provided|has access)\b"
)
_NEED = re.compile(
    r"\b(?:difficult(?:y|ies)?|struggles?|cannot|can not|unable|needs?|requires?|delay(?:ed|s)?|disorder|diagnos\w+|finds? it|hard|below|impair\w+|anxi\w+|limited|poor|becomes?|relies|depends|weak\w*|challeng\w+|dysregulat\w+|does not|do not|is not yet|not yet|has (?:a |an )?(?:\w+ ){0,3}(?:syndrome|autism|adhd|epilepsy|asthma|loss|palsy|dyslexia))\b"
)


@dataclass(slots=True)
class Found:
    """All items, with what threads need to know of them beyond the item itself."""

    items: list[Item] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    """Item id → the number that the document gives it ("2", "B3")."""
    spans: dict[str, int] = field(default_factory=dict)
    """Item id → over how many rows its cell goes."""


@dataclass(slots=True)
class _Draft:
    parts: list[Evidence]
    entry: Entry
    number: str = ""
    attached: dict[str, Evidence] = field(default_factory=dict)
    lead: int = 0
    """How many of the parts are lead-ins."""
    listed: bool = False


def find_items(document: Document, layout: Layout, advice: Sequence[Advice]) -> Found:
    """The items of all sections, in the order of the sections' letters and of the document."""
    kinds: dict[str, ItemKind] = {home: kind for kind, homes in ITEM_HOMES.items() for home in homes}
    found = Found()
    for letter in ORDER:
        kind = kinds.get(letter)
        if kind is None or letter not in layout.parts:
            continue
        if kind == "advice":
            for entry in advice:
                if entry.evidence:
                    identity = f"K{len([i for i in found.items if i.kind == 'advice']) + 1}"
                    block = document.blocks[entry.evidence[0].block_id]
                    row = (block.cell.table, block.cell.row) if block.cell else None
                    found.items.append(Item(identity, "advice", "K", entry.evidence, row=row))
            continue
        for count, draft in enumerate(_section(document, letter, kind, layout.parts[letter].entries), 1):
            identity = f"{letter}.{count}" if letter in ("H1", "H2") else f"{letter}{count}"
            text = " ".join(part.quote for part in draft.parts)
            found.items.append(
                Item(identity, kind, letter, tuple(draft.parts), draft.entry.area, draft.attached, says_none(text), draft.entry.row)
            )
            found.numbers[identity] = draft.number
            found.spans[identity] = draft.entry.span
    return found


def _section(document: Document, letter: str, kind: ItemKind, entries: Sequence[Entry]) -> list[_Draft]:
    """The items of one section."""
    drafts: list[_Draft] = []
    by_row: dict[tuple[int, int], list[_Draft]] = {}
    waiting: list[Entry] = []
    run: list[Entry] = []

    def flush() -> None:
        if run:
            new = _flow(document, letter, kind, run, drafts)
            for draft in new:
                if draft.entry.row:
                    for offset in range(max(draft.entry.span, 1)):
                        by_row.setdefault((draft.entry.row[0], draft.entry.row[1] + offset), []).append(draft)
            drafts.extend(new)
            run.clear()

    for entry in entries:
        if entry.role:
            waiting.append(entry)
            continue
        if run and (entry.row != run[-1].row or entry.column != run[-1].column):
            flush()
        run.append(entry)
    flush()
    _attach(document, waiting, by_row, drafts)
    return drafts


def _attach(document: Document, waiting: Iterable[Entry], by_row: Mapping[tuple[int, int], list[_Draft]], drafts: Sequence[_Draft]) -> None:
    """Give each role cell to the items of its row, or where its row has none to the last item over it in the table."""
    cells: dict[tuple[tuple[int, int], int, str], list[Entry]] = {}
    for entry in waiting:
        if entry.row:
            cells.setdefault((entry.row, entry.column, entry.role), []).append(entry)
    for (row, _, role), group in cells.items():
        mine: list[_Draft] = []
        for offset in range(max(group[0].span, 1)):
            mine += [d for d in by_row.get((row[0], row[1] + offset), ()) if d not in mine]
        if not mine:
            above = [d for d in drafts if d.entry.row and d.entry.row[0] == row[0] and d.entry.row[1] < row[1]]
            last = max((d.entry.row[1] for d in above if d.entry.row), default=-1)
            mine = [d for d in above if d.entry.row and d.entry.row[1] == last]
        words = [_whole(document, entry.block, entry.start) for entry in group]
        for index, draft in enumerate(mine):
            if len(mine) == len(words) and len(words) > 1:
                draft.attached.setdefault(role, words[index])
                continue
            for number, evidence in enumerate(words, 1):
                key = role if number == 1 else f"{role}.{number}"
                while key in draft.attached:
                    number += 1
                    key = f"{role}.{number}"
                draft.attached[key] = evidence


def _whole(document: Document, block: int, start: int = 0, end: int | None = None) -> Evidence:
    text = document.blocks[block].text
    end = len(text) if end is None else end
    part = text[start:end]
    start, end = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
    return Evidence(block, start, end, text[start:end])


def _flow(document: Document, letter: str, kind: ItemKind, entries: Sequence[Entry], before: Sequence[_Draft]) -> list[_Draft]:
    """The items of paragraphs that follow one another in one cell or outside tables."""
    drafts: list[_Draft] = []
    leads: list[tuple[int, Evidence, Entry, bool]] = []
    quoting = False

    def drop_leads(level: int = -1) -> None:
        """Close lead-ins; one that led to nothing is a statement itself."""
        while leads and leads[-1][0] >= level:
            _, evidence, entry, used = leads.pop()
            if not used and len(evidence.quote.split()) >= 5 and not quoting:
                drafts.append(_Draft([evidence], entry))

    for position, entry in enumerate(entries):
        block = document.blocks[entry.block]
        if entry.strength or block.kind == "note":
            drop_leads()
            continue
        if entry.line:
            drop_leads()
            quoting = kind == "provision" and bool(re.search(r"\boutcomes?\b", fold(block.text)))
            continue
        evidence = _whole(document, entry.block, entry.start)
        text = evidence.quote
        if not text or _ONLY_NUMBER.match(text):
            continue
        bullet = _BULLET.match(text)
        listed = block.kind == "list-item" or bool(bullet)
        number = re.sub(r"\W", "", block.label) if re.search(r"\d", block.label) else ""
        if bullet:
            number = number or re.sub(r"\D", "", bullet[0])
            evidence = _whole(document, entry.block, evidence.start + bullet.end())
        if kind == "provision" and re.search(r"\boutcomes?\b[^.]{0,60}\(?from section e\b|\bthe (?:agreed |following )?outcomes? (?:is|are|from section e)\b", fold(text)) and text.endswith(":"):
            drop_leads()
            quoting = True
            continue
        if quoting:
            if listed or re.match(r"^\(?\d", text) or _OUTCOME.match(fold(evidence.quote)) and not _PROVIDES.search(fold(text)):
                continue
            quoting = False
        numbered = _NUMBERED.match(evidence.quote)
        if numbered:
            number = numbered["n"] or numbered["tag"] or number
            said = (numbered["kind"] or "").lower()
            evidence = _whole(document, entry.block, evidence.start + numbered.end())
            if said in ("need", "outcome", "provision") and said != kind:
                if kind == "provision" and said == "outcome":
                    continue
            if not evidence.quote:
                continue
        label = _LABEL.match(evidence.quote)
        if label and not numbered:
            role = role_of(label[1])
            generic = generic_of(label[1])
            target = drafts or list(before)
            if generic == kind or (role == "item" and not generic):
                evidence = _whole(document, entry.block, evidence.start + label.end())
            elif role and role not in ("item", "area", "number") and target:
                value = _whole(document, entry.block, evidence.start + label.end())
                if role == "frequency" and kind == "outcome":
                    role = "when"
                target[-1].attached.setdefault(role, value)
                continue
            elif generic == "strength" and kind == "need":
                continue
            elif generic and target and generic != kind and kind_of(letter) != generic:
                target[-1].attached.setdefault(generic, _whole(document, entry.block, evidence.start + label.end()))
                continue
        level = (block.level or 0) if block.kind == "list-item" else 0
        if evidence.quote.endswith((":", ":-")) and position + 1 < len(entries) and not entries[position + 1].line:
            drop_leads(level if listed else -1)
            parts = [lead[1] for lead in leads] if listed else []
            leads.append((level if listed else -1, evidence, entry, False))
            del parts
            continue
        if leads:
            if listed:
                while leads and leads[-1][0] >= level and leads[-1][0] >= 0:
                    drop_leads(leads[-1][0])
            elif not _goes_on(evidence.quote, leads[-1][3]):
                drop_leads()
        if leads:
            leads[:] = [(depth, lead, where, True) for depth, lead, where, _ in leads]
            parts = [lead for _, lead, _, _ in leads]
            drafts.append(_Draft([*parts, evidence], entry, number, lead=len(parts), listed=True))
            continue
        if drafts and not listed and not numbered and (
            _LEANS.match(fold(evidence.quote)) or (evidence.quote[:1].islower() and drafts[-1].listed)
        ) and kind != "need":
            drafts[-1].parts.append(evidence)
            continue
        if listed:
            drafts.append(_Draft([evidence], entry, number, listed=True))
            continue
        pieces = _split(evidence.quote, kind)
        for index, (start, end) in enumerate(pieces):
            drafts.append(_Draft([_whole(document, entry.block, evidence.start + start, evidence.start + end)], entry, number if index == 0 else ""))
    drop_leads()
    return drafts


def _goes_on(text: str, led: bool) -> bool:
    """Whether a plain paragraph after a lead-in is one of the things it leads to."""
    words = text.split()
    return text[:1].islower() or (len(words) <= 18 and not text.endswith(".") and not led) or (led and len(words) <= 18 and not text.endswith("."))


def _split(text: str, kind: ItemKind) -> list[tuple[int, int]]:
    """The statements of a paragraph, each with the sentences that lean on it."""
    spans = sentences(text)
    if len(spans) < 2:
        return [(0, len(text))]
    folded = [fold(text[start:end]) for start, end in spans]
    if kind == "need":
        alone = all(_NEED.search(s) and not _LEANS.match(s) and len(s.split()) >= 4 for s in folded)
        return spans if alone else [(0, len(text))]
    starts = [True]
    subject = re.match(r"[a-z][\w'’-]*", re.sub(r"^(?:by|within|before|at|over|during|in)\b[^,]*,\s*", "", folded[0]))
    name = subject[0] if subject else ""
    for sentence in folded[1:]:
        if _LEANS.match(sentence) or len(sentence.split()) < 4:
            starts.append(False)
        elif kind == "outcome":
            named = bool(name) and name not in ("he", "she", "they") and bool(re.match(rf"{re.escape(name)}\b.{{0,20}}\b(?:will|can|is able)\b", sentence))
            starts.append(bool(_OUTCOME.match(sentence)) and (named or bool(_NEW_OUTCOME.match(sentence))))
        else:
            provides = bool(_PROVIDES.search(sentence))
            named = bool(name) and bool(re.match(rf"{re.escape(name)}\b", sentence)) and name not in ("the", "a", "an", "all", "there")
            pronoun = bool(re.match(r"(?:he|she|they|i)\b", sentence))
            starts.append(provides and (named or bool(_QUANTITY.search(sentence)) and not (pronoun and not re.match(r"(?:he|she|they|i) (?:will|must|should) (?:also )?(?:receive|have|be provided|attend|access)", sentence))))
    merged: list[tuple[int, int]] = []
    for (start, end), opens in zip(spans, starts, strict=True):
        if opens:
            merged.append((start, end))
        else:
            merged[-1] = (merged[-1][0], end)
    return merged
