"""Items → threads: which outcome and which provision belong to which need, and how sure that is.

First what a table says (one row, or one table for an area of need, sections stacked), then references that the text
itself makes ("Outcome 2", "B3"), then the area of need, then shared words. Only the first is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from ehcaudit.model import Document, Item, ItemKind, Thread
from ehcaudit.plan.items import Found
from ehcaudit.plan.lexicon import fold

_SUFFIX = re.compile(
    r"(?:ational|ations?|ingly|edly|ings?|edness|ments?|ness|ities|ity|ives?|ies|ied|ers?|ed|ly|es|s)$"
)
# It begins with a set of letters, and not with a boundary of a word: the search then skips to them.
_REFERENCE = re.compile(
    r"[B-ENOb-eno](?<!\w.)(?i:(?:(?<=n)(?P<need>eeds?)|(?<=o)(?P<outcome>utcomes?))\s*(?:no\.?\s*|numbers?\s*)?"
    r"(?P<list>[A-K]?\d{1,2}(?:\s*(?:,|and|&|/)\s*[A-K]?\d{1,2})*)|(?<=[B-E])(?P<tag>\d{1,2}))\b"
)
_TAG = re.compile(r"[B-Eb-e]\d")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[A-Ka-k]?\d{1,2}")


@cache
def _stop_words() -> frozenset[str]:
    lines = (Path(__file__).parent.parent / "data" / "link_stopwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def find_threads(document: Document, found: Found, name: str = "") -> tuple[Thread, ...]:
    """All threads: what tables say, then references, areas and words. ``name`` is the child's and links nothing."""
    items = [item for item in found.items if item.kind != "advice" and not item.none_stated]
    threads = _tables(document, items, found)
    threads = _references(items, found, threads)
    placed = {identity for thread in threads for identity in (*thread.needs, *thread.outcomes, *thread.provisions)}
    free = [item for item in items if item.id not in placed]
    by_area, free = _areas(free)
    by_words = _words(free, items, name)
    return (*threads, *by_area, *by_words)


def _thread(items: Iterable[Item], basis: str, confidence: float, area: str = "") -> Thread:
    items = list(items)
    areas = [item.area for item in items if item.area]
    return Thread(
        area or (areas[0] if areas else ""),
        tuple(item.id for item in items if item.kind == "need"),
        tuple(item.id for item in items if item.kind == "outcome"),
        tuple(item.id for item in items if item.kind == "provision"),
        basis,  # type: ignore[arg-type]
        round(confidence, 2),
    )


def _tables(document: Document, items: Sequence[Item], found: Found) -> list[Thread]:
    tables: dict[int, list[Item]] = {}
    for item in items:
        if item.row:
            tables.setdefault(item.row[0], []).append(item)
    threads: list[Thread] = []
    for members in tables.values():
        if len({item.kind for item in members}) < 2:
            continue
        rows: dict[int, list[Item]] = {}
        for item in sorted(members, key=lambda i: i.evidence[0].block_id):
            if item.row:
                rows.setdefault(item.row[1], []).append(item)
        if not any(len({item.kind for item in row}) > 1 for row in rows.values()):
            if len({item.area for item in members if item.area}) <= 1:
                threads += _stacked(members, found)
            continue
        threads += _rows(rows, found)
    return threads


def _stacked(members: list[Item], found: Found) -> list[Thread]:
    """The threads of one table for one area: by the need that each provision names, else all in one."""
    links = _links(members, found)
    needs: dict[str, list[Item]] = {}
    for item in members:
        named = [hit for hit in links.get(item.id, ()) if hit.kind == "need"]
        if item.kind == "provision" and named:
            for need in named:
                needs.setdefault(need.id, [need]).append(item)
    if not needs:
        return [_thread(members, "table", 0.9 if len(members) <= 3 else 0.8)]
    used = {item.id for group in needs.values() for item in group}
    outcomes = [item for item in members if item.kind == "outcome"]
    threads = []
    for group in needs.values():
        meant = [o for o in outcomes if any(hit.id == group[0].id for hit in links.get(o.id, ()))]
        meant += [hit for item in group for hit in links.get(item.id, ()) if hit.kind == "outcome" and hit not in meant]
        threads.append(_thread([*group, *(meant or outcomes)], "table", 0.95 if meant or not outcomes else 0.85))
    rest = [item for item in members if item.id not in used and item.kind != "outcome"]
    return [*threads, _thread([*rest, *outcomes], "table", 0.7)] if rest else threads


