"""An outcome's words → its slots and faults.

What counts is whether two observers would agree that it has happened: an act that can be seen, a figure of something
that can be counted, or a level of help (Code of Practice 9.64-9.66). The grammar is in ``outcome_grammar``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from ehcaudit.language import outcome_grammar as grammar
from ehcaudit.language.dates import find_times
from ehcaudit.language.outcome_grammar import Reading, Span, lexicon
from ehcaudit.language.pipeline import fold
from ehcaudit.language.values import Fault, Judgement, Slot, attached_slot, verdict_of

SLOTS = ("who", "verb", "what", "measure", "setting", "time", "purpose")
STRONG = 2.0
"""Points from which an outcome is exact enough."""
_HEAD = {
    "observable": 2.0,
    "unknown": 1.2,
    "plain": 1.2,
    "soft": 0.6,
    "vague": -1.5,
    "state": -1.5,
    "receiving": -1.0,
    "having": 0.4,
    "": -0.5,
}


def judge_outcome(text: str, attached: Mapping[str, str]) -> Judgement:
    """Slots, faults and verdict of one outcome; the date or measure may stand in a column of its own."""
    return _Weighing(grammar.read(text), attached).judgement()


class _Weighing:
    """Slots, points and faults of one outcome."""

    def __init__(self, reading: Reading, attached: Mapping[str, str]) -> None:
        self.reading = reading
        self.columns = attached
        self.slots: dict[str, Slot | None] = dict.fromkeys(SLOTS)
        self.faults: list[Fault] = []
        self.whole = (0, len(reading.text))

    def _slot(self, span: Span) -> Slot:
        return Slot(*span, self.reading.text[slice(*span)])

    def _fault(self, code: str, span: Span, *, serious: bool = True) -> None:
        self.faults.append(Fault(code, *span, serious=serious))

    def judgement(self) -> Judgement:
        """The judgement of the reading."""
        reading = self.reading
        self._time()
        self.start = grammar.body(reading)
        told = lexicon().patterns["reports"].match(reading.folded, self.start)
        if told:
            self.start = told.end()  # "His parents will report that he sleeps …": the change is his.
        self.who, at = grammar.subject(reading, self.start)
        self.head, self.kind = grammar.head(reading, at)
        self.service = grammar.service(reading, self.who) or grammar.cohort(reading, self.start)
        self.good, self.doubtful = grammar.figures(reading, weak_head=self.kind in ("vague", "state"))
        helps = reading.marked("help") or grammar.manner(reading)
        self.helps = [m for m in helps if not grammar.no_help(reading, m)]
        self._fill(at)
        points = self._points(at)
        self._about(points)
        strong = points >= STRONG
        if self.kind == "vague" and self.head:
            self._fault("vague-verb", self.head, serious=not strong)
        if not strong and self.doubtful:
            self._fault("no-measure", self.doubtful[0])
        elif not strong and not any(f.serious and f.code != "no-time" for f in self.faults if f.code not in _ASIDE):
            vague = self.fuzzy[0] if self.fuzzy and self.kind != "vague" else None
            self._fault("no-measure", (vague.start, vague.end) if vague else self.whole)
        grave = {f.code for f in self.faults if f.serious}
        # A target with a share of tries or a score is often written without its date, which stands elsewhere.
        undated = grave == {"no-time"} and self._tried()
        bare_act = self.kind == "observable" and not (self.fuzzy or self.hedges or self.doubtful)
        query = undated or (not grave and points < STRONG + 0.15 and not bare_act)
        return verdict_of("outcome", reading.text, self.slots, self.faults, points / 6, query=query)

    # ------------------------------------------------ slots
    def _time(self) -> None:
        reading, column = self.reading, self.columns.get("when", "")
        if reading.times:
            self.slots["time"] = self._slot(reading.times[0])
        elif column and (find_times(column) or lexicon().patterns["column_time"].search(fold(column))):
            self.slots["time"] = attached_slot(column)
        else:
            self._fault("no-time", self.whole)

    def _fill(self, at: int) -> None:
        reading, patterns = self.reading, lexicon().patterns
        folded = reading.folded
        purpose = next((m for m in patterns["so_that"].finditer(folded, min(len(folded), at + 4))), None)
        self.cut = purpose.start() if purpose else len(folded)
        if purpose:
            late = reading.times[-1][0] if reading.times else 0
            end = len(folded) if late < purpose.start() else max(purpose.end(), late)
            said = reading.text[purpose.start() : end].rstrip(" ,;.")
            self.slots["purpose"] = Slot(purpose.start(), purpose.start() + len(said), said)
        if self.who:
            self.slots["who"] = self._slot(self.who)
        column = self.columns.get("measure", "")
        self.measured = bool(column and patterns["column_measure"].search(fold(column)))
        if self.good:
            self.slots["measure"] = self._slot(self.good[0])
        elif self.measured:
            self.slots["measure"] = attached_slot(column)
        elif self.helps:
            self.slots["measure"] = self._slot((self.helps[0].start, self.helps[0].end))
        setting = next((m for m in lexicon().setting.finditer(folded) if not reading.inside(*m.span())), None)
        if setting:
            self.slots["setting"] = self._slot(setting.span())
        if self.head:
            self.slots["verb"] = self._slot(self.head)
            self.slots["what"] = self._what(self.head[1], setting.start() if setting else self.cut)

    def _what(self, start: int, setting: int) -> Slot | None:
        """The words between the verb and the next other slot."""
        reading = self.reading
        edges = [self.cut, setting, *(a for a, _ in (*reading.times, *self.good)), *(h.start for h in self.helps)]
        edge = min([e for e in edges if e > start], default=len(reading.text))
        said = reading.text[start:edge].strip(" ,;.–-")
        at = reading.text.index(said, start)
        return Slot(at, at + len(said), said) if said else None

    # ------------------------------------------------ weighing
    def _points(self, at: int) -> float:
        reading, head = self.reading, self.head
        seen = {m.start for m in reading.marked("observable", self.start)}
        extra = sum(1 for s in seen if not head or s >= head[1])
        after = head[1] if head else self.start
        self.acts_after = any(
            self._acts(m.first) for label in ("observable", "plain") for m in reading.marked(label, after)
        )
        plain = {
            m.start for m in reading.marked("plain", head[1] if head else self.start) if self._acts(m.first)
        } - seen
        named = ("feelings", "emotions") if self.kind == "observable" else ()  # "names his feelings" can be heard
        self.fuzzy = [
            m
            for m in reading.marked("fuzzy")
            if not grammar.exact(reading, m) and reading.folded[m.start : m.end] not in named
        ]
        self.hedges = reading.marked("hedge")
        specific = grammar.specific(reading, self.start, self.who)
        figures = len(self.good) + self.measured
        points = _HEAD[self.kind]
        if self.kind == "vague" and self.good and self.head and _KNOWN.match(self.reading.folded, self.head[0]):
            points = 1.0  # "know 45 words by sight"
        elif self.kind == "vague" and self._counted():
            points = 0.3  # "improve his play by … on 7 of 10 occasions", "know 50 of 60 flags"
        elif self.kind in ("vague", "soft") and self._spelt_out():
            points = 1.5  # "manage his epilepsy: take his tablets on time, keep a diary and tell friends what to do"
        elif self._own_figure() or (not self.kind and self._figure_near(at)):
            points = max(points, 0.8)  # "his attendance will be above 90%", "will have no more than two suspensions"
        points += min(1.0, 0.5 * extra + 0.4 * len(plain)) + min(3.2, 1.6 * figures) + min(1.8, 1.2 * len(self.helps))
        points += min(1.5, 0.25 * specific)
        changes = any(q.kind == "from-to" for q in reading.shares)  # "more often", and then from what to what
        each = 0.2 if changes else 0.5 if figures or self.helps else 0.8
        return (
            points
            - min(2.4, sum(each if m.start < self.cut else 0.3 for m in self.fuzzy))  # A purpose may be general.
            - 0.7 * len(self.hedges)
            - 0.3 * len(self.doubtful)
        )

    def _compares(self, head: Span) -> bool:
        """Whether a state is one that grows ("be calmer"): no hope for life, but nobody can tell when it is reached."""
        return lexicon().patterns["grows"].search(self.reading.folded, head[0], head[1] + 6) is not None

    def _wanted(self, place: int) -> bool:
        """Whether an act is what is to be reached, and not what it is for ("…, so that he can use it at home")."""
        return place < self.cut or re.search(r"\bwill (?:also )?$", self.reading.folded[self.cut : place]) is not None

    def _counted(self) -> bool:
        """Whether a figure counts things or trials: n out of m, or from one number to another."""
        kinds = ("out-of", "from-to", "score")
        return not self.doubtful and any(
            q.kind in kinds and any(a <= q.start < b for a, b in self.good)
            for q in (*self.reading.shares, *self.reading.amounts)
        )

    def _tried(self) -> bool:
        """Whether a figure is a criterion: n out of m, a share, a score, from one number to another."""
        kinds = ("out-of", "from-to", "percent", "score")
        quantities = (*self.reading.shares, *self.reading.amounts)
        return any(q.kind in kinds and any(a <= q.start < b for a, b in self.good) for q in quantities)

    def _acts(self, place: int) -> bool:
        """Whether the token at a place is a verb of the child's: after a modal, "and" or a comma, not after "his"."""
        before = self.reading.tokens[place - 1].word if place else ""
        words = lexicon().words
        return before in words["verb_follows"] or before in words["modal"] or before.endswith("ly")

    def _manner(self, place: int) -> bool:
        """Whether a form of a verb says how and not what: "given one cue", "not helping"."""
        row, words = self.reading.tokens, lexicon().words
        word = row[place].word
        promised = place and row[place - 1].word in words["modal"] | {"also"}
        return not promised and (word.endswith(("ing", "ed")) or word in words["participle"])

    def _figure_near(self, at: int) -> bool:
        """Whether a figure stands where the verb should, or a share or a bound anywhere ("be in class for 95 %")."""
        return any(
            at - 3 <= a <= at + 12 or any(a <= q.start < b and q.kind == "percent" for q in self.reading.shares)
            for a, b in self.good
        )

    def _spelt_out(self) -> bool:
        """Whether a general verb is followed by a colon and two acts or more that can be seen."""
        colon = self.reading.folded.find(":", self.head[1] if self.head else 0)
        if colon < 0:
            return False
        acts = [
            m for label in ("observable", "plain") for m in self.reading.marked(label, colon) if self._acts(m.first)
        ]
        return len({m.start for m in acts}) >= 2

    def _own_figure(self) -> bool:
        """Whether the subject is a figure of the child's own: a score, attendance, exclusions, a reading age."""
        if not any(a <= q.start < b for q in self.reading.shares for a, b in self.good):
            return False
        said = {t.word for t in self.reading.tokens if self.who and self.who[0] <= t.start < self.who[1]}
        return bool(
            said & (lexicon().words["own"] | {"exclusions", "suspensions", "incidents", "removals", "seizures"})
        )

    def _about(self, points: float) -> None:
        """Faults of whose change it is, and of what kind the statement is."""
        reading, patterns, head = self.reading, lexicon().patterns, self.head
        folded = reading.folded
        verbs = {
            m.start
            for label in ("observable", "plain", "soft", "vague")
            for m in reading.marked(label, head[0] if head else self.start)
            if (head and m.start == head[0])
            or (self._acts(m.first) and not self._manner(m.first) and self._wanted(m.start))
        }
        acts = _separate(verbs, folded)
        joined = len(_JOINS.findall(folded[self.start : self.cut]))
        joined = max(joined, sum(_JOINED.search(folded, max(0, at - 8), at) is not None for at in verbs))
        promised = len(_WILL.findall(folded[self.start :])) if "will" in folded else 0
        if (acts >= 3 and (joined >= 2 or promised >= 3)) or folded.count(";") >= 2:
            self._fault("several-in-one", self.whole, serious=False)
        if self.service:
            self._fault("service-viewpoint", self.service)
        kit = self.kind == "receiving" and head and folded[head[0] : head[1]].startswith("have a") and self.acts_after
        if self.kind == "having" and head and not self.good and (given := reading.marked("receiving", head[1])):
            self._fault("provision-not-outcome", (given[0].start, given[0].end))
        elif self.kind == "receiving" and head and not kit:
            self._fault("provision-not-outcome", head)
        elif done := patterns["done_by"].search(folded):
            self._fault("provision-not-outcome", done.span())
        elif self.service and (reading.marked("receiving") or patterns["delivered"].search(folded)):
            self._fault("provision-not-outcome", self.service)
        elif resource := grammar.resource(reading, self.start):
            self._fault("provision-not-outcome", resource, serious=True)
        hoped = head[1] if head and self.kind != "state" else len(folded)
        wishes = [
            m
            for m in reading.marked("aspiration", self.start, hoped)
            if not patterns["wish_for"].match(folded, max(0, m.start - 2))
        ]
        if wishes:
            self._fault("aspiration", (wishes[0].start, wishes[0].end))
        elif self.kind == "state" and head and points < 1.5 and not self.good and not self._compares(head):
            self._fault("aspiration", head)
        for hedge in self.hedges[:1]:
            self._fault("hedged", (hedge.start, hedge.end), serious=points < 2.5)


def _separate(verbs: set[int], folded: str) -> int:
    """How many acts the verbs are: "look at, name and point to" one thing is one."""
    places = sorted(verbs)
    between = (folded[a:b] for a, b in itertools.pairwise(places))
    return len(places) - sum(_LISTED.match(words) is not None for words in between)


_JOINS = re.compile(r";|\band\b|, (?=\w+(?:ing|s|e)\b)")
_JOINED = re.compile(r"(?:[,;]|\band|\bthen) $")
_WILL = re.compile(r"\bwill\b")
_KNOWN = re.compile(r"(?:knows?|known|recognises?)\b")
_LISTED = re.compile(r"\w+(?: (?:at|to|on|for|up|out|in|down|off|with))?\s?(?:,|and|or|,? and|,? then|/| )\s*$")
_ASIDE = ("hedged", "vague-verb", "several-in-one", "aspiration")
"""Faults beside which a missing measure is still worth saying."""
