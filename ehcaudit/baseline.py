"""A run's plans as hashes and figures, kept in a file → what a later run finds new, known, moved or gone.

A baseline holds fingerprints and scores, never words, so that it may be shown to anybody.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ehcaudit.errors import UsageError
from ehcaudit.model import Summary

if TYPE_CHECKING:
    from ehcaudit.rules import RuleSet

BASELINE_SCHEMA = "ehcaudit.baseline/1"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnownPlan(_Strict):
    """What a baseline knows of one plan."""

    content: str
    score: float | None
    findings: str
    """Fingerprints in their order, a blank between them; ``*2`` behind one that occurs twice."""

    def counts(self) -> Counter[str]:
        """Fingerprint → how often."""
        known: Counter[str] = Counter()
        for word in self.findings.split():
            mark, _, times = word.partition("*")
            known[mark] += int(times) if times.isdigit() else 1
        return known


class Baseline(_Strict):
    """The state that a later run is held against: hashes and figures of each plan."""

    schema_: Annotated[Literal["ehcaudit.baseline/1"], Field(alias="schema")]
    method: str
    """Changes with the rules, the settings that matter and the version."""
    rules: dict[str, str]
    """Rule id → digest of its text."""
    plans: dict[str, KnownPlan]
    """Digest of the path, seen from the baseline's own folder → what is known."""


@dataclass(slots=True)
class Ledger:
    """A baseline that is read or written, beside the folder from which it sees the plans."""

    folder: Path
    method: str
    rules: Mapping[str, str]
    known: Baseline | None = None
    seen: dict[str, KnownPlan] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    """Keys of the plans of ``known`` that were found."""
    _moved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, *, method: str, rules: Mapping[str, str]) -> Ledger:
        """The baseline in a file. Raises UsageError where it is not one."""
        try:
            known = Baseline.model_validate_json(path.read_bytes())
        except OSError as error:
            raise UsageError(f"--baseline: {path} cannot be read ({error.strerror})") from None
        except ValidationError:
            raise UsageError(
                f"--baseline: {path} is not a baseline of this version; --write-baseline makes one"
            ) from None
        moved = {plan.content: key for key, plan in known.plans.items()}
        return cls(path.absolute().parent, method, rules, known, _moved=moved)

    @classmethod
    def begin(cls, path: Path, *, method: str, rules: Mapping[str, str]) -> Ledger:
        """A baseline to be written. Raises UsageError where it cannot be, or would replace something else."""
        if not path.parent.is_dir():
            raise UsageError(f"--write-baseline: there is no folder {path.parent}")
        if os.path.lexists(path):
            try:
                Baseline.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                raise UsageError(f"--write-baseline: {path} is there already and is not a baseline") from None
        return cls(path.absolute().parent, method, rules)

    def write(self, path: Path) -> None:
        """Write it whole or not at all. Raises UsageError."""
        try:
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self.document())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink()
                raise
        except OSError as error:
            raise UsageError(f"--write-baseline: {path} cannot be written ({error.strerror})") from None

    def key(self, path: str) -> str:
        """A plan's name in the baseline."""
        try:
            near = os.path.relpath(path, self.folder)
        except ValueError:  # Another drive on Windows.
            near = str(Path(path).absolute())
        return _digest(PurePath(near).as_posix())

    def find(self, summary: Summary) -> KnownPlan | None:
        """What is known of a plan, by its place or else by its content."""
        if self.known is None:
            return None
        key = self.key(summary.path)
        if key not in self.known.plans:
            key = self._moved.get(_digest(summary.sha256), "")
        if key in self.known.plans:
            self.met.add(key)
        return self.known.plans.get(key)

    def note(self, summary: Summary) -> None:
        """Take a plan into the baseline that is written."""
        marks = Counter(finding.fingerprint for finding in summary.findings)
        words = " ".join(mark if times == 1 else f"{mark}*{times}" for mark, times in sorted(marks.items()))
        self.seen[self.key(summary.path)] = KnownPlan(
            content=_digest(summary.sha256), score=shown(summary.scorecard.percent), findings=words
        )

    def document(self) -> bytes:
        """The baseline that is written, the same bytes for the same run."""
        value = {
            "schema": BASELINE_SCHEMA,
            "method": self.method,
            "rules": dict(sorted(self.rules.items())),
            "plans": {key: plan.model_dump() for key, plan in sorted(self.seen.items())},
        }
        return (json.dumps(value, indent=1) + "\n").encode()

    @property
    def comparable(self) -> bool:
        """Scores are of the same rules and settings."""
        return self.known is not None and self.known.method == self.method

    def remarks(self) -> list[str]:
        """What was not compared, and why."""
        if self.known is None:
            return []
        notes: list[str] = []
        changed = sum(self.known.rules.get(rule) != digest for rule, digest in self.rules.items())
        if not self.comparable:
            what = f"{count(changed, 'rule')} new or changed" if changed else "other settings or another version"
            notes.append(
                f"baseline: {what} since it was written: scores are not compared, "
                "and a finding may be new to the rules, not to the plan"
            )
        gone = len(self.known.plans) - len(self.met)
        if gone:
            notes.append(f"baseline: {count(gone, 'plan')} of it {'was' if gone == 1 else 'were'} not in this run")
        return notes


def shown(percent: float | None) -> float | None:
    """A score as people see it: to one decimal."""
    return None if percent is None else round(percent, 1)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def count(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it must be."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def rule_digests(rules: RuleSet) -> dict[str, str]:
    """Rule id → eight hex digits that change with the rule's text, for the rules in force."""
    return {rule.id: _digest(rule.text)[:8] for rule in rules}