def _rows(rows: dict[int, list[Item]], found: Found) -> list[Thread]:
    """One thread a row; a row under a merged cell, or without a need of its own, goes on with the row over it."""
    groups: list[tuple[list[Item], bool]] = []
    reach = -1
    last_kinds: set[ItemKind] = set()
    for number in sorted(rows):
        row = rows[number]
        kinds = {item.kind for item in row}
        merged = number <= reach
        starts = "need" in kinds or ("outcome" in kinds and "need" not in last_kinds) or not groups
        if groups and (merged or not starts):
            groups[-1] = (groups[-1][0] + row, groups[-1][1] or not merged)
            last_kinds |= kinds
        else:
            groups.append((list(row), False))
            last_kinds = kinds
        reach = max([reach, *(number + found.spans.get(item.id, 1) - 1 for item in row)])
    return [_thread(group, "table", 0.85 if carried else 1.0) for group, carried in groups]


def _references(items: Sequence[Item], found: Found, threads: list[Thread]) -> list[Thread]:
    """Join what the text itself links: "Which need does this meet: B3", "Outcome 2"."""
    placed = {identity for thread in threads for identity in (*thread.needs, *thread.outcomes, *thread.provisions)}
    links = {identity: hits for identity, hits in _links(items, found).items() if identity not in placed}
    if not links:
        return threads
    return threads + _join(items, links)


def _links(items: Sequence[Item], found: Found) -> dict[str, list[Item]]:
    """For each outcome and provision the needs and outcomes that its own words or columns name."""
    named: dict[tuple[str, str], Item] = {}
    for item in items:
        number = found.numbers.get(item.id, "")
        keys = {item.id} | ({number, re.sub(r"\D", "", number), f"{item.section}{number}"} if number else set())
        for key in keys - {""}:
            named.setdefault((item.kind, key.upper()), item)
    links: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "need":
            continue
        wanted: list[tuple[str, str]] = []
        for role in ("need", "outcome"):
            if role in item.attached:
                wanted += [(role, key) for key in re.findall(r"\b[A-K]?\d{1,2}\b", item.attached[role].quote)]
        if item.id not in found.named:
            found.named[item.id] = _named_in(item.text)
        wanted += found.named[item.id]
        hits = [
            named[(kind, key.upper())] for kind, key in wanted if (kind, key.upper()) in named and kind != item.kind
        ]
        if not hits:  # The column quotes the need or the outcome instead of its number.
            for role in ("need", "outcome"):
                if role in item.attached and role != item.kind:
                    best = _closest(item.attached[role].quote, [i for i in items if i.kind == role])
                    hits += [best] if best else []
        if hits:
            links[item.id] = list({hit.id: hit for hit in hits}.values())
    return links


def _named_in(text: str) -> list[tuple[str, str]]:
    """The needs and outcomes that a statement names by their numbers, as (kind, number)."""
    if not _DIGIT.search(text):
        return []
    if not _TAG.search(text):
        low = text.lower()
        if "need" not in low and "outcome" not in low:
            return []
    wanted: list[tuple[str, str]] = []
    for match in _REFERENCE.finditer(text):
        if match["tag"]:
            wanted.append(("outcome" if match[0][0] in "Ee" else "need", match[0]))
        else:
            kind = "need" if match["need"] else "outcome"
            wanted += [(kind, key) for key in _NUMBER.findall(match["list"])]
    return wanted


def _join(items: Sequence[Item], links: dict[str, list[Item]]) -> list[Thread]:
    """Threads of what refers to the same need, or without needs to the same outcome."""
    by_id = {item.id: item for item in items}
    anchors: dict[str, list[Item]] = {}
    for identity, hits in links.items():
        needs = [hit for hit in hits if hit.kind == "need"]
        for hit in hits:
            if hit.kind == "outcome" and not needs:
                needs = [n for n in links.get(hit.id, ()) if n.kind == "need"] or [hit]
        for anchor in needs or hits:
            group = anchors.setdefault(anchor.id, [anchor])
            group += [i for i in (*[h for h in hits if h.kind == "outcome"], by_id[identity]) if i not in group]
    return [_thread(sorted(group, key=lambda i: i.evidence[0].block_id), "words", 0.95) for group in anchors.values()]


