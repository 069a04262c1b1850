"""Document → Facts: what a plan says of itself (status, dates) and of the child (birth, year group, name).

Labels stand on the front page, in tables or lines, in headers and footers, and beside the signature; the place nearest
to the front wins. A prompt, a placeholder or a blacked-out value says nothing. Every fact keeps the words that say it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ehcaudit.model import Block, Cell, Document, Evidence, Facts, PlanStatus
from ehcaudit.plan.fact_values import READERS, date_in, status_in, status_words, ticked_in, ticks, word_set
from ehcaudit.plan.labels import label_of, labels_within, opens_with_label
from ehcaudit.plan.lexicon import FIGURE, data, dates_of, fold, pattern

_LIST = 40  # Rows of a list of versions.
_WIDTH = 16  # Columns of a table that are looked at.
_REACH = 400  # Blocks of front matter that are looked at: where no section was found the whole file counts as front.


def find_facts(document: Document, *, front: tuple[int, ...], section_of: Mapping[int, str]) -> Facts:
    """The facts of a plan. ``front``: the blocks before its first section; ``section_of``: block → letter."""
    read = _Reading(document, front, section_of)
    read.labels()
    read.sentences()
    read.signature()
    read.people()
    return read.facts()


@dataclass(frozen=True, slots=True)
class _Said:
    """One value of one fact and its words."""

    value: Any
    where: Evidence


@dataclass
class _Reading:
    """One document while its facts are read: every value said, first come, first taken."""

    document: Document
    front: tuple[int, ...]
    section_of: Mapping[int, str]
    said: dict[str, list[_Said]] = field(default_factory=lambda: defaultdict(list))
    cells: dict[tuple[int, int, int], list[Block]] = field(default_factory=dict)

    def add(self, fact: str, value: Any, block: Block, start: int, end: int) -> None:
        """Note a value that stands at these offsets of a block."""
        self.said[fact].append(_Said(value, Evidence(block.id, start, end, block.text[start:end])))

    # ------------------------------------------------ labels and values

    def labels(self) -> None:
        """Values beside, below and behind labels: front page first, then headers, then the end, then section A."""
        blocks = self.document.blocks
        front = [blocks[n] for n in self.front[:_REACH]]
        fronted = set(self.front)
        rest = [b for b in blocks if b.id not in self.section_of and b.id not in fronted][-_REACH:]
        opening = [b for b in blocks[:80] if self.section_of.get(b.id) in ("A", "B")]
        tables = {b.cell.table for b in (*front, *rest, *opening) if b.cell}
        for block in blocks:
            if block.cell and block.cell.table in tables:
                self.cells.setdefault((block.cell.table, block.cell.row, block.cell.column), []).append(block)
        self._labels_in(front)  # Here a bare "Date" is the plan's, if no other label gives one.
        self._labels_in(list(self.document.margins), without=frozenset({"date"}))
        self._labels_in(
            rest,
            without=frozenset(
                {"name", "forename", "known_as", "age", "year_group", "status", "gender", "pronoun", "date"}
            ),
        )
        self._labels_in(
            opening, without=frozenset({"status", "final", "current", "draft", "amended", "first", "review", "date"})
        )

    def _labels_in(self, blocks: list[Block], without: frozenset[str] = frozenset()) -> None:
        for place, block in enumerate(blocks):
            fact = label_of(block.text)
            if not fact:
                for fact, start, end in labels_within(block.text):
                    if fact not in without:
                        self._take(fact, block, start, end)
                continue
            if fact in without or fact == "other":
                continue
            following = blocks[place + 1] if place + 1 < len(blocks) else None
            for value in self._candidates(block, following, fact):
                if label_of(value.text) or opens_with_label(value.text):
                    continue
                if self._take(fact, value, 0, len(value.text)):
                    break

    def _candidates(self, block: Block, following: Block | None, fact: str) -> Iterator[Block]:
        """Where the value of a label that stands alone may be: behind it in its cell, to its right, below it."""
        cell = block.cell
        if cell is None:
            if following is not None and following.cell is None and following.id == block.id + 1:
                yield following
            return
        yield from (b for b in self._cell(cell.table, cell.row, cell.column) if b.id > block.id)
        right = self._cell(cell.table, cell.row, cell.column + max(cell.column_span, 1))
        yield from right
        if not right or not right[0].text.strip() or label_of(right[0].text):
            yield from self._under(cell, fact)

    def _under(self, cell: Cell, fact: str) -> Iterator[Block]:
        """The cell below a label; of a list of versions the newest (of first dates the oldest).

        "Date" over a whole column is that of reports or visits and tells nothing of the plan.
        """
        rows: list[tuple[Block, date]] = []
        start = cell.row + max(cell.row_span, 1)
        for row in range(start, start + _LIST):
            here = self._cell(cell.table, row, cell.column)
            if not here or not here[0].text.strip() or label_of(here[0].text):
                break
            line = (date_in(b.text) for column in range(_WIDTH) for b in self._cell(cell.table, row, column))
            rows.append((here[0], max((found[0] for found in line if found), default=date.min)))
        if len(rows) > 1 and fact in ("final", "amended", "current", "draft", "status"):
            yield max(enumerate(rows), key=lambda r: (r[1][1], r[0]))[1][0]
        elif len(rows) > 1 and fact == "first":
            yield min(rows, key=lambda r: r[1])[0]
        elif rows and fact != "date":
            yield rows[0][0]

    def _cell(self, table: int, row: int, column: int) -> list[Block]:
        return self.cells.get((table, row, column), [])

    def _take(self, fact: str, block: Block, start: int, end: int) -> bool:
        """Read a value at this place; False where it says nothing."""
        reader = READERS.get(fact)
        if reader is None or any(m.kind == "placeholder" and m.start < end and m.end > start for m in block.marks):
            return False
        got = reader(block.text[start:end])
        if got is None:
            return False
        value, a, b = got
        self.add(fact, value, block, start + a, start + b)
        return True

    # ------------------------------------------------ sentences

    def sentences(self) -> None:
        """Dates that running text gives: "is made on … by …", "was amended on …", "born on …"."""
        blocks = self.document.blocks
        near = [blocks[n] for n in self.front[:_REACH]]
        near += [b for b in (*self.document.margins, *blocks[-15:]) if b.id not in set(self.front)]
        shapes = {
            "first": "first_on",
            "amended": "amended_on",
            "made": "made",
            "review": "review_on",
            "born": "born_on",
        }
        for block in near:
            for dated in dates_of(block.text):
                before = fold(block.text[max(0, dated.start - 120) : dated.start])
                for fact, key in shapes.items():
                    if dated.precision == "day" and pattern("facts", "status", key).search(before):
                        self.add(fact, dated.date, block, dated.start, dated.end)
                        break

    # ------------------------------------------------ signature

    def signature(self) -> None:
        """The date beside the signature: the last place where a plan without a dated front page is dated."""
        blocks = self.document.blocks
        sign = pattern("facts", "words", "sign")
        tail = [b for b in blocks if b.id not in self.section_of or b.id >= len(blocks) - 15]
        texts = [fold(b.text) for b in tail]
        for place, (block, text) in enumerate(zip(tail, texts, strict=True)):
            label = label_of(block.text)
            if label != "date" and "date" not in text and "signed" not in text:
                continue
            near = " ".join(texts[max(0, place - 6) : place + 3])
            if block.cell and not sign.search(near):
                near += " ".join(
                    fold(b.text)
                    for row in (block.cell.row - 1, block.cell.row)
                    for column in range(_WIDTH)
                    for b in self._cell(block.cell.table, row, column)
                )
            if not sign.search(near):
                continue
            if label == "date":
                following = tail[place + 1] if place + 1 < len(tail) else None
                for value in self._candidates(block, following, "signed"):
                    if (dated := date_in(value.text)) and not label_of(value.text):
                        self.add("signed", dated[0], value, dated[1], dated[2])
                        break
            else:
                for match in re.finditer(r"\b(?:dated?|date signed|signed on)\b\s*[:.-]?\s*", text):
                    dated = date_in(block.text[match.end() :], first=True)
                    if dated:
                        self.add("signed", dated[0], block, match.end() + dated[1], match.end() + dated[2])

    # ------------------------------------------------ the child

    def people(self) -> None:
        """Year group, age and pronoun from the plan's sentences, where no label gives them."""
        blocks = self.document.blocks
        story = [b for b in blocks if self.section_of.get(b.id) in ("A", "B", "E", "F")]
        # Where the sections were not found, or hold next to nothing, the whole text speaks of the child.
        story = (story if len(story) > 5 else list(blocks))[:_REACH]
        near = [blocks[n] for n in self.front[:_REACH]] + [b for b in story if self.section_of.get(b.id) in ("A", "B")]
        for fact, key, most in (("year_group", "in_year", 14), ("age", "aged", 25)):
            if self.said[fact]:
                continue
            shape = pattern("facts", "words", key)
            for block in near:
                match = shape.search(fold(block.text)) if FIGURE.search(block.text) else None
                if match and 0 < int(match["n"]) <= most:
                    self.add(fact, int(match["n"]), block, match.start(), match.end())
                    break
        if not self.said["pronoun"] and not self.said["gender"]:
            self._pronoun(story)

    def _pronoun(self, story: list[Block]) -> None:
        """The pronoun that the sections use for the child: three of four at least, for others are spoken of too."""
        count: Counter[str] = Counter()
        first: dict[str, tuple[Block, int, int]] = {}
        shape = pattern("facts", "words", "pronouns")
        for block in story:
            text = fold(block.text)
            keys = [match.lastgroup or "" for match in shape.finditer(text)]
            count.update(keys)
            if not first.keys() >= set(keys):
                for match in shape.finditer(text):
                    first.setdefault(match.lastgroup or "", (block, match.start(), match.end()))
        if count:
            key, times = count.most_common(1)[0]
            if times >= 3 and times >= 3 * (count.total() - times):
                self.add("pronoun", key, *first[key])

    def _name(self) -> _Said | None:
        """What the plan calls the child: the word of the name that its sections use most."""
        capital = pattern("facts", "words", "capital")
        used = Counter(
            word for b in self.document.blocks if b.id in self.section_of for word in capital.findall(b.text)
        )
        named = [said for fact in ("known_as", "forename", "name") for said in self.said[fact]]
        best: tuple[int, _Said] | None = None
        for said in (*named, *self._titled()):
            words = [
                m
                for m in re.finditer(r"[^\s,()/\"“”]+", said.where.quote)
                if m.group().strip("'’.").lower() not in word_set("role_words")
            ]
            if not words:
                continue
            chosen = max(words, key=lambda m: (used[m.group().strip("'’.")], -m.start()))
            name = re.sub(r"['’]s$", "", chosen.group()).strip("'’")
            name = name if name.count(".") > 1 else name.rstrip(".")
            # A front page names parents and officers too: the child is the one of whom the sections speak.
            if name and name[0].isalpha() and (best is None or used[name] > best[0]):
                start = said.where.start + chosen.start()
                best = used[name], _Said(name, Evidence(said.where.block_id, start, start + len(name), name))
        if best is not None and best[0]:
            return best[1]
        return self._called() or (best[1] if best else None)

    def _titled(self) -> Iterator[_Said]:
        """The name in a title: "Education, Health and Care Plan for …"."""
        for number in self.front[:15]:
            block = self.document.blocks[number]
            if match := pattern("facts", "words", "titled").search(block.text):
                quote = match["name"]
                if quote.split()[0].lower() not in word_set("not_names"):
                    yield _Said(quote, Evidence(number, match.start("name"), match.end("name"), quote))

    def _called(self) -> _Said | None:
        """The name that stands most often as the one who will, has or needs, where no label gives it."""
        count: Counter[str] = Counter()
        first: dict[str, Evidence] = {}
        for block in self.document.blocks:
            if self.section_of.get(block.id) not in ("A", "B", "E", "F", "G", "H1", "H2"):
                continue
            for match in pattern("facts", "words", "acts").finditer(block.text):
                name = match["name"]
                if name.lower() not in word_set("not_names"):
                    count[name] += 1
                    first.setdefault(name, Evidence(block.id, match.start("name"), match.end("name"), name))
        if not count:
            return None
        name, times = count.most_common(1)[0]
        return _Said(name, first[name]) if times >= 3 and times * 2 > count.total() else None

    # ------------------------------------------------ status

    def _status(self) -> _Said | None:
        for said in self.said["status"]:
            return said
        blocks = self.document.blocks
        front = [blocks[n] for n in self.front[:_REACH]]
        if (found := self._boxes(front)) is not None:
            return found if found.value != "unknown" else None
        is_plan, alone = pattern("facts", "status", "plan"), pattern("facts", "status", "alone")
        titles = [b for b in front[:25] if len(b.text) <= 140 and is_plan.search(fold(b.text))]
        lines = [b for b in (*front[:25], *self.document.margins) if alone.fullmatch(fold(b.text).strip())]
        headers = [b for b in self.document.margins if is_plan.search(fold(b.text))]
        for places in (titles, lines, headers):
            told: list[_Said] = []
            for block in places:
                if pattern("facts", "status", "dated").search(fold(block.text)) or (
                    places is not headers and ticks(block.text)
                ):
                    continue  # "Date of final plan" names no status, nor does an empty box.
                if got := status_in(block.text):
                    told.append(_Said(got[0], Evidence(block.id, got[1], got[2], block.text[got[1] : got[2]])))
            # Several lines that each name another status are a list to choose from.
            if told and len({said.value == "draft" for said in told}) == 1:
                return next((said for said in told if said.value == "amended"), told[0])
        for block in (*front, *blocks[-15:]):
            for shape in data("facts")["status"]["says"]:
                if match := re.search(shape, fold(block.text)):
                    got = status_in(block.text[match.start("words") : match.end("words")])
                    if got:
                        a = match.start("words") + got[1]
                        b = match.start("words") + got[2]
                        return _Said(got[0], Evidence(block.id, a, b, block.text[a:b]))
        return None

    def _boxes(self, front: list[Block]) -> _Said | None:
        """The status whose box is ticked; ``unknown`` where boxes of contrary statuses are, None where no box is."""
        found: list[_Said] = []
        rows: set[tuple[int, int]] = set()
        for block in front:
            line, below = [block], None
            if block.cell:
                row = (block.cell.table, block.cell.row)
                if row in rows:
                    continue
                rows.add(row)
                # Cells that hold a bare box are no content, so the row is read from the table, not from the front.
                line = [b for column in range(_WIDTH) for b in self._cell(*row, column)]
                below = self._ticked_below(row)
            if (said := _ticked(line) or below) is not None:
                found.append(said)
        if len({said.value == "draft" for said in found}) > 1:
            return _Said("unknown", found[0].where)
        return next((said for said in found if said.value == "amended"), found[0] if found else None)

    def _ticked_below(self, row: tuple[int, int]) -> _Said | None:
        """The status over the one tick in the row below a row of statuses."""
        over = [(column, b) for column in range(_WIDTH) for b in self._cell(*row, column) if status_in(b.text)]
        if len(over) < 2:
            return None
        under = {c: " ".join(b.text for b in self._cell(row[0], row[1] + 1, c)).strip() for c, _ in over}
        on = [b for c, b in over if pattern("facts", "status", "ticked").fullmatch(fold(under[c]))]
        got = status_in(on[0].text) if len(on) == 1 else None
        return _Said(got[0], Evidence(on[0].id, got[1], got[2], on[0].text[got[1] : got[2]])) if got else None

    def _status_of_file(self) -> PlanStatus | None:
        """What the file's properties say (title, subject, status); there are no words of the plan to quote."""
        properties = self.document.properties
        for key in ("contentStatus", "content_status", "title", "subject", "category", "keywords"):
            if got := status_in(properties.get(key, "")):
                return got[0]
        return None

    # ------------------------------------------------ all together

    def facts(self) -> Facts:
        """The facts, the best value of each."""
        where: dict[str, Evidence] = {}

        def first(name: str, *keys: str) -> Any:
            for key in keys:
                for said in self.said[key]:
                    where[name] = said.where
                    return said.value
            return None

        status: PlanStatus = "unknown"
        if (found := self._status()) is not None:
            status, where["status"] = found.value, found.where
        elif (told := self._status_of_file()) is not None:
            status = told
        else:
            # Only a date of a certain kind filled in says what the plan is: "Date of final plan: 1 October 2026".
            for key, means in (("amended", "amended"), ("final", "final"), ("draft", "draft"), ("made", "final")):
                if self.said[key]:
                    status, where["status"] = means, self.said[key][0].where  # type: ignore[assignment]
                    break
        order = ("amended", "final", "current", "made", "signed", "draft", "date")
        if status == "draft":
            order = ("draft", "current", "made", "signed", "date", "amended", "final")
        plan_date = first("plan_date", *order)
        name = self._name()
        if name is not None:
            where["name"] = name.where
        return Facts(
            status,
            plan_date,
            self._review(plan_date, where),
            first("first_issued", "first"),
            first("amended_on", "amended"),
            first("born", "born"),
            first("age", "age"),
            first("year_group", "year_group"),
            first("key_stage", "key_stage"),
            name.value if name else "",
            first("pronoun", "pronoun", "gender") or "",
            where,
        )

    def _review(self, plan_date: date | None, where: dict[str, Evidence]) -> date | None:
        """The next review: of several dates the first one after the plan's own; a lone earlier one is what it says."""
        reviews = self.said["review"]
        best = next((s for s in reviews if plan_date is None or s.value > plan_date), reviews[0] if reviews else None)
        if best is None:
            return None
        where["review_date"] = best.where
        return best.value  # type: ignore[no-any-return]


def _ticked(line: list[Block]) -> _Said | None:
    """The status ticked in a line or a table row, whose cells count as one line."""
    joined = " | ".join(b.text for b in line)
    if len(joined) > 400 or not ticks(joined) or not any(p.search(fold(joined)) for p in status_words()):
        return None
    got = ticked_in(joined)
    if got is None:
        return None
    at = 0
    for block in line:
        if at <= got[1] and got[2] <= at + len(block.text):
            return _Said(got[0], Evidence(block.id, got[1] - at, got[2] - at, block.text[got[1] - at : got[2] - at]))
        at += len(block.text) + 3
    return None
