"""One line of text → the section or sections that it heads, or nothing.

The letter outranks the title words: "Section D" over a title that says "health needs" is section D. Only H takes a
digit as its identity; A1, C2 and D1 are parts of A, C and D.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from ehcaudit.plan.lexicon import area_in, area_named, data, fold, plain, says_none
from ehcaudit.plan.sifted import Sifted, any_of

LONGEST = 340
"""No heading is longer, run-in content apart: the longest statutory title has 230 characters."""

_ORDER = ["A", "B", "C", "D", "E", "F", "G", "H", "H1", "H2", "I", "J", "K"]
Form = Literal["word", "letter", "alone", "title", "sentence"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a line heads."""

    letters: tuple[str, ...]
    title: str
    """The heading as written, without its letter."""
    form: Form
    """``word`` "Section B: needs"; ``letter`` "B – needs"; ``alone`` "Section B"; ``title`` "My needs";
    ``sentence`` "These people helped me to write this plan"."""
    content: int = -1
    """Where content that runs on in the same paragraph begins; -1: it holds none."""
    area: str = ""
    titled: bool = True
    """The title words are those of a section (of any section)."""

    @property
    def labelled(self) -> bool:
        """The letter stands in it."""
        return self.form in ("word", "letter", "alone")


# "Section H (ii)" and "H2" are the same; no other letter keeps its digit.
_LETTER = (
    r"(?:(?P<h>h) ?(?:(?P<one>1|\(1\)|\(?i\)?)|(?P<two>2|\(2\)|\(?ii\)?))|(?P<l>[a-k])(?: ?\(?[1-9]\)?)?)(?![\w'])"
)
_BARE = r"(?:(?P<h>h) ?(?:(?P<one>1|\(?i\)?)|(?P<two>2|\(?ii\)?))|(?P<l>[a-k])[1-9]?)(?![\w'])"
_WORD = re.compile(
    rf"^[\s\W\d_]{{0,8}}(?P<word>sections?|parts?) ?[-:]? ?[\"'(\[]?{_LETTER}[\"')\]]?"
    r"(?P<sep>\s*(?:[:.|;/\\]|-+|\))*\s*)"
)
_NEXT = re.compile(
    rf"(?P<paren>\([^()]{{3,}}\))?\s*(?P<join>,? ?\band\b|&|,|/|\+|-)\s*(?:sections?\s*)?[\"'(]?{_LETTER}[\"')]?\s*"
)
_SHORT = re.compile(rf"^[\s*•]*(?:\((?P<in>{_BARE})\)|{_BARE.replace('?P<', '?P<x')})(?P<sep>\s*(?:[:.)|]|-+)*\s*)")
_TRAILING = re.compile(rf"\s*(?:\(|[-:|,])\s*(?:sections?|parts?)? ?{_BARE}\)?[\s:.]*$")
_MANY = re.compile(r"\((?:sections? )?((?:[a-gi-k]|h[12]?)(?:(?: ?[-,/&+] ?| and )(?:[a-gi-k]|h[12]?))+)\)")
_LEADER = re.compile(r"\s*(?:\.{3,}|…{1,}|(?: \.){3,})[\s.…]*\d{0,3}$")
"""Dots that lead to a page number, on a page of contents."""
_FIELD = re.compile(r"[«{\[<][^»}\]>]*[»}\]>]+(?:'s)?")
_TITLE_WORD = re.compile(r"[a-z][a-z']*")
_SPACELESS = re.compile(r"^[\W\d_]*(?:section|part)([a-gi-k]|h[12]?)[:.\-]?(?=(\w+))")


@cache
def _shape(key: str) -> re.Pattern[str]:
    return re.compile(data("headings")["shape"][key])


@cache
def _cores() -> tuple[tuple[str, Sifted], ...]:
    return tuple((letter, Sifted(cores)) for letter, cores in data("headings")["core"].items())


@cache
def _tail() -> re.Pattern[str]:
    return re.compile(data("headings")["tail"])


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(data("headings")["vocabulary"].split())


