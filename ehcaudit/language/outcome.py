"""An outcome's words → its slots and faults.

The grammar: [by when,] who will do what, how well or how independently, where [, so that …]. The head is the first verb
after the subject; wrappers ("be able to", "manage to") are passed over. What counts is whether two observers would agree
that it has happened: an act that can be seen, a figure of something that can be counted, or a level of help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ehcaudit.language.dates import find_times
from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, read_toml, words_of
from ehcaudit.language.pipeline import Token, fold, tokens
from ehcaudit.language.quantities import Quantity, amounts, number_at, shares
from ehcaudit.language.values import Fault, Judgement, Slot, attached_slot, verdict_of

_MODAL = frozenset(["will", "shall", "can", "could", "should", "would", "may", "might", "must", "to", "'ll"])
_BE = frozenset(["is", "are", "was", "be", "has", "have", "had", "having", "am", "been"])
_ADVERB = re.compile(
    r"(?:\w+ly|also|always|not|never|often|then|still|now|both|just|even|ever|soon|all|either|each|once|again|first|no|longer|have|has|been|be|had|usually)$"
)
_WRAPPER = re.compile(
    r"(?:(?:be|is|are|being|become|becomes|feel) (?:\w+ly )?(?:able|capable|confident enough|ready)(?: to| of)|(?:continue|continues|begin|begins|start|starts|learn|learns|manage|manages|"
    r"know|knows|be taught|remember|remembers|choose|chooses|aim|aims|try|tries|be expected|be seen|be observed|need|needs|come|comes|go on|want) (?:how )?to|"
    r"have (?:learnt|learned|begun|started|managed) (?:how )?to|demonstrate (?:that (?:he|she|they|x) can|the ability to|an ability to)|show (?:that )?(?:he|she|they|x|i) (?:can|is able to)|"
    r"be (?:independent|independently)(?: (?:and|or|\w+ly))?(?: in)?|be|have (?:the )?(?:skills|ability) to|have|can|is able to|are able to|achieve|"
    r"use (?:his|her|their|my) skills to|make use of|get to know how to) "
)
_LABEL = re.compile(
    r"^\s*(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.):]\s+)?(?:outcome \d*\s?[:.-]\s*)?(?:[^.,;:()]{1,45}?(?::| - )\s+)?"
)
_SO_THAT = re.compile(
    r"\b(?:so (?:that|as to|(?:he|she|they|x|i|it)\b)|in order (?:to|that)|to enable|to allow|to help|to support|enabling|allowing|resulting in|leading to|which (?:will|in turn|means)|"
    r"thereby|in preparation for|ready for|to ensure|in consequence|and thereby|as a result|in turn|to reduce|to improve|to increase|to promote|because)\b"
)
_SHOWN = re.compile(
    r"\b(?:as (?:shown|measured|evidenced|recorded|assessed|checked|reported|demonstrated|judged|seen|observed)|measured (?:by|using|on|through|against)|evidenced (?:by|in|through)|recorded (?:by|in|on)|shown by|demonstrated by|by [a-z]+ing|e\.g\.|i\.e\.|such as|including|that is|namely|moving|baseline)\b"
)
_SETTING = re.compile(
    r"\b(?:at|in|on|across|around|during|throughout|within|inside|outside|when|while|from) (?:(?:the|his|her|their|my|a|an|all|each|every|both|any|at least|different|small|whole|unfamiliar|busy|two|three|four|mainstream|local|structured|unstructured|familiar|group|class|school|mixed|free|team|main|other|dinner|lunch|sports|science|pe|carpet|home|supported|shared|hydrotherapy|swimming|unsupervised|supermarket) )*?"
    r"(?:home|school|nursery|college|class|classroom|lessons?|playground|playtimes?|break(?:times?)?|lunch(?:times?)?|community|shops?|caf[eé]|hall|setting|settings|group|groups|pairs|assembly|pe|public|town|street|work|workplace|placement|kitchen|bathroom|toilet|bed|bus|library|park|pool|club|garden|house|room|corridors?|respite|hospital|clinic|conversations?|activities|situations|circle time|carpet time|independent work|tasks?|sessions?|mealtimes?|table|games?|literacy|maths|english|science|writing|reading|supermarket|train|road|room)\b"
)
_SERVICE = frozenset(
    ["staff", "school", "schools", "teacher", "teachers", "adult", "adults", "parent", "parents", "mum", "dad", "mother", "father", "carer", "carers", "family", "families", "sibling", "siblings", "professional", "professionals", "lsa", "lsas", "ta", "tas", "senco", "sendco", "tutor", "tutors", "team", "teams", "service", "services", "therapist", "therapists", "college", "nursery", "setting", "provider", "authority", "council", "la", "health", "everyone", "all-staff", "practitioner", "practitioners", "camhs", "salt", "ot", "physio", "physiotherapist", "ep", "psychologist", "nurse", "worker", "workers", "keyworker", "home", "mr", "mrs", "ms", "colleagues", "peers-and-staff", "mainstream", "gp", "governors", "headteacher", "slt", "escort"]
)
_THINGS = frozenset(
    ["plan", "plans", "strategy", "strategies", "programme", "package", "placement", "provision", "support", "timetable", "equipment", "referral", "assessment", "review", "training", "meeting", "meetings", "environment", "intervention", "interventions", "curriculum", "resources", "transport", "risk", "budget", "arrangements", "profile", "passport", "protocol", "diary", "laptop", "chair", "report", "advice", "policy", "approach", "funding", "mentor"]
)
_COHORT = re.compile(
    r"\b(?:pupils|students|children|learners|young people|the class|cohort|the year group|the group|boys|girls|send pupils)\b"
)
_OWN = frozenset(
    ["attendance", "score", "age", "behaviour", "handwriting", "speech", "reading", "weight", "skills", "confidence", "ability", "understanding", "anxiety", "level", "levels", "vocabulary", "incidents", "sleep", "diet", "writing", "spelling", "progress"]
)
_LEADING = frozenset(["that", "for", "by", "the", "in", "a", "an", "of"])


@dataclass(frozen=True, slots=True)
class _Words:
    """The lexicons of outcomes, loaded once."""

    table: Table
    countable: Table
    generic: frozenset[str]


@cache
def words() -> _Words:
    """The lexicons of outcomes."""
    verbs, measures = read_toml("verbs.toml"), read_toml("measures.toml")
    table: Table = {}
    for label in ("observable", "soft", "vague", "receiving"):
        add(table, label, phrases(verbs[label]), inflect="verb")
    add(table, "state", phrases(verbs["state"]))
    add(table, "aspiration", phrases(verbs["aspiration"]))
    add(table, "help", phrases(measures["help_level"]))
    add(table, "fuzzy", phrases(measures["vague"]))
    add(table, "hedge", phrases(read_toml("hedges.toml")["outcome"]))
    countable: Table = {}
    add(countable, "countable", phrases(measures["countable"]), inflect="noun")
    return _Words(table, countable, words_of("generic_words.txt"))


@dataclass(slots=True)
class _Reading:
    """One outcome while it is read."""

    folded: str
    tokens: list[Token]
    marks: list[Mark]
    times: list[tuple[int, int]]
    amounts: list[Quantity]
    shares: list[Quantity]

    def inside(self, start: int, end: int) -> bool:
        """Whether a place is part of the words that say by when."""
        return any(a < end and start < b for a, b in self.times)

    def marked(self, label: str, after: int = 0, before: int = 1 << 30) -> list[Mark]:
        """The marks with a label that start in the stretch, outside the time words."""
        return [
            m for m in self.marks if m.label == label and after <= m.start < before and not self.inside(m.start, m.end)
        ]


def judge_outcome(text: str, attached: Mapping[str, str]) -> Judgement:
    """Slots, faults and verdict of one outcome; the date or measure may stand in a column of its own."""
    folded = fold(text)
    lexicon = words()
    read = tokens(folded)
    when = [t for t in find_times(text)]
    reading = _Reading(
        folded, read, find(lexicon.table, read), [(t.start, t.end) for t in when], amounts(folded), shares(folded)
    )
    own_time = attached.get("when", "")
    slots: dict[str, Slot | None] = dict.fromkeys(("who", "verb", "what", "measure", "setting", "time", "purpose"))
    faults: list[Fault] = []
    whole = (0, len(text))

    # ------------------------------------------------ by when
    if when:
        slots["time"] = Slot(when[0].start, when[0].end, text[when[0].start : when[0].end])
    elif own_time and (
        find_times(own_time)
        or re.search(r"\d|annual|review|term|year|key stage|easter|christmas|summer", fold(own_time))
    ):
        slots["time"] = attached_slot(own_time)
    else:
        faults.append(Fault("no-time", *whole, serious=True))

    # ------------------------------------------------ who, and the head verb
    start = _body(reading)
    who_span, head_at = _subject(reading, start)
    purpose = next(
        (m for m in _SO_THAT.finditer(folded, min(len(folded), head_at + 1)) if m.start() > head_at + 3), None
    )
    if purpose:
        end = (
            len(folded)
            if not reading.times or reading.times[-1][0] < purpose.start()
            else max(purpose.end(), reading.times[-1][0])
        )
        slots["purpose"] = Slot(purpose.start(), end, text[purpose.start() : end].rstrip(" ,;."))
    if who_span:
        slots["who"] = Slot(*who_span, text[slice(*who_span)])
    service = _service(reading, who_span, start)
    head, kind = _head(reading, head_at)
    if head:
        slots["verb"] = Slot(head[0], head[1], text[head[0] : head[1]])
    aspiration = [
        m
        for m in reading.marked("aspiration", start, head[1] if head and kind != "state" else len(folded))
        if not re.match(
            r"(?:'d|would) (?:like|love|want) (?:for )?(?:my|him|her|them|x\b|our|\w+ (?!to\b)\w+ to)",
            folded[max(0, m.start - 2) :],
        )
    ]
    # ------------------------------------------------ how well
    cut = purpose.start() if purpose else len(folded)
    receiving = kind == "receiving"
    figures, doubtful = _figures(reading, lexicon, weak_head=kind in ("vague", "state"))
    if own := attached.get("measure", ""):
        figures += [(-1, -1)] if re.search(r"\d|%|unaided|independent|without|daily|every|observ", fold(own)) else []
    helps = reading.marked("help")
    if figures:
        first = figures[0]
        slots["measure"] = attached_slot(own) if first == (-1, -1) else Slot(*first, text[slice(*first)])
    elif helps:
        slots["measure"] = Slot(helps[0].start, helps[0].end, text[helps[0].start : helps[0].end])
    setting = next((m for m in _SETTING.finditer(folded) if not reading.inside(*m.span())), None)
    if setting:
        slots["setting"] = Slot(*setting.span(), text[slice(*setting.span())])
    seen = {m.start for m in reading.marked("observable", start)}
    extra = len([s for s in seen if not head or s >= head[1]])
    fuzzy = [m for m in reading.marked("fuzzy") if not _exact(reading, m)]
    specific = _specific(reading, lexicon, start, who_span)
    if head:
        edge = min(
            [
                x
                for x in (
                    cut,
                    *(a for a, _ in reading.times),
                    *(f[0] for f in figures),
                    *(h.start for h in helps),
                    setting.start() if setting else cut,
                )
                if x > head[1]
            ]
            or [len(folded)]
        )
        thing = text[head[1] : edge].strip(" ,;.–-")
        if thing:
            at = text.index(thing, head[1])
            slots["what"] = Slot(at, at + len(thing), thing)
    hedges = reading.marked("hedge")
    # ------------------------------------------------ weighing
    points = {
        "observable": 2.0,
        "unknown": 1.2,
        "soft": 0.6,
        "vague": -1.5,
        "state": -1.5,
        "receiving": -1.0,
        "": -0.5,
    }[kind]
    points += min(1.0, 0.5 * extra) + min(3.2, 1.6 * len(figures)) + min(1.8, 1.2 * len(helps))
    points += min(1.5, 0.25 * specific) - min(2.0, 0.5 * len(fuzzy)) - 0.7 * len(hedges) - 0.3 * len(doubtful)
    verbs = {
        m.start for label in ("observable", "soft", "vague") for m in reading.marked(label, head[0] if head else start)
    }
    joined = len(re.findall(r";|\band\b|, (?=\w+(?:ing|s|e)\b)", folded[start:cut]))
    several = (len(verbs) >= 3 and joined >= 2) or folded.count(";") >= 2
    if several:
        faults.append(Fault("several-in-one", *whole, serious=False))
    if service:
        faults.append(Fault("service-viewpoint", *service, serious=True))
    if receiving and head:
        faults.append(Fault("provision-not-outcome", *head, serious=True))
    elif service and (
        reading.marked("receiving") or re.search(r"\b(?:train\w*|in place|deliver\w*|provid\w*|attend\w*)\b", folded)
    ):
        faults.append(Fault("provision-not-outcome", *service, serious=True))
    elif (resource := _resource(reading, start, head)) is not None:
        faults.append(Fault("provision-not-outcome", *resource, serious=True))
        receiving = True
    if aspiration:
        faults.append(Fault("aspiration", aspiration[0].start, aspiration[0].end, serious=True))
    elif kind == "state" and head and points < 1.5 and not figures:
        faults.append(Fault("aspiration", *head, serious=True))
    faults += [Fault("hedged", m.start, m.end, serious=points < 2.5) for m in hedges[:1]]
    strong_enough = points >= STRONG
    if kind == "vague" and head:
        faults.append(Fault("vague-verb", *head, serious=not strong_enough))
    if not strong_enough:
        if doubtful:
            faults.append(Fault("no-measure", *doubtful[0], serious=True))
        elif not (service or receiving):
            place = (fuzzy[0].start, fuzzy[0].end) if fuzzy and kind != "vague" else whole
            faults.append(Fault("no-measure", *place, serious=True))
    grave = {f.code for f in faults if f.serious}
    # An undated outcome that is otherwise exact and counted: its date may stand on the target sheet; a person looks.
    query = (grave == {"no-time"} and bool(figures) and points >= 3.0) or (not grave and points < STRONG + 0.15)
    return verdict_of("outcome", text, slots, faults, points / 6, query=query)


STRONG = 2.0


def _body(reading: _Reading) -> int:
    """Where the statement proper begins: after a number, a label with a colon and a leading time."""
    start = 0
    label = _LABEL.match(reading.folded)
    if label and label.end() and not re.search(r"\b(?:will|can|to)\b", label.group()):
        start = label.end()
    moved = True
    while moved:
        moved = False
        for a, b in reading.times:
            if a <= start + 3 and b > start:
                start, moved = b, True
        while start < len(reading.folded) and reading.folded[start] in " ,:;-.()":
            start += 1
        if (
            more := re.match(
                r"\([^)]{1,60}\)[ ,:-]*",
                reading.folded[start - 1 if start and reading.folded[start - 1] == "(" else start :],
            )
        ) and start:
            start += more.end() - (1 if reading.folded[start - 1] == "(" else 0)
    return start


def _subject(reading: _Reading, start: int) -> tuple[tuple[int, int] | None, int]:
    """The place of the subject (None where the outcome starts with its verb) and where the head verb is looked for."""
    row = [t for t in reading.tokens if t.start >= start]
    for i, token in enumerate(row[:26]):
        if reading.inside(token.start, token.end):
            continue
        if token.word in _MODAL and not (token.word == "to" and i and row[i - 1].word in ("due", "next", "back")):
            first = 0
            while first < i and row[first].word in _LEADING - {"the"}:
                first += 1
            if first < i and row[i - 1].word != ",":
                return (row[first].start, row[i - 1].end), token.end
            return None, token.end
        if token.word in _BE and i:
            return (row[0].start, row[i - 1].end), token.start
        if i and token.word in (",", ";", ".", ":") and not any(t.word in _MODAL for t in row[i : i + 14]):
            break
        if (
            i
            and any(
                m.start == token.start and m.label in ("observable", "soft", "vague", "receiving")
                for m in reading.marks
            )
            and token.word.endswith("s")
            and row[i - 1].word not in ("'s", "the", "his", "her", "their", "of", "and", "in", "to")
        ):
            return (row[0].start, row[i - 1].end), token.start
    return None, start


def _service(reading: _Reading, span: tuple[int, int] | None, start: int) -> tuple[int, int] | None:
    """The words that make somebody or something other than the child the one who changes."""
    if span is None:
        return None
    inside = [t for t in reading.tokens if span[0] <= t.start < span[1]]
    said = [t.word for t in inside]
    if "who" in said:
        inside = inside[: said.index("who")]
        said = said[: said.index("who")]
    if len(said) > 14:
        return None
    tail = said[-1] if said else ""
    if any(w in _SERVICE for w in said) and not (
        tail in _OWN and "'s" in said and not set(said) & {"staff", "parents"}
    ):
        cut = next(
            (i for i, w in enumerate(said) if w in ("with", "from", "by", "in", "at", "using", ",") and i), len(said)
        )
        if any(w in _SERVICE for w in said[:cut]):
            return span
    if tail in _THINGS:
        return span
    if _COHORT.search(reading.folded[span[0] : span[1]]) and re.search(
        r"\b(?:all|of|the|\d+%?|send|most|other|pupils|students)\b", reading.folded[span[0] : span[1]]
    ):
        return span
    return None


def _head(reading: _Reading, at: int) -> tuple[tuple[int, int] | None, str]:
    """The head verb and its class: observable, soft, vague, state, receiving, unknown or empty."""
    folded = reading.folded
    while at < len(folded) and folded[at] in " ,:;-(":
        at += 1
    order = ("receiving", "vague", "observable", "soft", "state")
    for _ in range(6):
        here = [m for m in reading.marks if m.start == at and m.label in order]
        if here:
            longest = max(m.end for m in here)
            labels = [m.label for m in here if m.end == longest]
            label = next(o for o in order if o in labels)
            wrapped = _WRAPPER.match(folded, at)
            if not (wrapped and wrapped.end() > longest):
                if label == "soft" and "observable" in labels:
                    label = "observable"
                if folded[at:longest] not in (
                    "be",
                    "is",
                    "are",
                    "have",
                    "has",
                    "had",
                    "having",
                    "being",
                    "been",
                    "can",
                ):
                    return (at, longest), label
            if not wrapped:
                wrapped = re.compile(r"\w+ ?").match(folded, at)
            at = wrapped.end() if wrapped else len(folded)
            continue
        wrapped = _WRAPPER.match(folded, at)
        if wrapped:
            at = wrapped.end()
            continue
        word = re.compile(r"[\w'-]+").match(folded, at)
        if not word:
            break
        inside = next((b for a, b in reading.times if a <= at < b), None)
        if inside:
            at = inside
        elif (
            _ADVERB.match(word.group())
            or any(m.start == at and m.label in ("help", "fuzzy") for m in reading.marks)
            or word.group() in ("and", "or", "to", "the")
        ):
            ends = [m.end for m in reading.marks if m.start == at and m.label in ("help", "fuzzy")]
            at = max([word.end(), *ends])
        else:
            modal = re.search(r"\b(?:will|to|can|'ll)\s+(?:\w+ly )?$", folded[:at]) is not None
            return ((at, word.end()), "unknown") if modal else _late(reading, at)
        while at < len(folded) and folded[at] in " ,:;-(":
            at += 1
    return _late(reading, at)


def _late(reading: _Reading, at: int) -> tuple[tuple[int, int] | None, str]:
    """The first verb that stands anywhere after a place, where the grammar gives no head."""
    later = [
        m
        for m in reading.marks
        if m.start >= at
        and m.label in ("observable", "soft", "vague", "receiving")
        and not reading.inside(m.start, m.end)
    ]
    if not later:
        return None, ""
    order = ("receiving", "vague", "observable", "soft")
    best = min(later, key=lambda m: (m.start, -m.end, order.index(m.label)))
    return (best.start, best.end), best.label


def _figures(
    reading: _Reading, lexicon: _Words, *, weak_head: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Places of figures that can be counted, and of figures that cannot ("50 % more confident")."""
    folded = reading.folded
    good: list[tuple[int, int]] = []
    bad: list[tuple[int, int]] = []
    countable = find(lexicon.countable, reading.tokens)
    starts = {m.first: m for m in countable}
    for quantity in [*reading.shares, *reading.amounts]:
        a, b = quantity.start, quantity.end
        if reading.inside(a, b):
            continue
        around = folded[max(0, a - 30) : b + 40]
        if quantity.kind == "percent":
            what = folded[a : b + 24]
            if re.search(
                r"(?:progress|potential|confiden|better|more |improve|increase|of (?:his|her|their) (?:ability|potential)|engage|understanding|of (?:the )?(?:curriculum|learning))",
                what,
            ) or (weak_head and not re.search(r"attendance|lessons|sessions|days|incidents|words", around)):
                bad.append((a, b))
            else:
                good.append((a, b))
        elif quantity.kind == "at-least":
            after = [m for m in countable if b - 1 <= m.start <= b + 22]
            unit = re.match(r"[ -]?(?:min|hour|hr|sec|metre|km|m\b|%|\w+ (?:word|min))", folded[b:])
            if after or unit:
                good.append((a, after[0].end if after else b))
        elif quantity.kind in ("out-of", "from-to", "score"):
            if quantity.kind == "out-of" and not re.search(r"\d|one|two|three|four|five|ten", folded[a:b]):
                continue
            if (
                re.search(r"\d{1,2}/\d\d$", folded[a:b])
                and int(folded[a:b].rsplit("/", 1)[1]) > 20
                and not re.match(r"\s?(?:times|days)", folded[b:])
            ):
                continue  # a month and year
            good.append((a, b))
        elif quantity.kind in ("duration", "frequency") or (
            quantity.kind == "scope"
            and re.match(r"(?:every|each|all|full)", folded[a:b])
            and not re.match(r"each (?:one|of)", folded[a:b])
        ):
            good.append((a, b))
    for i, token in enumerate(reading.tokens):
        if number_at(token.word) and not reading.inside(token.start, token.end):
            near = next((starts[j] for j in range(i + 1, min(i + 5, len(reading.tokens))) if j in starts), None)
            if near and not any(reading.tokens[j].word in (",", ".", ";", "and") for j in range(i + 1, near.first)):
                good.append((token.start, near.end))
    return _merged(good), _merged(bad)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def _exact(reading: _Reading, mark: Mark) -> bool:
    """A comparative that goes with a figure ("no more than two", "three or more") or a name is not vague."""
    around = reading.folded[max(0, mark.start - 6) : mark.end + 8]
    return bool(
        re.search(
            r"(?:or more|no more|more than|less than|fewer than|or fewer|or better|no longer|longer than \d|as well|\d+ (?:more|fewer|less)|well[- ]known)",
            around,
        )
    )


