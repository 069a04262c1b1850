"""One trace after the other → a CaseloadView: what repeats, who is who, and what contradicts, in bounded memory.

Eight bytes are kept for each passage of a plan, half a kilobyte for its sketch, a few hundred bytes for its faults; of
words only those that stand in two plans or more.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from struct import pack, unpack
from typing import TypeVar

from ehcaudit.caseload.counting import Faults
from ehcaudit.caseload.index import Index
from ehcaudit.caseload.minhash import Sets, jaccard, like, shingles, similarity, sketch
from ehcaudit.caseload.near import NearKeys
from ehcaudit.caseload.trace import KINDS, NEAR_KEYS, Kind, Trace, loosely, near_keys
from ehcaudit.caseload.values import (
    Alike,
    CaseloadView,
    Contradiction,
    Origin,
    Repeated,
    SameOutcome,
    Shared,
    Stranger,
)

Entry = TypeVar("Entry")
SMALLEST = 5
"""Fewer children than this are never counted out."""
NEARLY = 0.8
"""Shared runs of five words from which two plans are nearly the same, and shared pairs of words from which two wordings
of one passage are: of 19 words one within may be another, of 37 words two. In a shorter one, another word is mostly
another provision ("with a therapist", "with a nurse")."""
TEMPLATE = 0.8
"""Share of the plans of one form from which words that say nothing of the child are the form's own."""
SAME_NAME = 3
"""A first name that more children of the caseload have tells nothing by itself."""
LISTED = 100
"""Entries that are kept of each list, repeated wording of each section."""
PATHS = 10
WORDINGS = 30_000
"""Repeated wordings whose words are kept; of more, those in most plans."""
VARIANTS = 10_000
"""Statements of one plan that are compared with nearly the same ones of others; of more, those that most plans have."""
FACTS = ("born", "first_issued", "pronoun", "school_year")
_OF_THE_CHILD = ("[child]", "[he/she]", "[his/her", "[himself/")
"""What a masked text has where it speaks of the child."""


@dataclass(slots=True)
class _Kept:
    """What stays of a plan in memory."""

    path: str
    child: int
    name: int
    version: str
    """Sorts after those of older versions."""
    facts: bytes
    """Those of ``FACTS``, eight bytes each; nought where the plan does not say."""
    family: int
    cells: array[int]
    sketch: array[int]


@dataclass(slots=True)
class _Wording:
    kind: Kind
    section: str
    hash: int
    text: str


@dataclass(slots=True)
class _Cluster:
    """One wording and its near variants."""

    wordings: list[_Wording]
    plans: array[int]
    """Newest plans that have one of them, ascending."""
    largest: _Wording
    origin: Origin = "copied"


