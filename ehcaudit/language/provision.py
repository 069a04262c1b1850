"""A provision's words → its sort, slots and faults.

What a provision has to say depends on its sort. Therapy and teaching: content, how often, how long, by whom. Equipment,
environment, strategies, exam arrangements, medical procedures: the concrete thing, and where or when. Training: who, in
what, by whom or by when. Staffing: hours of a period or lessons covered, and the task. Social care: hours and a kind.
A hedge is weighed by where it sits (``hedging``). Sources: Code of Practice 9.69; Worcestershire v SE [2020] UKUT 217.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ehcaudit.language.hedging import weigh_hedges
from ehcaudit.language.lexicons import find
from ehcaudit.language.people import find_people
from ehcaudit.language.pipeline import fold, tokens
from ehcaudit.language.provision_reading import Reading, lexicon, pattern, read, sort_of
from ehcaudit.language.quantities import Quantity, amounts
from ehcaudit.language.values import Fault, Judgement, Slot, attached_slot, verdict_of

SLOTS = ("what", "who", "frequency", "duration", "group", "setting", "review", "qualification")
_SORTS = {"exam": "strategy", "meeting": "other", "thing": "equipment"}
_SESSIONS = frozenset(("therapy", "teaching", "assessment", "meeting", "other"))
_THINGS = frozenset(("equipment", "environment", "strategy", "exam", "medical", "thing"))
_SILENT = frozenset(("equipment", "environment", "exam", "care", "transport", "thing"))
"""Sorts that need not say who does it."""


def judge_provision(text: str, section: str = "", attached: Mapping[str, str] | None = None) -> Judgement:
    """Slots, faults and verdict of one provision; ``attached`` are the other columns of its row."""
    reading = read(text, {name: words for name, words in (attached or {}).items() if words.strip()})
    return _Weighing(reading, sort_of(reading, section)).judgement()


class _Weighing:
    """Slots, points and faults of one reading."""

    def __init__(self, reading: Reading, sort: str) -> None:
        self.reading = reading
        self.sort = sort
        self.slots: dict[str, Slot | None] = dict.fromkeys(SLOTS)
        self.faults: list[Fault] = []
        self.whole = (0, len(reading.text))

    # ------------------------------------------------ slots
    def _slot(self, name: str, spans: list[tuple[int, int]], *columns: str) -> None:
        for column in columns:
            if column in self.reading.columns:
                self.slots[name] = attached_slot(self.reading.columns[column])
                return
        if spans:
            a, b = spans[0]
            while b > a and self.reading.text[b - 1] in " ,;":
                b -= 1
            self.slots[name] = Slot(a, b, self.reading.text[a:b])

    def _fill(self) -> None:
        reading, patterns = self.reading, lexicon().patterns
        rates = [
            q
            for q in reading.of_kind("frequency", "scope")
            if not patterns["only_term"].match(_of(reading, q)) and not self._of_review(q) and not self._uncounted(q)
        ]
        self.exact = [q for q in rates if q.kind == "frequency" or patterns["each_period"].match(_of(reading, q))]
        self.scopes = [q for q in rates if q.kind == "scope"]
        self.clock = reading.spans("clock")
        self._slot("frequency", [(q.start, q.end) for q in self.exact or rates] or self.clock, "frequency")
        lengths = reading.of_kind("duration") or [q for q in self.exact if pattern("lasts").search(_of(reading, q))]
        self._slot("duration", [(q.start, q.end) for q in lengths], "duration")
        column = reading.columns.get("frequency", "")
        told = amounts(fold(column)) if column else []
        self.timed_column = bool(told) or any(c.isdigit() for c in column)
        if self.slots["duration"] is None and any(q.kind == "duration" for q in told):
            self.slots["duration"] = attached_slot(column)
        self._slot("group", [(q.start, q.end) for q in reading.of_kind("ratio")], "group")
        self._slot("setting", reading.spans("place"), "setting", "where")
        asked = {m.start for m in reading.marked("expert_task")}  # "a specialist dyslexia programme" qualifies nobody
        qualified = [(m.start, m.end) for m in reading.marked("qualified") if m.start not in asked]
        self._slot("qualification", qualified, "qualification")
        if not qualified and (trained := reading.columns.get("who", "")) and pattern("trained").search(fold(trained)):
            self.slots["qualification"] = attached_slot(trained)
        self._slot("review", reading.spans("review"), "review")
        self._people()
        places = [c for c in reading.content if c[0] < reading.purpose] or reading.content
        if places:
            start = places[0][0]
            end = max(b for a, b, _ in places if a - start < 90)
            self.slots["what"] = Slot(start, end, reading.text[start:end])

    def _uncounted(self, quantity: Quantity) -> bool:
        """Whether nobody can say how many times it is: "several times a week", "most weeks"."""
        before = self.reading.folded[max(0, quantity.start - 24) : quantity.end]
        return pattern("uncounted").search(before) is not None

    def _of_review(self, quantity: Quantity) -> bool:
        """Whether it says how often progress is looked at, in a clause after the provision itself."""
        clause = next((c for c in self.reading.clauses if c.start <= quantity.start < c.end), None)
        if clause is None or clause.start == 0:
            return False
        return self.reading.search("review", clause.start, quantity.start) is not None

    def _people(self) -> None:
        """Who carries it out: by title, by a key role, as everybody in the room; or words that name nobody."""
        reading = self.reading
        keyed = [p for p in reading.people if p.group == "vague" and pattern("keyed").match(fold(p.text))]
        self.named = [p for p in reading.people if p.group not in ("vague", "child", "family")] or keyed
        family = [p for p in reading.people if p.group == "family"]
        self.anyone = [(p.start, p.end) for p in self.named] + [(m.start, m.end) for m in reading.marked("collective")]
        self.anyone += [(p.start, p.end) for p in (*keyed, *family) if p not in self.named]
        self.anyone += reading.spans("one_to_one")
        self.vague = [(p.start, p.end) for p in reading.people if p.group == "vague" and p not in keyed]
        self._slot("who", self.anyone[:1] or self.vague[:1], "who")
        if column := reading.columns.get("who", ""):
            people = find_people(column)
            everybody = any(m.label == "collective" for m in find(lexicon().table, tokens(fold(column))))
            if (
                not people
                or everybody
                or any(p.group != "vague" or pattern("keyed").match(fold(p.text)) for p in people)
            ):
                self.anyone = self.anyone or [(-1, -1)]
            else:
                self.vague = self.vague or [(-1, -1)]

    # ------------------------------------------------ points
    def judgement(self) -> Judgement:
        """The judgement of the reading."""
        self._fill()
        reading = self.reading
        named = any(a < reading.purpose for a, _, _ in reading.content)
        aim = 0.5 if named else 0.25  # What it is for names little, and next to nothing where it stands alone.
        solid = sum(w if a < reading.purpose else aim * w for a, _, w in reading.content)
        expert = any(p.key in lexicon().words["therapists"] for p in reading.people)
        if expert and solid and not reading.search("faint_expert"):
            solid += 0.6  # The title says part of it. Alone it does not: Redbridge v HO [2020] UKUT 323 (AAC).
        timed = bool(self.exact or self.clock or self.timed_column)
        when = timed or bool(self.scopes)
        points, need = self._points(solid, timed=timed, when=when)
        points -= 0.5 * any(wide for _, wide in self._ranges())
        for fault, cost in weigh_hedges(reading, exact=points - need, sort=self.sort):
            self.faults.append(fault)
            points -= cost
        if self._outcome():
            self.faults.append(Fault("not-provision", *self.whole, serious=True))
            points -= 1.0
        weak = points < need
        self._missing(solid, timed=timed, when=when, weak=weak)
        grave = any(f.serious for f in self.faults)
        if weak and not grave:
            self.faults.append(Fault("no-content", *self.whole, serious=True))
        margin = points - need
        query = (not weak and not grave and margin < 0.1) or (weak and margin > -0.2 and not grave)
        return verdict_of(
            "provision",
            reading.text,
            self.slots,
            self.faults,
            points / 6,
            query=query,
            sort=_SORTS.get(self.sort, self.sort),
        )

    def _outcome(self) -> bool:
        """Whether it says what the pupil will do, and nothing that anybody gives."""
        folded = self.reading.folded
        given = bool(self.named or self.vague)
        dosed = bool(self.exact or self.clock or (self.slots["duration"] and given))
        acts = pattern("pupil_acts").match(folded) and not dosed
        goal = pattern("pupil_goal").match(folded) and pattern("goal_met").search(folded) and not given
        goal = goal and not (dosed and not pattern("tried").search(folded))
        return bool(pattern("able").match(folded) or acts or goal)

    def _points(self, solid: float, *, timed: bool, when: bool) -> tuple[float, float]:
        """The points of the reading and how many its sort needs."""
        reading, sort = self.reading, self.sort
        who = 1.0 if self.anyone else (0.2 if self.vague else 0.0)
        length = 1.0 if self.slots["duration"] else 0.0
        group = 0.5 if self.slots["group"] else 0.0
        place = 0.4 if self.slots["setting"] else 0.0
        measures = 0.7 if reading.search("measure") else 0.0
        dated = 0.8 if reading.search("by_when") else 0.0
        if sort == "care":
            when = timed or (when and not reading.marked("vague_amount"))
            return 1.2 * min(1.0, solid) + 1.2 * when + 0.8 * length + 0.4 * who + 1.3 * dated, 2.0
        if sort == "training":
            trainees = 0.5 if self.anyone or self.vague else 0.0
            topic = min(1.0, 0.6 * max(0.0, solid - 0.5))
            return topic + trainees + 1.0 * bool(self.named) + length + 0.7 * timed + dated, 2.4
        if sort == "staffing":
            return self._cover(timed=timed, when=when) + min(1.2, 0.6 * solid) + 0.8 * who + group, 2.5
        if sort in _THINGS:
            concrete = min(2.0, 0.7 * solid) - 0.4 * len(reading.marked("universal"))
            named_place = sort == "exam" and "exam" in reading.folded
            located = when or place or measures or dated or named_place or self._everybody()
            extra = 1.0 * when + place + measures + 0.6 * bool(self.anyone) + 0.4 * length + dated
            if any(m.start < 4 for m in reading.marked("vague_amount")):
                extra -= 0.7  # "Suitable facilities for …"
            if sort in ("equipment", "thing", "environment") and place:
                extra += 0.4
            if sort == "medical" and not (when or measures or self.anyone):
                located = False
            if located and solid >= 1.0 and not reading.marked("universal", "vague_amount", "vague_frequency"):
                extra += 0.5  # A concrete thing, and where or when: what its sort needs.
            return (concrete if located else min(1.6, concrete)) + extra, 2.0
        if sort == "transport":
            return min(1.2, 0.6 * solid) + when + 0.6 * who + 0.5 * place, 2.0
        content = (
            min(1.0, solid) + min(0.6, 0.2 * max(0.0, solid - 1)) - (1.3 if not solid else 0.8 if solid < 0.6 else 0.0)
        )
        return content + 1.0 * timed + 0.5 * (when and not timed) + length + 0.8 * who + group + 0.2 * place, 2.4

    def _everybody(self) -> bool:
        """Whether it is for all staff, so that it holds wherever the pupil is."""
        return any(
            self.reading.folded.startswith(("all ", "every ", "each "), m.start)
            for m in self.reading.marked("collective")
        )

    def _cover(self, *, timed: bool, when: bool) -> float:
        """The points of how much of the day or week a member of staff is there."""
        reading, length = self.reading, self.slots["duration"]
        if not length and any(
            pattern("open_amount").search(reading.folded[m.start : m.end]) for m in reading.marked("vague_amount")
        ):
            return 0.3  # "a high degree of supervision all week"
        if (timed and length) or reading.search("covered"):
            sessions = length and not pattern("hours").search(fold(length.text))
            return 1.0 if sessions and not any(a < reading.purpose for a, _, _ in reading.content) else 1.6
        if self._hours_of_nothing():
            return 0.0
        if any(pattern("every").match(_of(reading, q)) for q in self.scopes) or (when and not length):
            return 1.0
        return 0.6 if length else 0.0

    def _hours_of_nothing(self) -> bool:
        """Hours of no day, week or term ("15 hours of 1:1")."""
        slot = self.slots["duration"]
        return slot is not None and not self.exact and re.search(r"hours|hrs", fold(slot.text)) is not None

    def _covering(self) -> list[Quantity]:
        """The amounts that cover whole lessons or days, so that no length need be given."""
        return [q for q in self.scopes if q not in self.exact]

    def _ranges(self) -> Iterator[tuple[tuple[int, int], bool]]:
        """Places of amounts of time given as a range, of which only the lower figure can be enforced.

        Wide where the upper figure is twice the lower.
        """
        ends: dict[int, tuple[int, bool]] = {}
        for quantity in self.reading.of_kind("duration", "frequency"):
            pair = pattern("range").search(_of(self.reading, quantity))
            if pair:
                low, high = _figure(pair[1]), _figure(pair[2])
                start = quantity.start + pair.start()
                if low * 1.3 <= high and quantity.end > ends.get(start, (0, False))[0]:
                    ends[start] = (quantity.end, low * 2 <= high)
        yield from (((start, end), wide) for start, (end, wide) in ends.items())

    # ------------------------------------------------ what is missing
    def _missing(self, solid: float, *, timed: bool, when: bool, weak: bool) -> None:
        reading, sort = self.reading, self.sort
        if sort == "thing" and weak:
            sort = self.sort = "other"  # Nothing is named after all.
        vague_time = reading.marked("vague_frequency")
        vague_much = reading.marked("vague_amount")

        def note(code: str, place: tuple[int, int] | None = None, *, serious: bool) -> None:
            self.faults.append(Fault(code, *(place or self.whole), serious=serious))

        if sort not in _THINGS and solid < 1 and sort != "care" and weak:
            note("no-content", serious=True)
        elif sort == "staffing" and not solid and self.slots["duration"]:
            note("no-task", serious=False)
        if sort == "staffing" and self._hours_of_nothing() and not reading.search("covered"):
            note("no-frequency", serious=True)
        elif sort in _SESSIONS or sort in ("care", "staffing"):
            if not when:
                if vague_time or "frequency" in reading.columns:
                    at = (vague_time[0].start, vague_time[0].end) if vague_time else (-1, -1)
                    note("vague-frequency", at, serious=True)
                elif not (sort == "care" and reading.search("by_when")):
                    note("no-frequency", serious=weak or sort in _SESSIONS)
            if not self.slots["duration"] and sort in _SESSIONS and not self._covering():
                note("no-duration", serious=False)
        if vague_much and weak:
            note("vague-amount", (vague_much[0].start, vague_much[0].end), serious=True)
        grouped = sort in ("therapy", "teaching") and reading.search("group_word") is not None
        specialist = any(p.group == "specialist" for p in reading.people)
        if expert_column := reading.columns.get("who", ""):
            specialist = specialist or any(p.group == "specialist" for p in find_people(expert_column))
        if sort in ("therapy", "teaching") and not self.slots["group"] and (grouped or not specialist):
            note("no-group", serious=False)
        for span, wide in self._ranges():
            note("open-range", span, serious=wide and weak)
        for column in ("duration", "frequency"):
            if any(pattern("range").search(said) for said in [fold(reading.columns.get(column, ""))] if said):
                note("open-range", (-1, -1), serious=False)
        if sort not in _SILENT and (sort != "strategy" or weak):
            if not self.anyone and self.vague:
                note("vague-deliverer", self.vague[0], serious=weak)
            elif not self.anyone:
                note("no-deliverer", serious=weak)
        if sort == "equipment" and weak:
            note("equipment-unspecified", serious=True)
        if sort == "training" and weak:
            note("training-unspecified", serious=True)
        expert = reading.marked("expert_task")
        taught = reading.search("expert_taught")
        task = (expert[0].start, expert[0].end) if expert else taught.span() if taught else None
        if task and not self.slots["qualification"] and not specialist:
            note("no-qualification", task, serious=False)
        if not self.slots["review"]:
            note("no-review", serious=False)


def _figure(word: str) -> float:
    """The number of a figure or a number word."""
    figures = dict(pair.split(":") for pair in lexicon().words["figures"])
    return float(figures.get(word, word))


def _of(reading: Reading, quantity: Quantity) -> str:
    return reading.folded[quantity.start : quantity.end]
