"""Rule files (TOML, one rule each) → a RuleSet that knows each rule's words, check, sources and examples.

A rule's id is ``<folder>/<file name>``; the folder is its theme. Unknown keys are refused with the nearest right one.
What was checked once need not be checked again: a store remembers rules by the bytes of their files (``load_rules``).
"""

from __future__ import annotations

import hashlib
import json
import string
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from ehcaudit.checks import CheckType, Options, check_type, module_of
from ehcaudit.checks.base import PLACES
from ehcaudit.errors import RuleError
from ehcaudit.model import Basis, Confidence, RuleCard, Severity, Source

THEMES: Mapping[str, str] = {
    "structure": "Structure",
    "voice": "Child's and parents' voice",
    "needs": "Needs",
    "outcomes": "Outcomes",
    "provision": "Provision",
    "health-and-care": "Health and social care",
    "thread": "Golden thread",
    "dates": "Dates and advice",
    "adulthood": "Preparing for adulthood",
    "identity": "Identity",
    "plain-language": "Plain language",
    "timeliness": "Timeliness",
}
"""Theme key → the words of a report. A local rule may bring a theme of its own."""
PERSONAS: tuple[str, ...] = ("statutory", "quality", "pedantic")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(_Strict):
    """What a rule rests on. ``checked`` is left out where the fact is known but its page could not be read."""

    cite: str
    checked: date | None = None


class Example(_Strict):
    """A good or bad example: Markdown, put through the real pipeline.

    ``text`` alone is put under the heading of the rule's own section. ``sections`` instead replaces sections of the
    stock plan (``data/example_plan.md``): text, "" for a heading with nothing under it, false for no such section.
    """

    text: str = ""
    sections: dict[str, str | Literal[False]] = Field(default_factory=dict)
    front: str | None = None
    """Replaces the stock plan's front page (title, status, dates)."""
    quote: str | list[str] = ""
    """The words a bad example's finding must quote; empty where something is missing and nothing can be quoted."""
    query: bool = False
    """A person must decide: the rule answers ``query``."""
    as_of: date | None = None
    known_gap: str | bool = False
    """What the rule is known to get wrong here (a strict expected failure)."""
    note: str = ""

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quotes that must be found, as a tuple."""
        return (self.quote,) if isinstance(self.quote, str) and self.quote else tuple(self.quote or ())


class RuleFile(_Strict):
    """The schema of one rule file, but for ``[check]``, which its check type validates."""

    title: str
    theme: str
    severity: Severity
    confidence: Confidence = "high"
    where: tuple[str, ...]
    basis: Basis
    persona: Literal["statutory", "quality", "pedantic"] = "quality"
    message: str
    why: str
    fix: str
    praise: str = ""
    weight: float | None = Field(default=None, ge=0)
    sources: tuple[SourceEntry, ...] = Field(min_length=1)
    check: dict[str, Any]
    bad: tuple[Example, ...] = Field(min_length=1)
    good: tuple[Example, ...] = Field(min_length=1)
    known_gaps: tuple[str, ...] = ()

    @field_validator("where", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("where")
    @classmethod
    def _known_places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            if place not in PLACES:
                raise ValueError(f"“{place}” is not a place{nearest(place, PLACES)}")
        return value


DEFAULT_WEIGHTS: Mapping[str, float] = {"critical": 8, "major": 4, "minor": 2, "advice": 1}
"""What a rule counts in its theme where the file gives no weight of its own."""


@dataclass(frozen=True)
class Rule:
    """One rule, ready to run. What a report or a gate asks of it is at hand; the rest is made when it is asked for."""

    id: str
    text: str
    """Its file, checked, as JSON: what the rule is."""
    origin: str = ""
    """Where it came from, for ``rules``: ``built in`` or the local folder's name."""
    module: str = ""
    """The module of ``checks`` that its check type is in."""
    single_statement: bool = False
    """As its check's Options say."""
    dated: bool = False
    """As its check's Options say."""

    def __reduce__(self) -> tuple[type[Rule], tuple[object, ...]]:
        return Rule, (self.id, self.text, self.origin, self.module, self.single_statement, self.dated)

    @cached_property
    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(self.text)
        return plain

    @cached_property
    def file(self) -> RuleFile:
        """What its file says."""
        return RuleFile.model_validate_json(self.text)

    @cached_property
    def options(self) -> Options:
        """What its file says of its check, as that takes it."""
        return self.check.options.model_validate({k: v for k, v in self._plain["check"].items() if k != "type"})

    @property
    def kind(self) -> str:
        """The word of its check type."""
        return str(self._plain["check"]["type"])

    @property
    def check(self) -> CheckType:
        """Its check type; loads the module that it is in."""
        return check_type(self.kind, self.module)

    @property
    def theme(self) -> str:
        """Its folder's name."""
        return self.id.partition("/")[0]

    @property
    def persona(self) -> str:
        """From which persona on it is in force."""
        return str(self._plain["persona"])

    @property
    def weight(self) -> float:
        """What it counts in its theme's score."""
        return self.card.weight

    @cached_property
    def card(self) -> RuleCard:
        """The part of the rule that reports need."""
        rule = self._plain
        weight = rule["weight"]
        return RuleCard(
            self.id,
            rule["title"],
            rule["theme"],
            rule["severity"],
            rule["confidence"],
            rule["basis"],
            rule["why"],
            rule["fix"],
            tuple(Source(s["cite"], s["checked"] and date.fromisoformat(s["checked"])) for s in rule["sources"]),
            tuple(rule["where"]),
            DEFAULT_WEIGHTS[rule["severity"]] if weight is None else weight,
            rule["praise"],
            self.single_statement,
        )