@cache
def _spaceless() -> re.Pattern[str]:
    words = sorted((word for word in _vocabulary() if len(word) > 4), key=len, reverse=True)
    return re.compile(r"(?:the|my|a|any|other|all)?(?:" + "|".join(map(re.escape, words)) + ")")


@cache
def _sentences() -> tuple[tuple[str, Sifted], ...]:
    return tuple((letter, Sifted(texts)) for letter, texts in data("headings")["sentence"].items())


@cache
def _generics() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, any_of(words)) for kind, words in data("headings")["generic"].items())


@lru_cache(2048)
def titles(text: str) -> tuple[str, ...]:
    """The letters whose titles the words name, whatever else stands in the line."""
    line = plain(text)
    head = _tail().sub("", line).strip(" ,") or line
    found: list[str] = []
    for letter, core in _cores():
        if not core.search(line if letter == "H1" else head):
            continue
        if letter in ("H", "H2") and ("H1" in found or "H2" in found):
            continue
        if (
            letter == "B"
            and re.search(r"\b(?:provision|outcomes?)\b", head)
            and not re.search(r"needs?\b.*\b(?:and|,)", head)
        ):
            continue
        if letter == "B" and "F" in found and not re.search(r"needs\b", head):
            continue
        if letter == "B" and ("C" in found or "D" in found or "G" in found):
            continue
        if letter == "D" and "C" in found and "social" not in head and "and care" not in head:
            continue
        if letter in ("A", "K") and found:
            continue
        if letter == "I" and found:
            continue
        found.append(letter)
    return tuple(sorted(found, key=_ORDER.index))


@lru_cache(2048)
def all_title(text: str) -> bool:
    """Whether every word of a line is a word of titles."""
    line = plain(text)
    if "[" in line or "{" in line or "«" in line or "<" in line:
        line = _FIELD.sub(" ", line)
    known, words, strange = _vocabulary(), 0, 0
    for word in _TITLE_WORD.finditer(line):  # Most lines are strange from their first words on.
        words += 1
        if word[0] not in known:
            strange += 1
            if strange > 1:
                return False
    return bool(words) and strange <= (1 if words >= 10 else 0)


@lru_cache(2048)
def generic_of(text: str) -> str:
    """``need``, ``outcome``, ``provision`` or ``strength`` where a line says that word and nothing else."""
    line = plain(text) if len(text) < 90 else ""
    return next((kind for kind, words in _generics() if line and words.fullmatch(line)), "")


def _letter(found: re.Match[str], prefix: str = "") -> str:
    groups = found.groupdict()
    if groups.get(f"{prefix}h"):
        return "H1" if groups.get(f"{prefix}one") else "H2"
    return str(groups.get(f"{prefix}l") or "").upper()


def heading_of(text: str, label: str = "", *, item: bool = False) -> Heading | None:
    """What a paragraph heads. ``label`` is its automatic number; ``item``: it stands in a bulleted list."""
    if len(text) > 4000:
        return None
    shown = 0
    if label and re.search(r"[A-Za-z]", label):
        shown = len(label) + 1
        text = f"{label} {text}"
    if "..." in text or "…" in text or ". . ." in text:
        text = _LEADER.sub("", text)
    head = fold(text[: LONGEST + 60])
    found = (
        _worded(text, head, item)
        or (None if item else _lettered(text, head))
        or _run_together(text, head)
        or (None if item else _after_title(text, head))
    )
    if found and shown:
        content = -1 if found.content < 0 else max(found.content - shown, 0)
        return Heading(found.letters, found.title, found.form, content, found.area, found.titled)
    return found


def _ends_short(head: str) -> bool:
    """Whether the last word has three letters at most, as a section's letter and number have ("c", "h1", "hii")."""
    end = len(head)
    while end and not head[end - 1].isalnum():
        end -= 1
    return end < 4 or not head[end - 4 : end].isalnum()


