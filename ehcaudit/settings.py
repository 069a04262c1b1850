"""Defaults < ``ehcaudit.toml`` < flags → one frozen Settings value, and from it what the engine takes.

Unknown keys and values are refused, with the file, the key and the nearest right name. Nothing is read but that file.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from ehcaudit.checks import Policy
from ehcaudit.errors import RuleError, SettingsError, UsageError
from ehcaudit.gates import Gate, Share, Waiver
from ehcaudit.model import SECTION_LETTERS
from ehcaudit.readers.base import Limits
from ehcaudit.reports.base import FEW
from ehcaudit.rules import THEMES, Known, RuleSet, load_rules, nearest
from ehcaudit.scoring import GRADES, THEME_WEIGHTS, Scale

FILE_NAME = "ehcaudit.toml"
FailOn = Literal["critical", "major", "minor", "advice", "never"]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Blanks alone name nobody and give no reason."""
Months = Annotated[int, Field(ge=1, le=1200)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesPart(_Part):
    """``[rules]``: which rules are in force."""

    select: tuple[str, ...] = ()
    """Ids, themes or ``theme/*``; empty: all of the persona."""
    ignore: tuple[str, ...] = ()
    persona: Literal["statutory", "quality", "pedantic"] = "quality"
    folders: tuple[str, ...] = ()
    """Folders of local rules; a relative one starts at the settings file."""


class PolicyPart(_Part):
    """``[policy]``: what an authority may set, because no law sets it."""

    advice_months: dict[str, Months] = Field(default_factory=dict)
    """Oldest accepted age of advice in months at the plan's date, by role; ``default`` for the others."""
    review_months: Months = Policy().review_months


class LanguagePart(_Part):
    """``[language]``: what a user has for reading English besides what comes with ehcaudit."""

    model: str = ""
    """A trained spaCy model that finds people's names: its package, or its folder (with a slash in it; a relative one
    starts at the settings file). Then ``identity/person-named`` finds names that no title or label announces."""


class ScorePart(_Part):
    """``[score]``: how scores and indicative grades are made."""

    themes: dict[str, Weight] = Field(default_factory=dict)
    """Theme → its weight in the overall score; a theme that is not named keeps its own."""
    grades: dict[str, Percent] = Field(default_factory=lambda: dict(GRADES))
    """Grade → the lowest score that earns it. One of them starts at 0."""
    cap: str = Scale().cap
    """Highest grade while a rule of law is not met."""
    min_coverage: Annotated[float, Field(ge=0, le=1)] = Scale().min_coverage
    """Below this share of what applies no grade is given."""

    @field_validator("grades")
    @classmethod
    def _grades_reach_down_to_nought(cls, grades: dict[str, float]) -> dict[str, float]:
        if len(set(grades.values())) != len(grades) or 0 not in grades.values():
            raise ValueError("each grade needs a cut-off of its own, and the lowest one is 0")
        return grades

    @model_validator(mode="after")
    def _cap_is_a_grade(self) -> ScorePart:
        if self.cap not in self.grades:
            raise ValueError(f"cap “{self.cap}” is not one of the grades{nearest(self.cap, self.grades)}")
        return self


class CaseloadPart(_Part):
    """``[caseload]``: what is said of many plans together."""

    smallest: Annotated[int, Field(ge=3, le=1000)] = FEW
    """Fewer children than this are not counted out. "Under 2" would say one."""


class SharePart(_Part):
    """An entry of ``shares``: so many per cent of the plans must be as it says."""

    name: str = Field(min_length=1)
    """In words, for the verdict: “plans that carry the child's voice”."""
    at_least: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    rules: tuple[str, ...] = ()
    """Ids or themes: none of them finds a fault, and one is met."""
    theme: str = ""
    min_score: Percent | None = None
    """Of the theme, or without one of the plan."""

    @model_validator(mode="after")
    def _says_something(self) -> SharePart:
        if not self.rules and self.min_score is None:
            raise ValueError("say what the plans must be like: rules, or min_score (of a theme)")
        if self.theme and self.min_score is None:
            raise ValueError("a theme needs min_score beside it")
        return self


class PresetPart(_Part):
    """What makes the verdict ``findings`` and the exit code 1."""

    fail_on: FailOn = "minor"
    min_score: Percent | None = None
    min_themes: dict[str, Percent] = Field(default_factory=dict)
    """Theme → the least that each plan must score in it."""
    shares: tuple[SharePart, ...] = ()


class GatePart(PresetPart):
    """``[gate]``, and under it named presets, ``[gate.presets.NAME]``: what one does not set is as in ``[gate]``."""

    presets: dict[str, PresetPart] = Field(default_factory=dict)


class WaiverPart(_Part):
    """An entry of ``[[waivers]]``: a fault that somebody answers for, until a day. All but the last are required."""

    rule: str
    plan: Said
    reason: Said
    owner: Said
    expires: date
    fingerprint: str = ""


_FLAGGED: Mapping[str, type[BaseModel]] = {"rules": RulesPart, "gate": GatePart}
"""The parts whose keys are flags as well."""
_FLAGS: Mapping[str, str] = {"min_themes": "min-theme", "folders": "rules"}
"""Keys whose flag is called otherwise."""


def _limits_model() -> type[BaseModel]:
    """``[limits]``: the readers' own limits, key for key, each a positive number."""
    hints = typing.get_type_hints(Limits)
    fields: dict[str, Any] = {
        one.name: (Annotated[hints[one.name], Field(gt=0)], one.default) for one in dataclasses.fields(Limits)
    }
    return create_model("LimitsPart", __base__=_Part, **fields)


LimitsPart = _limits_model()


class EngineOptions(TypedDict):
    """Keyword arguments of ``engine.audit``."""

    policy: Policy
    limits: Limits
    scale: Scale
    gate: Gate
    waivers: tuple[Waiver, ...]


class Settings(_Part):
    """Everything that may be set, checked."""

    rules: RulesPart = RulesPart()
    policy: PolicyPart = PolicyPart()
    language: LanguagePart = LanguagePart()
    score: ScorePart = ScorePart()
    gate: GatePart = GatePart()
    waivers: tuple[WaiverPart, ...] = ()
    caseload: CaseloadPart = CaseloadPart()
    limits: LimitsPart = Field(default_factory=LimitsPart)  # type: ignore[valid-type]
    origin: str = ""
    """The settings file that was read, for messages; empty where there was none."""

    @classmethod
    def load(cls, path: Path | str | None = None, *, preset: str | None = None, **flags: object) -> Settings:
        """The settings of a file (none: the defaults), with one of its gates and then the flags over them.

        A flag is named like its key (``select``, ``fail_on`` …) and counts where it is neither None nor empty; it
        replaces the file's value, but ``folders`` adds to it. Raises SettingsError for the file, UsageError for a flag.
        """
        tables = _read(Path(path)) if path is not None else {}
        settings = cls._checked(tables, str(path) if path is not None else "")
        if preset is not None:
            presets = settings.gate.presets
            if preset not in presets:
                known = f"{nearest(preset, presets)} (there are: {', '.join(presets) or 'none'})"
                raise UsageError(f"--gate: “{preset}” is not a gate of the settings{known}")
            chosen = {**settings.gate.model_dump(), **presets[preset].model_dump(exclude_unset=True)}
            settings = settings.model_copy(update={"gate": GatePart.model_validate(chosen)})
        for flag, value in flags.items():
            if value is None or value == () or value == [] or value == {}:
                continue
            name = next((name for name, part in _FLAGGED.items() if flag in part.model_fields), None)
            if name is None:
                raise UsageError(f"“{flag}” is not a setting")
            if flag == "folders":
                value = (*settings.rules.folders, *map(str, typing.cast(Iterable[object], value)))
            try:
                part = _FLAGGED[name].model_validate({**getattr(settings, name).model_dump(), flag: value})
            except ValidationError as error:
                raise UsageError(
                    f"--{_FLAGS.get(flag, flag).replace('_', '-')}: {_complaint(error, _FLAGGED[name])}"
                ) from None
            settings = settings.model_copy(update={name: part})
        return settings

    @classmethod
    def _checked(cls, tables: dict[str, Any], origin: str) -> Settings:
        try:
            if "origin" in tables:
                raise SettingsError(f"{origin}: “origin” is not a key")
            settings = cls.model_validate({**tables, "origin": origin})
        except ValidationError as error:
            raise SettingsError(f"{origin}: {_complaint(error, cls)}") from None
        folders = tuple(str(Path(origin).parent / folder) for folder in settings.rules.folders)
        model = settings.language.model
        if "/" in model or "\\" in model:
            model = str(Path(origin).parent / model)
        rules = settings.rules.model_copy(update={"folders": folders})
        return settings.model_copy(update={"rules": rules, "language": LanguagePart(model=model)})

    def rule_set(self, known: Known | None = None) -> RuleSet:
        """The rules in force; those that ``known`` remembers are not checked again. Raises RuleError; SettingsError
        where a theme or a waiver's rule does not exist."""
        loaded = load_rules(*self.rules.folders, known=known)
        themes = sorted({*THEMES, *(rule.theme for rule in loaded.rules)})
        gates: dict[str, PresetPart] = {f"gate.presets.{name}": gate for name, gate in self.gate.presets.items()}
        gates["gate"] = self.gate
        named = [("score.themes", theme) for theme in self.score.themes]
        named += [(f"{key}.min_themes", theme) for key, gate in gates.items() for theme in gate.min_themes]
        named += [(f"{key}.shares", one.theme) for key, gate in gates.items() for one in gate.shares if one.theme]
        for key, theme in named:
            if theme not in themes:
                raise SettingsError(f"{self.origin}: {key}: “{theme}” is not a theme{nearest(theme, themes)}")
        for waiver in self.waivers:
            try:
                loaded.get(waiver.rule)
            except RuleError as error:
                raise SettingsError(f"{self.origin}: waivers: {error}") from None
        return loaded.choose(select=self.rules.select, ignore=self.rules.ignore, persona=self.rules.persona)

    def engine_options(self, rules: RuleSet | None = None) -> EngineOptions:
        """What ``engine.audit`` takes besides the rules; ``rules`` are those in force, where they are at hand.

        Raises SettingsError where a share names a rule that is not in force.
        """
        policy = Policy()
        themes = {**THEME_WEIGHTS, **self.score.themes}
        return {
            "policy": Policy(
                {**policy.advice_months, **self.policy.advice_months}, self.policy.review_months, self._model()
            ),
            "limits": self.reader_limits(),
            "scale": Scale(themes, dict(self.score.grades), self.score.cap, self.score.min_coverage),
            "gate": self._gate(rules),
            "waivers": tuple(Waiver(**waiver.model_dump()) for waiver in self.waivers),
        }

    def _model(self) -> str:
        """The trained model, looked at. Raises SettingsError where it is not there or finds no names."""
        if self.language.model:
            from ehcaudit.language.trained import load

            try:
                load(self.language.model)
            except UsageError as error:
                raise SettingsError(f"{self.origin}: {error}") from None
        return self.language.model

    def _gate(self, rules: RuleSet | None) -> Gate:
        part = self.gate
        shares: list[Share] = []
        for one in part.shares:
            rules = self.rule_set() if rules is None else rules
            ids: set[str] = set()
            for name in one.rules:
                bare = name.removesuffix("/*").rstrip("/")
                hits = {r.id for r in rules if bare in (r.id, r.theme, r.id.rpartition("/")[2])}
                if not hits:
                    near = nearest(name, [known for r in rules for known in (r.id, r.theme)])
                    raise SettingsError(f"{self.origin}: shares: “{name}” is no rule or theme that is on{near}")
                ids |= hits
            shares.append(Share(one.name, one.at_least, frozenset(ids), one.theme, one.min_score))
        fail_on = None if part.fail_on == "never" else part.fail_on
        return Gate(fail_on, part.min_score, dict(part.min_themes), tuple(shares))

    def reader_limits(self) -> Limits:
        """How large, deep and slow a file may be."""
        limits: BaseModel = self.limits
        return Limits(**limits.model_dump())


def find_settings(start: Path) -> Path | None:
    """The nearest ``ehcaudit.toml`` in ``start`` or above it, not above a repository's root or the home folder."""
    home = Path.home()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / ".git").exists() or folder == home:
            return None
    return None