@dataclass(frozen=True)
class RuleSet:
    """The rules of a run in id order, with the reason why each is on or off."""

    rules: tuple[Rule, ...]
    off: Mapping[str, str] = field(default_factory=dict)
    """Rule id → why it is switched off."""
    key: str = field(default="", compare=False)
    """Digest of the files that the rules were read from."""

    def __iter__(self) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.id not in self.off)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, rule_id: str) -> Rule:
        """One rule, on or off; raises RuleError with the nearest id where there is none of that name."""
        for rule in self.rules:
            if rule.id == rule_id or rule.id.rpartition("/")[2] == rule_id:
                return rule
        raise RuleError(
            f"there is no rule “{rule_id}”{nearest(rule_id, [r.id for r in self.rules])}; "
            "“ehcaudit rules” lists them all"
        )

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits that change when the text of any rule in force changes."""
        mixed = hashlib.sha256()
        for rule in self:
            mixed.update(f"{rule.id}\0{rule.text}\0".encode())
        return mixed.hexdigest()[:12]

    def choose(self, *, select: Iterable[str] = (), ignore: Iterable[str] = (), persona: str = "quality") -> RuleSet:
        """The same rules with some switched off.

        ``select`` and ``ignore`` take ids, themes or ``theme/*``; a name that fits nothing raises RuleError. A
        selected rule runs whatever its persona; otherwise rules of a noisier persona than asked for are off.
        """
        select, ignore = tuple(select), tuple(ignore)
        chosen, ignored = self._named(select), self._named(ignore)
        off = dict(self.off)
        for rule in self.rules:
            if rule.id in ignored:
                off[rule.id] = "ignored"
            elif select and rule.id not in chosen:
                off[rule.id] = "not selected"
            elif not select and PERSONAS.index(rule.persona) > PERSONAS.index(persona):
                off[rule.id] = f"for the {rule.persona} persona"
        return replace(self, off=off)

    def _named(self, names: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        known = [rule.id for rule in self.rules]
        themes = sorted({rule.theme for rule in self.rules})
        for name in names:
            bare = name.removesuffix("/*").rstrip("/")
            hits = {i for i in known if i == bare or i.partition("/")[0] == bare or i.rpartition("/")[2] == bare}
            if not hits:
                raise RuleError(f"there is no rule or theme “{name}”{nearest(name, [*known, *themes])}")
            found |= hits
        return found


def nearest(word: str, known: Iterable[str]) -> str:
    """A tail for an error message: '; did you mean “…”?', or nothing where nothing is near."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean “{close[0]}”?" if close else ""


def rules_folder() -> Path:
    """The folder of the built-in rules: inside the installed package, or at the root of a checkout."""
    packaged = Path(__file__).parent / "rule_files"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "rules"


class Known(Protocol):
    """What remembers rules that were checked: a store."""

    def rules(self, key: str) -> bytes | None:
        """What was kept under this key, by this very program; None where nothing was."""


_ENTRIES: TypeAdapter[list[tuple[str, str, str, str, bool, bool]]] = TypeAdapter(
    list[tuple[str, str, str, str, bool, bool]], config=ConfigDict(defer_build=True)
)


def packed(rules: RuleSet) -> bytes:
    """All rules, on or off, as bytes for a store."""
    entries = [(r.id, r.text, r.origin, r.module, r.single_statement, r.dated) for r in rules.rules]
    return _ENTRIES.dump_json(entries)


def load_rules(*folders: Path | str, known: Known | None = None) -> RuleSet:
    """The built-in rules and those of local folders (which may replace a built-in rule of the same id).

    Files whose very bytes ``known`` remembers are not parsed and checked again. Raises RuleError, naming the file and
    the key, on anything that is not exactly a rule.
    """
    files: list[tuple[Path, str, bytes]] = []
    for number, folder in enumerate((rules_folder(), *(Path(f) for f in folders))):
        if not folder.is_dir():
            raise RuleError(f"{folder}: there is no such folder of rules")
        paths = sorted(folder.glob("*/*.toml"))
        if not paths:
            raise RuleError(f"{folder}: holds no rules; a rule is a file <theme>/<rule-id>.toml")
        files += [(path, "built in" if number == 0 else str(folder), _bytes_of(path)) for path in paths]
    key = _key_of(files)
    if known and (kept := known.rules(key)) and (rules := _unpacked(kept)):
        return RuleSet(rules, key=key)
    found = {rule.id: rule for rule in (_checked(path, origin, payload) for path, origin, payload in files)}
    return RuleSet(tuple(found[key] for key in sorted(found)), key=key)


