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
from functools import cache

from ehcaudit.language.sentences import sentences
from ehcaudit.model import ITEM_HOMES, Advice, Document, Evidence, Item, ItemKind
from ehcaudit.plan.headings import generic_of
from ehcaudit.plan.layout import ORDER, Entry, Layout
from ehcaudit.plan.lexicon import data, fold, role_of, says_none
from ehcaudit.plan.sifted import any_of
from ehcaudit.plan.tables import kind_of


@cache
def _like(key: str) -> re.Pattern[str]:
    """A pattern of ``items.toml``; a list of them as one."""
    value = data("items")[key]
    return re.compile(value) if isinstance(value, str) else any_of(value)


def _leans(text: str) -> bool:
    """Whether a sentence or paragraph says more about the one before it ("This will be reviewed each term")."""
    return bool(_like("leans").match(fold(text)))


def _only_number(folded: str) -> bool:
    # A number has three characters at most, or four letters; behind them nothing of a word may stand.
    if folded[:1].isalnum() and (folded[4:5].isalnum() or folded[5:6].isalnum()):
        return False
    return _like("only_number").match(folded) is not None


def _bullet(folded: str) -> re.Match[str] | None:
    if folded[:1].isalpha() and not ("." in folded[1:5] or ")" in folded[1:5]):
        return None  # Letters number a line only with one of these behind them.
    return _like("bullet").match(folded)


_KINDS: tuple[ItemKind, ...] = ("need", "outcome", "provision", "advice")


@dataclass(slots=True)
class Found:
    """All items, with what threads need to know of them beyond the item itself."""

    items: list[Item] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    """Item id → the number that the document gives it ("2", "B3")."""
    spans: dict[str, int] = field(default_factory=dict)
    """Item id → over how many rows its cell goes."""
    named: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Item id → what its own words name, as (kind, number), once threads have looked."""


@dataclass(slots=True)
class _Draft:
    parts: list[Evidence]
    entry: Entry
    number: str = ""
    attached: dict[str, Evidence] = field(default_factory=dict)
    listed: bool = False


def find_items(document: Document, layout: Layout, advice: Sequence[Advice]) -> Found:
    """The items of all sections, in the order of the sections' letters and of the document."""
    kinds: dict[str, ItemKind] = {letter: kind for kind in _KINDS for letter in ITEM_HOMES[kind]}
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
                Item(
                    identity,
                    kind,
                    letter,
                    tuple(draft.parts),
                    draft.entry.area,
                    draft.attached,
                    says_none(text),
                    draft.entry.row,
                )
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
    said = ""  # "Outcome 2" as the label of a row, or as a heading, numbers the item that follows.

    def flush() -> None:
        nonlocal said
        if run:
            new = _flow(document, letter, kind, run, drafts)
            if new and said and not new[0].number:
                new[0].number, said = said, ""
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
        numbered = _like("row_number").match(fold(document.blocks[entry.block].text)) if entry.line else None
        if numbered:
            flush()
            said = numbered[1]
            continue
        if run and (entry.row != run[-1].row or entry.column != run[-1].column):
            flush()
        run.append(entry)
    flush()
    _attach(document, waiting, by_row, drafts)
    return drafts


def _attach(
    document: Document,
    waiting: Iterable[Entry],
    by_row: Mapping[tuple[int, int], list[_Draft]],
    drafts: Sequence[_Draft],
) -> None:
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
        if role == "number" and mine:
            mine[0].number = re.sub(r"[^\w]", "", words[0].quote)
        if role in ("number", "area"):
            continue
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
    if not start and end is None and text.strip() == text:
        return Evidence(block, 0, len(text), text)
    end = len(text) if end is None else end
    part = text[start:end]
    start, end = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
    return Evidence(block, start, end, text[start:end])


def _flow(
    document: Document, letter: str, kind: ItemKind, entries: Sequence[Entry], before: Sequence[_Draft]
) -> list[_Draft]:
    """The items of paragraphs that follow one another in one cell or outside tables."""
    run = _Run(document, letter, kind, before)
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        run.take(entry, following)
    run.drop_leads()
    return run.drafts


