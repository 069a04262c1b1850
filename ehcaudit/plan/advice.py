"""Section K, or a list of contributors at the front → one ``Advice`` for each entry, whatever the list looks like.

Lists come as tables (any order of columns, or a small table of labelled rows for each report), as bullets or numbered
lines, and as running sentences. An entry that says there is no advice ("not known to this service") is an entry: its
``title`` holds what it says. A row of the form that nobody filled in is none.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from ehcaudit.language.calendar import Dated
from ehcaudit.language.people import Person, find_roles
from ehcaudit.language.sentences import sentences
from ehcaudit.model import Advice, Block, Document, Evidence
from ehcaudit.plan.lexicon import data, dates_of, fold, pattern, plain

_TITLE = r"(?:Dr|Mr|Mrs|Ms|Miss|Mx|Prof|Professor|Rev)\b\.?"
_WORD = r"(?:[A-Z][\w'’-]+|[A-Z]\.?(?![\w]))"
_TITLED = re.compile(rf"{_TITLE}(?:\s{_WORD}){{1,4}}|{_TITLE}(?:\s?(?:[A-Z]{{1,3}}|\[[^\]]{{1,30}}\]))")
_NAME = re.compile(rf"{_WORD}(?:\s{_WORD}){{1,3}}")
_INITIALS = re.compile(r"(?:[A-Z]\.? ?){2,3}|\[[^\]]{1,40}\]|X{3,}")
_PIECES = re.compile(r"\s*(?:[,;:|()\n\t]|\s[-–—]+\s|\b(?:by|from|dated|on|wrote|written|received|completed|of)\b)\s*")
_STRIP = " \t\n,;:.-–—|()/"
_DANGLING = re.compile(r"(?:[,\s]|\b(?:and|an|a|the|from)\b|(?<=\s)\d{1,2}[.)])+$")
_LIST_END = re.compile(r";\s*(?:and\s+)?|\n+")


@dataclass(slots=True)
class _Draft:
    """An entry as it is put together."""

    role: str = ""
    author: str = ""
    date: datetime.date | None = None
    received: datetime.date | None = None
    title: str = ""
    appended: bool | None = None
    evidence: list[Evidence] = field(default_factory=list)

    def done(self) -> Advice:
        return Advice(self.role, self.author, self.date, self.received, self.title, self.appended, tuple(self.evidence))


def find_advice(document: Document, *, blocks: Sequence[int], headers: Mapping[int, str]) -> tuple[Advice, ...]:
    """The entries among these blocks, in document order. ``headers`` gives the column header over a block."""
    drafts: list[_Draft] = []
    tables: dict[int, list[Block]] = {}
    order: list[tuple[int, Block | None]] = []
    for number in blocks:
        block = document.blocks[number]
        if block.cell is None:
            order.append((-1, block))
        else:
            if block.cell.table not in tables:
                order.append((block.cell.table, None))
            tables.setdefault(block.cell.table, []).append(block)
    lines: list[Block] = []
    everything = False
    for table, line in order:
        if line is not None:
            lines.append(line)
            everything = everything or _of_all(line.text)
            continue
        drafts += _lines(lines)
        lines = []
        drafts += _table(document, tables[table], headers)
    drafts += _lines(lines)
    if everything:
        for draft in drafts:
            if draft.appended is None and not says_absent(draft.title):
                draft.appended = True
    return tuple(draft.done() for draft in drafts)


def contributors(document: Document, unplaced: Iterable[int]) -> tuple[Advice, ...]:
    """The entries of unlettered tables of contributors or reports, for a plan that has no section K."""
    tables: dict[int, list[Block]] = {}
    for number in unplaced:
        block = document.blocks[number]
        if block.cell is not None:
            tables.setdefault(block.cell.table, []).append(block)
    found: list[_Draft] = []
    for table in tables.values():
        columns = _header_row(table)
        if columns and "person" in columns.values() and {"date", "received", "appended"} & set(columns.values()):
            found += _table(document, table, {})
    return tuple(draft.done() for draft in found)


# ---------------------------------------------------------------- tables


@cache
def column_kind(header: str) -> str:
    """What a column of a list of advice holds, by its header: ``received``, ``appended``, ``mixed``, ``date``,
    ``person``, ``title``, ``other``, or nothing known."""
    line = plain(header)
    if not line or len(line) > 110:
        return ""
    return next((kind for kind in data("advice")["columns"] if pattern("advice", "columns", kind).search(line)), "")


def _header_row(blocks: Sequence[Block]) -> dict[int, str]:
    """Column → kind where the first row of the blocks is a row of headers, else nothing."""
    first = min(b.cell.row for b in blocks if b.cell)
    row = [b for b in blocks if b.cell and b.cell.row == first]
    kinds = {b.cell.column: column_kind(b.text) for b in row if b.cell}
    if len(kinds) < 2 or len({b.cell.row for b in blocks if b.cell}) < 2 or any(dates_of(b.text) for b in row):
        return {}
    known = [kind for kind in kinds.values() if kind]
    label = all(len(b.text) <= 60 for b in row)
    people = sum(1 for b in row if _best(_roles(b.text)))
    return kinds if label and len(set(known)) >= 2 and len(known) * 2 >= len(kinds) and people < len(row) else {}


def _table(document: Document, blocks: Sequence[Block], headers: Mapping[int, str]) -> list[_Draft]:
    rows: dict[int, dict[int, list[Block]]] = {}
    for block in blocks:
        if block.cell:
            rows.setdefault(block.cell.row, {}).setdefault(block.cell.column, []).append(block)
    kinds = {b.cell.column: column_kind(headers[b.id]) for b in blocks if b.cell and b.id in headers}
    if not kinds:
        kinds = _header_row(blocks)
        if kinds:
            rows.pop(min(rows))
    if not kinds and _labelled_rows(rows):
        return _from_labels(rows)
    wide = document.tables[blocks[0].cell.table].columns if blocks[0].cell else 1
    if wide == 1:
        return _lines(blocks)
    found = []
    for row in rows.values():
        draft = _row(row, kinds, wide)
        if draft:
            found.append(draft)
    return found


def _row(row: Mapping[int, list[Block]], kinds: Mapping[int, str], wide: int) -> _Draft | None:
    """The entry of one row; None where nobody filled it in, or it is a band over other rows."""
    draft = _Draft()
    people: list[str] = []
    titles: list[str] = []
    for column in sorted(row):
        text = "\n".join(block.text for block in row[column] if block.text.strip())
        if not text.strip():
            continue
        kind = kinds.get(column, "")
        _take(draft, text, kind)
        if kind in ("person", "mixed"):
            people.append(text)
        elif kind in ("title", "") and not _is_answer(text):
            titles.append(text)
        draft.evidence += [Evidence(b.id, 0, len(b.text), b.text) for b in row[column] if b.text.strip()]
    if not draft.evidence or (len(row) == 1 and wide > 1 and _category([*titles, *people])):
        return None
    for text in [*people, *titles]:
        draft.role = draft.role or _role(text)
    for text in people:
        draft.author = draft.author or _author(text, free=True)
    for text in titles:
        draft.author = draft.author or _author(text, free=False)
    absent = next((text for text in (b.quote for b in draft.evidence) if says_absent(text)), "")
    draft.title = " ".join((absent or (titles or people or [""])[0]).split())
    return draft


def _take(draft: _Draft, text: str, kind: str) -> None:
    """The dates and the yes or no of one cell."""
    if kind == "appended":
        draft.appended = _answer(text)
        if draft.appended is None and _has("appended", text):
            draft.appended = True
        return
    if kind == "other":
        return
    for dated, label in _dates(text):
        if kind == "received" or (label == "received" and kind != "date"):
            draft.received = draft.received or dated.date
        elif label != "no":
            draft.date = draft.date or dated.date
    if kind != "date" and draft.appended is None:
        draft.appended = _appended_words(text)


def _category(texts: Sequence[str]) -> bool:
    """Whether the words only name a kind of advice, as a form prints it ("Medical advice", "Any other person")."""
    return all(not (_dates(text) or _TITLED.search(text) or says_absent(text)) for text in texts)


def _labelled_rows(rows: Mapping[int, Mapping[int, list[Block]]]) -> bool:
    """Two columns, the first of which holds labels: one report after the other, written downwards."""
    first = [row[min(row)][0].text for row in rows.values() if row]
    known = [column_kind(text) for text in first if len(text) <= 40 and not _TITLED.search(text)]
    filled = [kind for kind in known if kind]
    return (
        len(first) >= 2
        and all(len(row) <= 2 for row in rows.values())
        and len(filled) == len(first)
        and bool({"date", "received"} & set(filled))
        and "person" in filled
    )


def _from_labels(rows: Mapping[int, Mapping[int, list[Block]]]) -> list[_Draft]:
    found: list[_Draft] = []
    seen: set[str] = set()
    for row in rows.values():
        cells = [row[column] for column in sorted(row)]
        label = cells[0][0].text
        text = "\n".join(b.text for b in cells[1]) if len(cells) > 1 else ""
        if not found or plain(label) in seen:
            found.append(_Draft())
            seen = set()
        seen.add(plain(label))
        draft = found[-1]
        if not text.strip():
            continue
        kind = column_kind(label)
        _take(draft, text, kind)
        if kind == "person":
            role = _role(text)
            draft.role = draft.role or role
            if not draft.author and not (role and not _author(text, free=False)):
                draft.author = _author(text, free=True)
        elif kind == "title":
            draft.title = " ".join(text.split())
            draft.role = draft.role or _role(text)
        draft.evidence += [Evidence(b.id, 0, len(b.text), b.text) for b in cells[1] if b.text.strip()]
    return [draft for draft in found if draft.evidence]


# ---------------------------------------------------------------- lines and sentences


def _lines(blocks: Sequence[Block]) -> list[_Draft]:
    """The entries of paragraphs: a line each, or several in one sentence."""
    found: list[_Draft] = []
    above: _Draft | None = None  # A role alone on its line; the next line may hold its details.
    for block in blocks:
        own = [draft for start, end in _segments(block.text) for draft in _segment(block, start, end)]
        short = len(block.text) <= 90 and not block.text.rstrip().endswith(".")
        if short and above and (not own or (len(own) == 1 and not own[0].role)):
            if above not in found:
                found.append(above)
            _join(above, block)  # "Educational psychologist" on one line, "Dr Smith, 3 May 2026" on the next.
            continue
        if not own and found and short and _details(block.text):
            _join(found[-1], block)
            continue
        bare = len(own) == 1 and not (own[0].date or own[0].author or own[0].received)
        above = own[0] if bare and short and own[0].role and block.kind != "list-item" else None
        if block.kind != "heading" or not (bare or not own):
            found += own
    return found


def _details(text: str) -> bool:
    return column_kind(text.partition(":")[0]) in ("date", "received", "person", "appended") and ":" in text


def _join(draft: _Draft, block: Block) -> None:
    """Take a line of details into the entry before it."""
    label, colon, rest = block.text.partition(":")
    kind = column_kind(label) if colon else ""
    text = rest.strip() if kind else block.text
    _take(draft, text, kind)
    if kind in ("person", "", "mixed"):
        draft.role = draft.role or _role(text)
        draft.author = draft.author or _author(text, free=kind == "person")
    draft.evidence.append(Evidence(block.id, 0, len(block.text), block.text))


def _segments(text: str) -> list[tuple[int, int]]:
    """The sentences of a paragraph, and in them the parts between semicolons."""
    found = []
    for start, end in sentences(text):
        place = start
        for stop in [*_LIST_END.finditer(text, start, end), None]:
            until = stop.start() if stop else end
            if text[place:until].strip(_STRIP):
                found.append((place, until))
            place = stop.end() if stop else end
    return found


def _segment(block: Block, start: int, end: int) -> list[_Draft]:
    """The entries of one sentence or list part: one, or as many as it has roles with dates of their own."""
    text = block.text[start:end]
    if _of_all(text) and not dates_of(text):
        return []
    roles = [p for p in _roles(text) if p.group != "vague"]
    dates = [d for d, label in _dates(text) if label != "no"]
    cuts = _cuts(text, roles, dates)
    found = []
    for a, b in pairwise([0, *cuts, len(text)]):
        part = text[a:b]
        left = len(part) - len(part.lstrip(_STRIP.replace("(", "")))
        right = len(_DANGLING.sub("", part.rstrip(" \t\n,;"))) if b < len(text) else len(part.rstrip(" \t\n,;"))
        draft = _line(part[left:right], of_list=bool(cuts) and not dates)
        if draft:
            s, e = start + a + left, start + a + right
            draft.evidence.append(Evidence(block.id, s, e, block.text[s:e]))
            found.append(draft)
    return found


def _cuts(text: str, roles: Sequence[Person], dates: Sequence[Dated]) -> list[int]:
    """Where one entry ends and the next begins within a sentence."""
    distinct = list({p.key: p for p in reversed(roles)}.values())
    if len(distinct) < 2:
        return []
    plain_dates = [d for d in dates if not _has("received", text[max(0, d.start - 25) : d.start])]
    if len(plain_dates) >= 2:
        if roles[0].start < plain_dates[0].start:
            cuts = [d.end + (1 if text[d.end : d.end + 1] == ")" else 0) for d in plain_dates[:-1]]
            # A date belongs to the role before it only where a role stands between it and the next date.
            return [
                cut
                for cut, following in zip(cuts, plain_dates[1:], strict=True)
                if any(cut <= p.start < following.start for p in roles)
            ]
        return [d.start for d in plain_dates[1:]]
    names = len(_TITLED.findall(text))
    listed = _has("reports", text) and not _has("to_come", text)
    if listed and len(distinct) >= 3 and len(dates) == 0 and names == 0 and text.count(",") + text.count(" and ") >= 2:
        return [p.start for p in sorted(distinct, key=lambda p: p.start)[1:]]
    return []


def _line(text: str, *, of_list: bool = False) -> _Draft | None:
    """One line as an entry; None where it is only words about the list.

    ``of_list``: a part of a sentence that lists who advised, so that the role alone will do.
    """
    draft = _Draft()
    _take(draft, text, "")
    draft.role = _role(text)
    draft.author = _author(text, free=False)
    draft.title = " ".join(text.split())
    if text.rstrip().endswith(":") and not (draft.date or draft.received):
        return None
    matter = _has("matter", text)
    dated = bool(draft.date or draft.received)
    if _has("general", text) and not (dated or draft.author or says_absent(text)):
        return None
    if of_list and draft.role:
        return draft
    sentence = text.rstrip().endswith(".") or len(text.split()) > 25
    if says_absent(text):
        return draft if draft.role or matter else None
    if sentence and (_has("to_come", text) or not (_has("reports", text) or (draft.role and draft.author and dated))):
        return None
    if dated or draft.author:
        return draft if draft.role or matter or (dated and draft.author) else None
    return draft if draft.role or (matter and len(text.split()) <= 12 and not sentence) else None


# ---------------------------------------------------------------- words


def _has(key: str, text: str) -> bool:
    return bool(pattern("advice", "words", key).search(fold(text)))


def _of_all(text: str) -> bool:
    return _has("all_appended", text)


def says_absent(text: str) -> bool:
    """Whether a cell or line says that there is no advice ("Not known to service", "no report received")."""
    return len(text) <= 200 and not _NEGATED_DATE.search(text) and _has("absent", text)


_NEGATED_DATE = re.compile(
    r"(?i)\b(?:date|author|appendix)\b[^.]{0,20}\b(?:not|unknown)\b"
    r"|\bnot (?:appended|attached)\b"
)


def _is_answer(text: str) -> bool:
    return len(text) <= 24 and _answer(text) is not None and not text.strip().isupper()


def _answer(text: str) -> bool | None:
    """Yes, no, or neither."""
    line = " ".join(fold(text).split()).strip(" .:")
    for key, value in (("no", False), ("yes", True)):
        if pattern("advice", "words", key).fullmatch(line):
            return value
    return None


def _appended_words(text: str) -> bool | None:
    if _has("not_appended", text):
        return False
    return True if _has("appended", text) else None


def _dates(text: str) -> list[tuple[Dated, str]]:
    """The dates of a text, each with ``received``, ``report``, ``no`` (of something else), or nothing."""
    found = []
    last = 0
    for dated in dates_of(text):
        before = text[max(last, dated.start - 70) : dated.start]
        last = dated.end
        after = text[dated.end : dated.end + 14]
        label = ""
        if _has("report", before):
            label = "report"
        elif _has("received", before) or re.match(r"\W{0,3}received", after, re.I):
            label = "received"
        elif _has("not_a_report_date", before[-25:]):
            label = "no"
        found.append((dated, label))
    return found


@lru_cache(64)
def _roles(text: str) -> tuple[Person, ...]:
    """Who is named in a cell or a line, which is asked for it more than once."""
    return tuple(find_roles(text))


def _best(people: Sequence[Person]) -> str:
    """The key that says who gave the advice: a professional before the child it is about, and "staff" last."""
    ranked = [(_rank(p), n, p.key) for n, p in enumerate(people)]
    return min(ranked)[2] if ranked else ""


def _rank(person: Person) -> int:
    if person.group == "vague":
        return 3
    if person.group == "child" and person.start > 3 and " " not in person.text.strip():
        return 2  # "Report on the child by …": the child is not who gave it.
    return 1 if person.group == "authority" else 0


def _role(text: str) -> str:
    """The key of who gave the advice, or an empty string."""
    key = _best([p for p in _roles(text) if p.group != "vague"])
    if key:
        return key
    return "child" if _has("views", text) else ""


@cache
def _not_names() -> frozenset[str]:
    return frozenset(" ".join(data("advice")["words"]["not_a_name"].replace(",", " ").split()).split())


def _author(text: str, *, free: bool) -> str:
    """The name in a cell or line; with ``free`` (a column for persons) what is left when roles and dates are out."""
    titled = _TITLED.search(text)
    if titled:
        return titled[0].strip(_STRIP)
    roles = _roles(text)
    taken = [(p.start, p.end) for p in roles if p.group != "vague"] + [(d.start, d.end) for d in dates_of(text)]
    chars = list(text)
    for a, b in taken:
        chars[a:b] = "\n" * (b - a)
    pieces = [piece.strip(_STRIP) for piece in _PIECES.split("".join(chars))]
    pieces = [p for p in pieces if p and not {w.strip(".'’").lower() for w in p.split()} & _not_names()]
    for words in pieces:
        name = _NAME.search(words)
        if name and (name[0] == words or free):
            return name[0]
    for words in pieces:
        if _INITIALS.fullmatch(words) or (free and not taken and re.fullmatch(_WORD, words)):
            return words
    return ""