def parse_date(text: str) -> date:
    """A day as ISO or in British order: 2026-11-23, 23/11/2026, 23.11.2026, 23 November 2026, 23 Nov 2026."""
    shapes = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y")
    for shape in shapes:
        try:
            return datetime.strptime(text.strip(), shape).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    raise UsageError(f"“{text}” is not a date; write it as 2026-11-23 or 23/11/2026")


def parse_minima(values: Iterable[str]) -> dict[str, float]:
    """Theme → least score, from "voice=60" and "voice=60,outcomes=50"."""
    minima: dict[str, float] = {}
    for word in [word for value in values for word in value.split(",")]:
        theme, equals, figure = word.strip().partition("=")
        try:
            minima[theme.strip()] = float(figure)
        except ValueError:
            equals = ""
        if not equals or not theme.strip():
            raise UsageError(f"--min-theme: “{word}” is not THEME=SCORE, such as voice=60")
    return minima


def parse_sections(values: Iterable[str]) -> tuple[str, ...]:
    """Section letters from "E,F" or repeated flags, in any case and once each; "H" stands for H1 and H2."""
    letters: list[str] = []
    for word in ",".join(values).replace(" ", ",").split(","):
        letter = word.strip().upper()
        if letter == "H":
            letters += ["H1", "H2"]
        elif letter in SECTION_LETTERS:
            letters.append(letter)
        elif letter:
            raise UsageError(f"“{word}” is not a section; the letters are {', '.join(SECTION_LETTERS)}")
    return tuple(dict.fromkeys(letters))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such settings file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from None