def _after_title(text: str, head: str) -> Heading | None:
    """ "Special educational needs (Section B)": the title first, and it must be that of the letter."""
    found = _TRAILING.search(head) if len(text) <= LONGEST and _ends_short(head) else None
    if not found:
        return None
    title, letter = text[: found.start()].strip(" :-–—("), _letter(found)
    named = titles(title)
    if not title or not all_title(title) or not (letter in named or (letter == "H" and {"H1", "H2"} & set(named))):
        return None
    return Heading(_family([letter]), title, "letter", area=_area(title))


@lru_cache(2048)
def title_heading(text: str) -> Heading | None:
    """The same for a line that has no letter: by its title words alone, every one of which must be one."""
    if len(text) > LONGEST:
        return None
    line = plain(text)
    one = len(line) < 220 and ". " not in line
    for letter, sentence in _sentences():
        if sentence.search(line) if one else sentence.fullmatch(line):
            return Heading((letter,), text.strip(), "sentence")
    if len(line) > 230 or not all_title(text):
        return None
    letters = titles(text)
    return Heading(letters, text.strip(" :"), "title", area=_area(text)) if letters else None


def _worded(text: str, head: str, item: bool) -> Heading | None:
    """ "Section B: …", "PART F – …", "Sections C (…) and G (…)", "Section B"."""
    found = _WORD.match(head)
    if not found:
        return None
    letters = [_letter(found)]
    end = found.end()
    rest = head[end:]
    parens: list[str] = []
    while more := _NEXT.match(rest):
        if more["join"].strip(" ,") not in ("and", "&", "/", "+") and not found["word"].endswith("s"):
            break
        if more["paren"]:
            parens.append(more["paren"])
        letters.append(_letter(more))
        end += more.end()
        rest = head[end:]
    many = _MANY.search(head[end:]) if "(" in head[end:] else None
    if many and len(text) <= LONGEST:
        letters += [part.upper() for part in re.findall(r"\b(?:h[12]?|[a-k])\b", many[1])]
    letters = list(dict.fromkeys(letters))
    title = text[end:]
    while stripped := re.match(r"^[\s:.;|\])-]+|^[–—]+", title):
        title, end = title[stripped.end() :], end + stripped.end()
    bare = not title.strip()
    separated = bool(found["sep"].strip() or parens) or text[:end].rstrip()[-1:] in ":.-–—|"
    if text[found.start("word")].islower() and not bare and not separated:
        return None
    if not separated and _shape("refers").match(fold(title)):
        return None
    if re.match(r"^(?:,|\d|')", title):
        return None
    if bare and item:
        return None
    if bare:
        return Heading(_family(letters), "", "alone", titled=False)
    shown = "; ".join(p.strip("()") for p in parens)
    titled, content = _split_title(title, end)
    if content >= 0 and content == end:
        if not separated or (item and not titles(title)):
            return None
        return Heading(_family(letters), shown, "word", content, titled=False)
    clean = (text[end:content] if content >= 0 else title).strip(" :")
    if not separated and not titles(clean) and (_shape("sentence").search(fold(clean)) or len(clean) > 120):
        return None
    if (item and not titled) or (found["word"] == "part" and letters == ["I"] and "I" not in titles(clean)):
        return None
    if shown:
        clean = text[found.end() :].strip()
    return Heading(_family(letters), clean, "word", content, _area(clean), titled)


def _split_title(title: str, offset: int) -> tuple[bool, int]:
    """Whether a title's words are those of a section, and where run-in content begins (-1: nowhere)."""
    if all_title(title[:LONGEST]) and titles(title) and len(title) <= LONGEST:
        return True, -1
    cut = re.match(r"^(.{3,230}?)(?:[:.]\s+| - | – )(?=\S)", title)
    if cut and all_title(cut[1]) and titles(cut[1]):
        rest = title[cut.end() :]
        if (
            all_title(rest)
            or (len(rest) < 60 and not _shape("sentence").search(fold(rest)) and not says_none(rest))
            or area_in(rest)
        ):
            return True, -1
        return True, offset + cut.end()
    if says_none(title):
        return False, offset
    begins = _content_begins(title)
    if begins:
        return True, offset + begins
    if titles(title[:LONGEST]) and len(title) <= LONGEST and not re.search(r"[.!?]\s+[A-Z]", title):
        return True, -1
    if len(title) <= 100 and len(title.split()) <= 14 and not _shape("sentence").search(fold(title)):
        return False, -1
    return False, offset