class Gathering:
    """Traces, one after the other; then ``view``."""

    def __init__(self, *, smallest: int = SMALLEST) -> None:
        self.smallest = max(2, smallest)
        self._plans: list[_Kept] = []
        self._indexes = {kind: Index() for kind in KINDS}
        self._near = NearKeys()
        self._words: dict[int, _Wording] = {}
        self._quiet = False
        self._faults = Faults()
        self._marks = _Pairs()
        """What tells a child."""
        self._strangers: list[tuple[int, int, int, str]] = []
        self._full_names = _Pairs()
        """The child's own, as far as plans give it."""
        self._pairs = _Pairs()
        """What may be a full name, in statements and paragraphs, and the number of its section."""
        self._pair_sections = array("B")
        self._sections: dict[str, int] = {}
        self._cut = 0

    def add(self, trace: Trace) -> None:
        """Take in one plan."""
        number = len(self._plans)
        for mark in trace.child:
            self._marks.add(mark, number)
        texts: list[str] | None = None
        for place, passage in enumerate(trace.passages):
            if self._indexes[passage.kind].add(passage.hash, number) and passage.hash not in self._words:
                texts = trace.texts() if texts is None else texts
                self._words[passage.hash] = _Wording(passage.kind, passage.section, passage.hash, texts[place])
            elif texts is None and passage.hash in self._words and not self._words[passage.hash].text and trace.words:
                self._words[passage.hash].text = trace.texts()[place]
        if len(self._words) > 2 * WORDINGS:
            self._forget()
        if trace.full_name:
            self._full_names.add(trace.full_name, number)
        for name, section in trace.full_names:
            self._pairs.add(name, number)
            self._pair_sections.append(self._sections.setdefault(section, len(self._sections)))
        self._near.add(key for key in trace.near if key)
        self._quiet = self._quiet or trace.quiet
        self._strangers += [(number, *stranger) for stranger in trace.strangers]
        self._plans.append(
            _Kept(
                trace.path,
                number,
                trace.name,
                "{} {} {:.16}".format(*trace.version),
                pack("<4Q", *(trace.facts.get(fact, 0) for fact in FACTS)),
                trace.family,
                self._faults.cells(trace),
                trace.sketch,
            )
        )

    def _forget(self) -> None:
        by_plans = sorted(self._words.values(), key=lambda w: (-len(self._indexes[w.kind].plans(w.hash)), w.hash))
        self._words = {wording.hash: wording for wording in by_plans[:WORDINGS]}
        self._cut += len(by_plans) - WORDINGS

    # ------------------------------------------------------------ the end

    def view(self, again: Callable[[int], Trace] | None = None) -> CaseloadView:
        """What the plans so far show together; ``again`` gives one of them once more."""
        versions = self._versions()
        newest = sorted(numbers[-1] for numbers in versions)
        children = len(newest)
        lists = _Lists()
        words = self._words if again is None else {**self._words, **self._variants(newest, again)}
        clusters = self._clusters(set(newest), words) if children > 1 else []
        enough = children >= self.smallest
        return CaseloadView(
            len(self._plans),
            children,
            self.smallest,
            repeated=self._repeated(clusters, children, lists) if enough else (),
            shared=self._shared(clusters, newest) if enough else (),
            alike=lists.cut(self._alike(newest)),
            same_outcomes=lists.cut(self._same_outcomes(clusters)),
            strangers=lists.cut(self._strange(versions)),
            contradictions=lists.cut(self._contradictions(versions)),
            groups=self._faults.commonest((self._plans[n].cells for n in newest), self.smallest) if enough else (),
            left_out=lists.left_out,
        )

    def _versions(self) -> list[list[int]]:
        """The plans of each child, from the oldest to the newest; the children in the order of their paths."""
        children = Sets()
        first: dict[int, int] = {}
        for mark, number in self._marks:
            children.join(first.setdefault(mark, number), number)
        versions: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._plans)):
            versions[children.find(number)].append(number)
        for numbers in versions.values():
            numbers.sort(key=lambda n: (self._plans[n].version, self._plans[n].path))
            for number in numbers:
                self._plans[number].child = numbers[-1]
        return sorted(versions.values(), key=lambda numbers: self._plans[numbers[-1]].path)

    # ------------------------------------------------------------ wording

    def _variants(self, newest: Sequence[int], again: Callable[[int], Trace]) -> dict[int, _Wording]:
        """Statements that stand in one plan alone and share a key with another plan's, with their words."""
        known = {key for word in self._words.values() for key in near_keys(word.kind, word.section, word.text) if key}
        alone = Index()
        for number in newest:
            for passage, keys in again(number).keyed():
                if passage.hash not in self._words:
                    for key in keys:
                        if key and (key in known or self._near.came_again(key)):
                            alone.add(key, number)
        told = set(map(Index.tell, known))
        shared = ((len(plans) + (key in told), key) for key, plans in alone.groups())
        chosen: set[int] = set()
        room = NEAR_KEYS * VARIANTS
        for count, key in sorted((found for found in shared if found[0] > 1), key=lambda found: (-found[0], found[1])):
            room -= count
            if room < 0:
                break
            chosen.add(key)
        wanted = {number for key, plans in alone.groups() if key in chosen for number in plans}
        found: dict[int, _Wording] = {}
        for number in sorted(wanted):
            trace = again(number)
            texts = dict(zip(trace.passages, trace.texts(), strict=True))
            for passage, keys in trace.keyed():
                if passage.hash not in self._words and texts[passage] and not chosen.isdisjoint(map(Index.tell, keys)):
                    found[passage.hash] = _Wording(passage.kind, passage.section, passage.hash, texts[passage])
        return found

    def _clusters(self, newest: set[int], words: Mapping[int, _Wording]) -> list[_Cluster]:
        """Wordings of one kind and section that are the same or nearly so, in the newest plans of two children or more;
        the commonest first."""
        live: dict[int, array[int]] = {}
        for wording in words.values():
            plans = array("I", [n for n in self._indexes[wording.kind].plans(wording.hash) if n in newest])
            if plans:
                live[wording.hash] = plans
        # A set of them all would weigh ten times as much.
        said: dict[int, array[int]] = {}
        sketches: dict[int, array[int]] = {}
        by_place: dict[tuple[Kind, str], list[int]] = defaultdict(list)
        for number in live:
            wording = words[number]
            pairs = shingles(loosely(wording.text), 2)
            said[number], sketches[number] = array("I", pairs), sketch(pairs, 32)
            by_place[wording.kind, wording.section].append(number)
        joined: set[int] = set()
        groups: list[list[int]] = []
        for numbers in by_place.values():
            near = like(
                numbers,
                sketches.__getitem__,
                rows=3,
                alike=lambda one, other: jaccard(set(said[one]), set(said[other])) >= NEARLY,
            )
            groups += near
            joined.update(number for group in near for number in group)
        groups += [[number] for number in live if number not in joined]
        clusters = []
        for group in groups:
            plans = live[group[0]]
            if len(group) > 1:
                plans = array("I", sorted({plan for number in group for plan in live[number]}))
            if len(plans) > 1:
                ordered = sorted(group, key=lambda n: (-len(live[n]), words[n].text, n))
                clusters.append(_Cluster([words[n] for n in ordered], plans, words[ordered[0]]))
        sizes = Counter(self._plans[n].family for n in newest)
        for cluster in clusters:
            cluster.origin = self._origin(cluster, sizes)
        return sorted(
            clusters,
            key=lambda c: (
                -len(c.plans),
                KINDS.index(c.largest.kind),
                c.largest.section,
                c.largest.text,
                c.largest.hash,
            ),
        )

    def _origin(self, cluster: _Cluster, sizes: Counter[int]) -> Origin:
        """Words of the form: they say nothing of the child and stand in nearly all plans with the same headings."""
        if any(mark in cluster.largest.text for mark in _OF_THE_CHILD) or not cluster.largest.text:
            return "copied"
        families = Counter(self._plans[n].family for n in cluster.plans)
        nearly_all = any(
            sizes[family] >= self.smallest and count >= TEMPLATE * sizes[family] for family, count in families.items()
        )
        return "template" if nearly_all else "copied"

    def _shown(self, cluster: _Cluster) -> str:
        return "" if self._quiet else cluster.largest.text

    def _repeated(self, clusters: Sequence[_Cluster], children: int, lists: _Lists) -> tuple[Repeated, ...]:
        found: list[Repeated] = []
        of_section: Counter[tuple[str, Origin]] = Counter()
        for cluster in clusters:
            if len(cluster.plans) < self.smallest:
                break
            place = (cluster.largest.section, cluster.origin)
            of_section[place] += 1
            if of_section[place] > LISTED:
                lists.left_out += 1
                continue
            found.append(
                Repeated(
                    cluster.largest.kind,
                    cluster.largest.section,
                    cluster.origin,
                    self._shown(cluster),
                    len(cluster.plans),
                    len(cluster.plans) / children,
                    len(cluster.wordings),
                )
            )
        return tuple(found)

    def _shared(self, clusters: Sequence[_Cluster], newest: Sequence[int]) -> tuple[Shared, ...]:
        counted = bytearray(len(self._plans))
        for number in newest:
            counted[number] = 1
        found = []
        for kind in KINDS[:3]:
            statements, shared = self._indexes[kind].standing(counted)
            for cluster in clusters:
                if cluster.origin == "template" and cluster.largest.kind == kind:
                    for wording in cluster.wordings:
                        here = sum(counted[n] for n in self._indexes[kind].plans(wording.hash))
                        statements, shared = statements - here, shared - (here if here > 1 else 0)
            if statements >= self.smallest and not 0 < shared < self.smallest:
                found.append(Shared(kind, statements, shared, shared / statements))
        return tuple(found)

    def _same_outcomes(self, clusters: Sequence[_Cluster]) -> list[SameOutcome]:
        found = []
        for cluster in clusters:
            if cluster.largest.kind == "outcome" and cluster.origin == "copied":
                paths = sorted(self._plans[n].path for n in cluster.plans)
                found.append(SameOutcome(self._shown(cluster), len(paths), tuple(paths[:PATHS])))
        return found

    # ------------------------------------------------------------ plans

    def _alike(self, newest: Sequence[int]) -> list[Alike]:
        # Numbered by path, so that groups do not depend on the order in which the plans came.
        plans = sorted((self._plans[n] for n in newest if self._plans[n].sketch), key=lambda plan: plan.path)
        groups = like(
            range(len(plans)),
            lambda n: plans[n].sketch,
            rows=8,
            alike=lambda one, other: similarity(plans[one].sketch, plans[other].sketch) >= NEARLY,
        )
        found = [
            Alike(
                tuple(plans[n].path for n in group),
                min(similarity(plans[group[0]].sketch, plans[n].sketch) for n in group[1:]),
            )
            for group in groups
        ]
        return sorted(found, key=lambda alike: (-len(alike.paths), alike.paths))

    def _strange(self, versions: Sequence[Sequence[int]]) -> list[Stranger]:
        first_names: dict[int, list[int]] = defaultdict(list)
        for numbers in versions:
            for name in {self._plans[n].name for n in numbers}:
                first_names[name].append(numbers[-1])
        first_names.pop(0, None)
        found: dict[tuple[int, int], tuple[Stranger, int]] = {}

        def note(stranger: Stranger, number: int, name: int) -> None:
            rank = ("same-words", "full-name", "first-name").index(stranger.sort)
            key = (number, name)
            if key not in found or rank < found[key][1]:
                found[key] = (stranger, rank)

        for number, name, masked, section in self._strangers:
            plan = self._plans[number]
            owners = [n for n in first_names.get(name, ()) if n != plan.child]
            writers = {self._plans[n].child for kind in KINDS[:3] for n in self._indexes[kind].plans(masked)}
            same = [n for n in owners if n in writers]
            if same:
                note(Stranger(plan.path, section, self._paths(same), "same-words"), number, name)
            elif 0 < len(owners) <= SAME_NAME:
                note(Stranger(plan.path, section, self._paths(owners), "first-name"), number, name)
        letters = list(self._sections)
        own = self._full_names.of(set(self._full_names.hashes).intersection(self._pairs.hashes))
        for place, (name, number) in enumerate(self._pairs):
            if name in own:
                plan = self._plans[number]
                owners = sorted({self._plans[n].child for n in own[name]} - {plan.child})
                if owners:
                    section = letters[self._pair_sections[place]]
                    note(Stranger(plan.path, section, self._paths(owners), "full-name"), number, name)
        return sorted(
            (stranger for stranger, _ in found.values()),
            key=lambda s: (("same-words", "full-name", "first-name").index(s.sort), s.path, s.section, s.owners),
        )

    def _paths(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(islice(sorted(self._plans[n].path for n in numbers), PATHS))

    def _contradictions(self, versions: Sequence[Sequence[int]]) -> list[Contradiction]:
        found = []
        for numbers in versions:
            if len(numbers) == 1:
                continue
            plans = [self._plans[n] for n in numbers]
            differ = []
            for fact, values in zip(
                FACTS, zip(*(unpack("<4Q", plan.facts) for plan in plans), strict=True), strict=True
            ):
                said = set(values) - {0}
                # A child may repeat a year, or be taught with the year below.
                if len(said) > 1 and (fact != "school_year" or max(said) - min(said) > 1):
                    differ.append(fact)
            if len({plan.name for plan in plans if plan.name}) > 1:
                differ.insert(0, "name")
            if differ:
                found.append(Contradiction(tuple(plan.path for plan in plans), tuple(differ)))
        return found


class _Pairs:
    """Hashes, each with the number of a plan: twelve bytes a pair."""

    def __init__(self) -> None:
        self.hashes, self._plans = array("Q"), array("I")

    def add(self, value: int, plan: int) -> None:
        """Enter one at the end."""
        self.hashes.append(value)
        self._plans.append(plan)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.hashes, self._plans, strict=True)

    def of(self, wanted: set[int]) -> dict[int, list[int]]:
        """The plans of each of these hashes."""
        found: dict[int, list[int]] = defaultdict(list)
        for value, plan in self:
            if value in wanted:
                found[value].append(plan)
        return dict(found)


@dataclass(slots=True)
class _Lists:
    """Cuts long lists and counts what is cut."""

    left_out: int = 0
    limit: int = field(default=LISTED)

    def cut(self, entries: list[Entry]) -> tuple[Entry, ...]:
        self.left_out += max(0, len(entries) - self.limit)
        return tuple(entries[: self.limit])