def _complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """Pydantic's first complaint as one sentence; for an unknown key or choice with the nearest right one."""
    errors = error.errors()
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _keys_at(model, first["loc"][:-1])
        return f"“{place}” is not a key{nearest(str(first['loc'][-1]), known)}"
    if first["type"] == "literal_error":
        choices = [part.strip().strip("'") for part in str(first["ctx"]["expected"]).replace(" or ", ",").split(",")]
        value = str(first["input"])
        return f"{place}: “{value}” is not one of {', '.join(choices)}{nearest(value, choices)}"
    text = first["msg"].removeprefix("Value error, ")
    return f"{place}: {text[0].lower()}{text[1:]}" if place else text


def _keys_at(model: type[BaseModel], loc: Iterable[int | str]) -> list[str]:
    """The keys that a table may have, wherever it stands in the settings."""
    kind: Any = model
    for part in loc:
        named = isinstance(kind, type) and issubclass(kind, BaseModel)
        if named:
            if str(part) not in kind.model_fields:
                return []
            kind = kind.model_fields[str(part)].annotation
        else:  # A name in dict[str, Part], or a number in tuple[Part, ...].
            inner = typing.get_args(kind)
            if not inner:
                return []
            kind = inner[-1] if typing.get_origin(kind) is dict else inner[0]
    if not (isinstance(kind, type) and not isinstance(kind, types.GenericAlias) and issubclass(kind, BaseModel)):
        return []
    return [key for key in kind.model_fields if key != "origin"]


__all__ = ["FILE_NAME", "Settings", "find_settings", "parse_date", "parse_minima", "parse_sections"]