def _specific(reading: _Reading, lexicon: _Words, start: int, who: tuple[int, int] | None) -> int:
    """How many words name something of their own."""
    taken = {(m.start) for m in reading.marks}
    return sum(
        1
        for t in reading.tokens
        if t.start >= start
        and len(t.word) > 2
        and t.word[0].isalpha()
        and t.word not in lexicon.generic
        and t.start not in taken
        and not (who and who[0] <= t.start < who[1])
        and not reading.inside(t.start, t.end)
    )


def _resource(reading: _Reading, start: int, head: tuple[int, int] | None) -> tuple[int, int] | None:
    """A statement that begins with a resource instead of a change ("Weekly therapy", "Access to …", "1:1 support")."""
    opening = re.match(
        r"(?:\W*(?:to have |for \w+ to (?:have|receive|get) )?(?:continued |ongoing |regular |daily |weekly |full[- ]time |small group |individual |specialist |additional |adult |\d+ (?:hours?|minutes?|sessions?)[^.;,]{0,18}? of |1:1 |one[- ]to[- ]one )*(?:access to|support (?:from|with|to|in|for)|input from|speech (?:and|&) language therapy|"
        r"occupational therapy|physiotherapy|salt\b|elsa\b|provision of|opportunities (?:to|for)|a referral|use of a|ta support|teaching assistant|therapy|intervention|interventions|visual timetable|counselling|sessions? (?:with|of)))",
        reading.folded[start:],
    )
    return (start, start + opening.end()) if opening else None