@dataclass(slots=True)
class _Lead:
    """Words that lead to what follows: "By July 2027 Sam will:"."""

    level: int
    """Of the list it stands in; -1: a paragraph."""
    words: Evidence
    entry: Entry
    used: bool = False


class _Run:
    """Paragraphs one after the other: the items so far, the lead-ins that are open, and what is only quoted."""

    def __init__(self, document: Document, letter: str, kind: ItemKind, before: Sequence[_Draft]) -> None:
        self.document, self.letter, self.kind, self.before = document, letter, kind, before
        self.drafts: list[_Draft] = []
        self.leads: list[_Lead] = []
        self.quoting = self.aside = False

    def take(self, entry: Entry, following: Entry | None) -> None:
        """Take one paragraph: a sub-heading, a lead-in, a label's value, or one or more items."""
        block = self.document.blocks[entry.block]
        if entry.strength or block.kind == "note":
            self.drop_leads()
            return
        if entry.line:
            self.drop_leads()
            self.quoting = self.kind == "provision" and bool(re.search(r"\boutcomes?\b", fold(block.text)))
            self.aside = bool(_like("aside").search(fold(block.text)))
            return
        words = self._cut(entry, entry.start)
        folded = fold(words.quote)
        if self.aside or not folded or _only_number(folded):
            return
        number = re.sub(r"\W", "", block.label) if block.label and re.search(r"\d", block.label) else ""
        bullet = _bullet(folded)
        listed = block.kind == "list-item" or bool(bullet)
        if bullet:
            number = number or re.sub(r"\D", "", bullet[0])
            words = self._cut(entry, words.start + bullet.end())
        if words.quote[:1].isdigit() and (decimal := _like("decimal").match(words.quote)):
            words = self._cut(entry, words.start + decimal.end())
        if self._only_quotes(folded, fold(words.quote), listed):
            return
        numbered = _like("numbered").match(fold(words.quote))
        if numbered:
            number = numbered["n"] or numbered["tag"] or number
            words = self._cut(entry, words.start + numbered.end())
            if not words.quote or (self.kind == "provision" and numbered["kind"] == "outcome"):
                return
        else:
            kept = self._labelled(entry, words)
            if kept is None:
                return
            words = kept
        self._item(entry, following, words, number, listed, (block.level or 0) if block.kind == "list-item" else 0)

    def _cut(self, entry: Entry, start: int) -> Evidence:
        return _whole(self.document, entry.block, start)

    def _only_quotes(self, text: str, words: str, listed: bool) -> bool:
        """Outcomes that section F repeats are no provision."""
        if self.kind == "provision" and text.endswith(":") and _like("quotes").search(text):
            self.drop_leads()
            self.quoting = True
            return True
        if self.quoting:
            outcome = _like("outcome").match(words) and not _like("provides").search(text)
            self.quoting = bool(listed or re.match(r"\(?\d", text) or outcome)
        return self.quoting

    def _labelled(self, entry: Entry, words: Evidence) -> Evidence | None:
        """The words without a label like "Outcome:"; None where the label says what they are of the item before."""
        folded = fold(words.quote)
        label = _like("label").match(folded) if ":" in folded or "-" in folded else None
        if not label:
            return words
        role, generic = role_of(label[1]), generic_of(label[1])
        value = self._cut(entry, words.start + label.end())
        target = self.drafts or self.before
        if generic == self.kind or (role == "item" and not generic):
            return value
        if generic == "strength" and self.kind == "need":
            return None
        if role == "frequency" and self.kind == "outcome":
            role = "when"
        role = generic if generic and kind_of(self.letter) != generic else role
        if role in ("", "item", "area", "number", "strength") or not target:
            return words
        target[-1].attached.setdefault(role, value)
        return None

    def _item(
        self, entry: Entry, following: Entry | None, words: Evidence, number: str, listed: bool, level: int
    ) -> None:
        """Words that are a lead-in, one of the things a lead-in leads to, or items of their own."""
        if words.quote.endswith((":", ":-")) and following is not None and not following.line:
            self.drop_leads(level if listed else -1)
            self.leads.append(_Lead(level if listed else -1, words, entry))
            return
        if self.leads and listed:
            while self.leads and self.leads[-1].level >= max(level, 0):
                self.drop_leads(self.leads[-1].level)
        elif self.leads and not _goes_on(words.quote):
            self.drop_leads()
        if self.leads:
            for lead in self.leads:
                lead.used = True
            self.drafts.append(_Draft([*(lead.words for lead in self.leads), words], entry, number, listed=True))
        elif self._goes_with_last(words.quote, listed or bool(number)):
            self.drafts[-1].parts.append(words)
        elif listed:
            self.drafts.append(_Draft([words], entry, number, listed=True))
        else:
            for index, (start, end) in enumerate(_split(words.quote, self.kind)):
                piece = _whole(self.document, entry.block, words.start + start, words.start + end)
                self.drafts.append(_Draft([piece], entry, "" if index else number))

    def _goes_with_last(self, text: str, apart: bool) -> bool:
        """Whether a paragraph only adds to the item before it."""
        if apart or not self.drafts or self.kind == "need":
            return False
        return _leans(text) or (text[:1].islower() and self.drafts[-1].listed)

    def drop_leads(self, level: int = -1) -> None:
        """Close the lead-ins from ``level`` on; one that led to nothing is a statement itself."""
        while self.leads and self.leads[-1].level >= level:
            lead = self.leads.pop()
            if not lead.used and len(lead.words.quote.split()) >= 5 and not self.quoting:
                self.drafts.append(_Draft([lead.words], lead.entry))


