"""What every report takes besides the Run, and how words of a plan are made safe to show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ehcaudit.model import Warning
from ehcaudit.readers.base import Limits

if TYPE_CHECKING:
    from ehcaudit.history import Point

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""C0 and C1 controls (U+009B alone starts a terminal sequence), bidirectional controls and lone surrogates."""
_BREAKS = re.compile(r"[\t\n\r\v\f]+")
_MONTHS: Final = "January February March April May June July August September October November December"


Edition = Literal["full", "dco", "parents", "caseworker", "board"]
"""For whom a report is made: everybody; a designated clinical officer (health first); parents and carers; the
caseworker (what to change before issue); a board (figures)."""
EDITIONS: Final[tuple[Edition, ...]] = ("full", "dco", "parents", "caseworker", "board")


FEW: Final = 5
"""Fewer children than this are not counted out, where the settings say nothing else (the Office for National
Statistics' usual threshold for health and school statistics)."""


class Beside(NamedTuple):
    """Where another report of the same run is written."""

    path: Path
    folder: bool


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is to look. Reports that are files for machines take no notice of it."""

    width: int = 80
    """Columns of the terminal."""
    color: bool = False
    """Terminal colours and bold."""
    verbosity: int = 0
    """-1: a line for each plan; 0: the usual report; 1: everything, and each plan's own report in a run of many."""
    edition: Edition = "full"
    redact: bool = False
    """The Run that a report is given is then ``redact.redacted`` already; what is left to do is ``redact.few``."""
    smallest: int = FEW
    """Fewer children than this are not counted out."""
    trend: Sequence[Point] = ()
    """The runs that a store remembers, this one the last; empty where there is no store."""
    limits: Limits = field(default_factory=Limits)
    """How much one file may cost a report that opens the plans once more."""

    place: Path | None = None
    """Where the report will stand once it is whole; what stands there now is replaced then. None: it is printed."""
    beside: Mapping[str, Beside] = field(default_factory=dict)
    """By its name each report that the same command writes, so that one can lead to another, there already or not."""


def cannot_be_redacted(report: str) -> str:
    """The sentence for a report that shows whole plans."""
    return f"--report {report}: copies of plans hold all their words, so they cannot be redacted; leave out --redact"


def plain(text: str) -> str:
    """Text of one line that no terminal takes for a command: what is not printable is shown as ``<U+001B>``."""
    if text.isprintable():  # True of nearly all text, and never of what is replaced here.
        return text
    return _UNSAFE.sub(lambda found: f"<U+{ord(found[0]):04X}>", _BREAKS.sub(" ", text))


def bare(text: str) -> str:
    """Text of one line with what is not printable taken out, so that words stay whole words."""
    return _UNSAFE.sub("", _BREAKS.sub(" ", text))


def escaped(json_text: str) -> bytes:
    """JSON as UTF-8, with every character that a terminal or a line reader might act on as its ``\\u`` escape."""
    safe = re.sub(
        "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        json_text,
    )
    return safe.encode("utf-8")


def spoken(day: date) -> str:
    """A date as people write it: 3 March 2026."""
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 plan, 2 plans."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def warning_words(warning: Warning) -> str:
    """A warning's sentence, with how often where it happened more than once and the sentence does not say."""
    if warning.count > 1 and str(warning.count) not in warning.message:
        return f"{warning.message.rstrip('.')} ({warning.count} times)."
    return warning.message


@cache
def section_names() -> dict[str, str]:
    """Section letter → its name in plain words."""
    lines = files("ehcaudit").joinpath("data", "section_names.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def section_label(letter: str) -> str:
    """A section's heading in a report: "Section E: Outcomes"; for no letter "The plan as a whole"."""
    name = section_names().get(letter, "")
    return (f"Section {letter}: {name}" if name else f"Section {letter}") if letter else "The plan as a whole"