def _content_begins(title: str) -> int:
    """Where, after a title that a mere line break ends, a sentence of content begins; 0: nowhere."""
    for word in re.finditer(r"(?<=[a-z)] )[A-Z][a-z'’]*\b", title[:LONGEST]):
        before, rest = title[: word.start()], title[word.start() :]
        if not all_title(before):
            return 0
        if titles(before) and not all_title(rest) and _shape("sentence").search(fold(rest)) and len(rest.split()) >= 3:
            return word.start()
    return 0


def _lettered(text: str, head: str) -> Heading | None:
    """ "B – Special Educational Needs", "(A) Views …", "C1. A summary of my health needs", "… (B-F-E)"."""
    if len(text) > LONGEST:
        return None
    many = _MANY.search(head) if "(" in head else None
    if many and not _shape("sentence").search(head) and len(text) < 200:
        letters = [part.upper() for part in re.findall(r"\b(?:h[12]?|[a-k])\b", many[1])]
        if set(letters) & set(titles(head[: many.start()])):
            return Heading(_family(letters), text.strip(), "letter", area=_area(text))
    found = _SHORT.match(head)
    if not found:
        return None
    letter = _letter(found) or _letter(found, "x")
    title = text[found.end() :].strip()
    if not letter or not title:
        return None
    bracketed, dotted = bool(found["in"]), bool(found["sep"].strip())
    digit = bool(re.search(r"\d", head[: found.end()])) and letter not in ("H1", "H2")
    if not (dotted or bracketed or digit or letter in ("H1", "H2")):
        return None  # "A teacher …", "I like …"
    named = titles(title)
    own = letter in named or (letter in ("H1", "H2") and bool({"H", "H1", "H2", "D"} & set(named)))
    history = letter == "A" and digit and "history" in fold(title) and len(title) < 90
    other = bool(named) and all_title(title) and (dotted or bracketed) and not digit
    if not (own or history or other):
        return None
    if re.search(r"[.!?]\s+\S", title) or (
        re.search(r"\b(?:will|has|is|was|receives?|requires|finds)\b", fold(title)) and not all_title(title)
    ):
        return None
    if (digit or letter == "E") and not all_title(title) and len(title) > 60 and letter != "A":
        head_words = _tail().sub("", plain(title))
        if not all_title(head_words):
            return None
    return Heading((letter,), title, "letter", area=_area(title))


def _run_together(text: str, head: str) -> Heading | None:
    """ "SectionBThechildoryoungperson'sspecialeducationalneeds": every space lost; needs title words."""
    if len(text) > LONGEST or "section" not in head[:20]:
        return None
    tight = re.sub(r"\s+", "", head)
    found = _SPACELESS.match(tight)
    if not found or not _spaceless().match(found[2]):
        return None
    letter = found[1].upper()
    start = re.search(rf"section ?{found[1]}[:.\-]?", head)
    title = text[start.end() :].strip() if start else text
    return Heading((letter,), title, "word")


def _area(title: str) -> str:
    """The area that a heading names; "including preparing for adulthood" is a remark, not an area."""
    area = area_in(title)
    return "" if area == "independence" and not area_named(title) else area


def _family(letters: list[str]) -> tuple[str, ...]:
    """H beside H1 or H2 says nothing more; H1 with H2 and nothing else is the one section H that does not split."""
    kept = [letter for letter in letters if not (letter == "H" and {"H1", "H2"} & set(letters))]
    return ("H",) if set(kept) == {"H1", "H2"} else tuple(kept)