def _goes_on(text: str) -> bool:
    """Whether a plain paragraph after a lead-in is one of the things it leads to."""
    return text[:1].islower() or (len(text.split()) <= 18 and not text.endswith("."))


def _split(text: str, kind: ItemKind) -> list[tuple[int, int]]:
    """The statements of a paragraph, each with the sentences that lean on it."""
    spans = sentences(text)
    if len(spans) < 2:
        return [(0, len(text))]
    folded = [fold(text[start:end]) for start, end in spans]
    if kind == "need":
        alone = all(_like("need").search(s) and not _leans(s) and len(s.split()) >= 4 for s in folded)
        return spans if alone else [(0, len(text))]
    first = re.sub(r"^(?:by|within|before|at|over|during|in)\b[^,]*,\s*", "", folded[0])
    subject = re.match(r"[a-z][\w'-]*", first)
    name = subject[0] if subject and subject[0] not in _NO_NAME else ""
    merged: list[tuple[int, int]] = []
    for (start, end), sentence in zip(spans, folded, strict=True):
        if not merged or _stands_alone(sentence, kind, name):
            merged.append((start, end))
        else:
            merged[-1] = (merged[-1][0], end)
    return merged


_NO_NAME = frozenset(["the", "a", "an", "all", "there", "he", "she", "they", "i", "to", "this"])


def _stands_alone(sentence: str, kind: ItemKind, name: str) -> bool:
    """Whether a sentence after the first is an outcome or a provision of its own. ``name`` opens the first one."""
    if _leans(sentence) or len(sentence.split()) < 4:
        return False
    named = bool(name) and bool(re.match(rf"{re.escape(name)}\b", sentence))
    if kind == "outcome":
        new = named and bool(re.match(rf"{re.escape(name)}\b.{{0,20}}\b(?:will|can|is able)\b", sentence))
        return bool(_like("outcome").match(sentence)) and (new or bool(_like("new_outcome").match(sentence)))
    if not _like("provides").search(sentence):
        return False
    pronoun = re.match(r"(?:he|she|they|i)\b", sentence) and not _like("receives").match(sentence)
    return named or (bool(_like("quantity").search(sentence)) and not pronoun)