def _key_of(files: Sequence[tuple[Path, str, bytes]]) -> str:
    mixed = hashlib.sha256(sys.version.encode())  # Which patterns are right, Python's version decides.
    for path, origin, payload in files:
        for part in (
            origin.encode("utf-8", "surrogateescape"),
            _id_of(path).encode("utf-8", "surrogateescape"),
            payload,
        ):
            mixed.update(len(part).to_bytes(8, "big") + part)
    return mixed.hexdigest()


def _unpacked(payload: bytes) -> tuple[Rule, ...]:
    try:
        return tuple(Rule(*entry) for entry in _ENTRIES.validate_json(payload))
    except ValidationError:
        return ()


def load_rule(path: Path, *, origin: str = "") -> Rule:
    """One rule file. Raises RuleError with the file, the key and what would be right."""
    return _checked(path, origin, _bytes_of(path))


def _id_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None


def _checked(path: Path, origin: str, payload: bytes) -> Rule:
    from ehcaudit.checks import CHECKS

    try:
        raw = tomllib.loads(payload.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: is not TOML: {error}") from None
    try:
        file = RuleFile.model_validate(raw)
    except ValidationError as error:
        raise RuleError(f"{path}: {explain_errors(error, RuleFile)}") from None
    if file.theme != path.parent.name:
        raise RuleError(f"{path}: theme is “{file.theme}”, but its folder is “{path.parent.name}”")
    kind = str(file.check.get("type", ""))
    if kind not in CHECKS:
        raise RuleError(f"{path}: check.type “{kind}” is not a check{nearest(kind, CHECKS)}")
    entry = CHECKS[kind]
    rule = Rule(
        _id_of(path),
        file.model_dump_json(),
        origin,
        module_of(entry),
        entry.options.single_statement,
        entry.options.dated,
    )
    try:
        _ = rule.options
    except ValidationError as error:
        raise RuleError(f"{path}: check: {explain_errors(error, entry.options)}") from None
    try:
        list(string.Formatter().parse(file.message))
    except ValueError as error:
        raise RuleError(f"{path}: message: {error}") from None
    return rule


def explain_errors(error: ValidationError, model: type[BaseModel]) -> str:
    """Pydantic's first complaint as one sentence, with the nearest right key for an unknown one."""
    errors = error.errors()
    # A mistyped key is also missing under its right name; what was written says more than what was not.
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"“{place}” is not a key{nearest(str(first['loc'][-1]), model.model_fields)}"
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"