def _areas(free: Sequence[Item]) -> tuple[list[Thread], list[Item]]:
    """One thread for each area of need that has items of two kinds."""
    groups: dict[str, list[Item]] = {}
    for item in free:
        if item.area:
            groups.setdefault(item.area, []).append(item)
    threads: list[Thread] = []
    used: set[str] = set()
    for area, members in groups.items():
        kinds = [item.kind for item in members]
        if len(set(kinds)) < 2:
            continue
        most = max(kinds.count(kind) for kind in set(kinds))
        threads.append(_thread(members, "area", 0.9 if most == 1 else 0.7 if most <= 3 else 0.6, area))
        used |= {item.id for item in members}
    return threads, [item for item in free if item.id not in used]


def stems(text: str) -> frozenset[str]:
    """The content words of a text, their common endings cut off."""
    stop = _stop_words()
    words = re.findall(r"[a-z][a-z'-]{2,}", fold(text))
    return frozenset(_stem(word) for word in words if word not in stop)


@lru_cache(4096)
def _stem(word: str) -> str:
    cut = _SUFFIX.sub("", word.removesuffix("'s"))
    return cut if len(cut) >= 4 else word


def _overlap(one: frozenset[str], two: frozenset[str], common: frozenset[str]) -> float:
    a, b = one - common, two - common
    shared = a & b
    if not shared or (len(shared) < 2 and min(len(a), len(b)) > 3):
        return 0.0
    return len(shared) / min(len(a), len(b), 12)


def _common(items: Sequence[Item]) -> frozenset[str]:
    """Words that stand in most items, and names that stand in many, such as the child's: they link nothing."""
    counts: dict[str, int] = {}
    for item in items:
        for stem in stems(item.text):
            counts[stem] = counts.get(stem, 0) + 1
    names: dict[str, int] = {}
    for item in items:
        for word in set(re.findall(r"\b[A-Z][a-z]+\b", item.text)):
            names[word] = names.get(word, 0) + 1
    often = {_stem(word.lower()) for word, count in names.items() if count >= 2 and count >= 0.2 * len(items)}
    return frozenset(often | {stem for stem, count in counts.items() if count >= 5 and count > 0.4 * len(items)})


def _closest(text: str, candidates: Sequence[Item]) -> Item | None:
    wanted = stems(text)
    scored = [(_overlap(wanted, stems(item.text), frozenset()), -n, item) for n, item in enumerate(candidates)]
    best = max(scored, default=None, key=lambda s: (s[0], s[1]))
    return best[2] if best and best[0] >= 0.4 else None


def _words(free: Sequence[Item], items: Sequence[Item], name: str) -> list[Thread]:
    """Link what is left by the words that need, outcome and provision share; nothing below a quarter of them."""
    if len({item.kind for item in free}) < 2:
        return []
    common = _common(items) | stems(name)
    bags = {item.id: stems(item.text) for item in free}
    anchors = [item for item in free if item.kind == "need"] or [item for item in free if item.kind == "outcome"]
    groups: dict[str, tuple[list[Item], list[float]]] = {anchor.id: ([anchor], []) for anchor in anchors}
    for item in free:
        if item.id in groups or (anchors and item.kind == anchors[0].kind):
            continue
        fits = [
            (_overlap(bags[item.id], bags[anchor.id], common), -n, anchor)
            for n, anchor in enumerate(anchors)
            if _same_matter(item, anchor)
        ]
        score, _, anchor = max(fits, default=(0.0, 0, None), key=lambda f: (f[0], f[1]))
        if anchor is not None and score >= 0.25:
            groups[anchor.id][0].append(item)
            groups[anchor.id][1].append(score)
    return [
        _thread(group, "words", min(0.8, 0.3 + sum(scores) / len(scores) / 2))
        for group, scores in groups.values()
        if scores
    ]


def _same_matter(one: Item, two: Item) -> bool:
    """Health provision answers health needs, care provision care needs, and special educational provision the rest."""
    matter = {
        "C": "health",
        "G": "health",
        "D": "care",
        "H": "care",
        "H1": "care",
        "H2": "care",
        "B": "education",
        "F": "education",
    }
    first, second = matter.get(one.section, ""), matter.get(two.section, "")
    return (not first or not second or first == second) and (not one.area or not two.area or one.area == two.area)
