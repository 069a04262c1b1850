"""The same expression, turned away sooner: from nearly every place by a look at the next few characters.

The expressions of the word lists name dozens of words each, and are tried at every word of a text. ``guarded`` puts
before one the characters with which whatever it finds must begin, as a tree: "(?=a(?:ll|bo)|u(?:p |nt))". Nothing else
changes: a guard takes up no room, and everything that the expression can find begins as the guard says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as _op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_DEPTH = 3
"""Characters to look at."""
_MOST = 400
"""More beginnings than this would make the guard as dear as what it guards."""
_FEWEST = 4
"""With fewer, the expression is as quick without."""

_Start = tuple[str, ...]
"""The first characters of a text as expressions of one character each, ``_DEPTH`` at most."""


class _Unknown(Exception):
    """How a part begins cannot be told in short."""


def guarded(expression: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile`` with a guard, where one saves anything. Groups keep their numbers and names."""
    parsed = _parser.parse(expression, flags)
    try:
        guard = _guard(parsed)
    except _Unknown:
        return re.compile(expression, flags)
    lead = re.match(r"\(\?[a-z]+\)", expression)  # Flags of the whole stand at its beginning.
    rest = expression[lead.end() :] if lead else expression
    return re.compile(f"{lead[0] if lead else ''}{guard}(?:{rest})", flags)


def _guard(parsed: Any) -> str:
    """The guard of an expression; ``_Unknown`` where it would be of no use."""
    if parsed.state.flags & (re.VERBOSE | re.ASCII | re.MULTILINE):
        raise _Unknown
    starts: dict[str, set[_Start]] = {"": set(), r"\b": set(), "^": set()}
    for anchor, sequence in _ways(list(parsed)):
        starts[anchor] |= {()} if anchor == "^" else _known_starts(sequence)
    anywhere, at_word = starts[""], starts[r"\b"]
    # Not worth a guard: what may begin with any letter, or in few ways, or is sought by its first letter anyhow.
    if not at_word or len(at_word | anywhere) < _FEWEST or any(not s or s[0] in _WIDE for s in at_word | anywhere):
        raise _Unknown
    looks = [f"{anchor}(?={_tree(found)})" for anchor, found in ((r"\b", at_word), ("", anywhere)) if found]
    if starts["^"]:
        looks.append("^")
    return looks[0] if len(looks) == 1 else f"(?:{'|'.join(looks)})"


_WIDE = frozenset((r"[\w]", r"[\W]", r"[\s\S]", "[a-z]", r"[\w\-]", r"[\w']", r"[\w\ ]", r"[a-z'\-]"))
_ANCHORS = {_op.AT_BOUNDARY: r"\b", _op.AT_BEGINNING: "^"}


def _ways(sequence: list[Any], anchor: str = "") -> Iterator[tuple[str, list[Any]]]:
    """The alternatives that a sequence opens with, each to its end, with what it asks of the place."""
    for number, (operation, value) in enumerate(sequence):
        rest = sequence[number + 1 :]
        if operation in (_op.ASSERT, _op.ASSERT_NOT):
            continue
        if operation is _op.AT and value in _ANCHORS:
            anchor = anchor if anchor == "^" else _ANCHORS[value]
            continue
        if operation is _op.SUBPATTERN and not value[1]:
            yield from _ways([*value[-1], *rest], anchor)
        elif operation is _op.BRANCH:
            for one in value[1]:
                yield from _ways([*one, *rest], anchor)
        else:
            yield anchor, sequence[number:]
        return
    raise _Unknown


def _known_starts(sequence: list[Any]) -> set[_Start]:
    """How a whole alternative may begin, as far as that can be told."""
    for depth in range(_DEPTH, 0, -1):
        try:
            return _starts(sequence, depth)
        except _Unknown:
            continue
    raise _Unknown


def _starts(sequence: Any, depth: int) -> set[_Start]:
    """The first ``depth`` characters of what a sequence finds; a start of fewer is the whole of it."""
    found: set[_Start] = {()}
    for operation, value in sequence:
        shortest = min(map(len, found))
        if shortest >= depth:
            break
        if operation in (_op.AT, _op.ASSERT, _op.ASSERT_NOT):
            continue  # They take up no room, and what they ask for besides is asked by the expression itself.
        found = _joined(found, _begins(operation, value, depth - shortest), depth)
    return found


def _joined(starts: set[_Start], more: set[_Start], depth: int) -> set[_Start]:
    found = {(a + b)[:depth] for a in starts for b in more}
    if len(found) > _MOST:
        raise _Unknown
    return found


def _begins(operation: Any, value: Any, depth: int) -> set[_Start]:
    """How one part of a sequence may begin."""
    if operation is _op.LITERAL:
        return {(re.escape(chr(value)),)}
    if operation is _op.NOT_LITERAL:
        return {(f"[^{re.escape(chr(value))}]",)}
    if operation is _op.ANY:
        return {(r"[\s\S]",)}
    if operation is _op.IN:
        return {(_class(value),)}
    if operation is _op.SUBPATTERN and not value[1]:
        return _starts(value[-1], depth)
    if operation is _op.BRANCH:
        return set[_Start]().union(*(_starts(one, depth) for one in value[1]))
    if operation in (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT):
        least, most, inner = value
        once = _starts(inner, depth)
        if () in once:
            raise _Unknown
        found: set[_Start] = {()} if least == 0 else set()
        run: set[_Start] = {()}
        times = min(int(most), depth)  # So many fill the depth, since each takes up a character at least.
        for number in range(1, times + 1):
            run = _joined(run, once, depth)
            if number >= min(least, times):
                found |= run
        return found
    raise _Unknown


def _class(parts: Any) -> str:
    kinds = {
        _op.CATEGORY_DIGIT: r"\d",
        _op.CATEGORY_NOT_DIGIT: r"\D",
        _op.CATEGORY_SPACE: r"\s",
        _op.CATEGORY_NOT_SPACE: r"\S",
        _op.CATEGORY_WORD: r"\w",
        _op.CATEGORY_NOT_WORD: r"\W",
    }
    said = ""
    for kind, value in parts:
        if kind is _op.NEGATE:
            said += "^"
        elif kind is _op.LITERAL:
            said += re.escape(chr(value))
        elif kind is _op.RANGE:
            said += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            said += kinds[value]
    return f"[{said}]"


def _tree(starts: set[_Start]) -> str:
    """The starts as one expression, what they share written once; a start within a longer one takes its place."""
    if () in starts:
        return ""
    branches: dict[str, set[_Start]] = {}
    for start in sorted(starts):
        branches.setdefault(start[0], set()).add(start[1:])
    by_rest: dict[str, list[str]] = {}
    for first, rest in branches.items():
        by_rest.setdefault(_tree(rest), []).append(first)
    written: list[str] = []
    for rest_of, firsts in by_rest.items():
        if len(firsts) > 1 and not rest_of:
            single = [f for f in firsts if not f.startswith("[") and len(f.lstrip("\\")) == 1]
            written.extend(f for f in firsts if f not in single)
            if single:
                written.append(f"[{''.join(single)}]" if len(single) > 1 else single[0])
        else:
            written.extend(first + rest_of for first in firsts)
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"
