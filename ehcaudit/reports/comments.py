"""Run → a folder with a copy of each Word plan that has a comment at every finding, on the words concerned.

The plans themselves are never changed. A list beside the copies says how many comments each got, and which plans got
none and why: only Word files can hold comments. A copy that people have worked on can be audited again: what they said
stays, and our comments follow the words.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ehcaudit.errors import InputError, Unsupported, UsageError
from ehcaudit.model import Block, Evidence, Finding, Plan, PlanAudit, Run
from ehcaudit.readers import Limits
from ehcaudit.readers.ooxml.names import PARAGRAPHS
from ehcaudit.readers.ooxml.package import Package, open_package
from ehcaudit.readers.ooxml.places import Places, Spot, note_reference
from ehcaudit.reports.annotate import Comment, Copy, Done, Line
from ehcaudit.reports.base import ReportOptions, cannot_be_redacted, count, plain, spoken
from ehcaudit.reports.marks import host
from ehcaudit.reports.telling import block_text, remark, rule_title, short_paths
from ehcaudit.reports.whose import who_can_fix

SUFFIX = ".docx"
REDACTABLE = False
"""A copy of a plan holds all its words."""
LIST = "about-these-copies.txt"
_LONGEST_QUOTE = 300


def write_folder(run: Run, folder: Path, options: ReportOptions) -> None:
    """Fill the folder. Raises UsageError where the report is to be redacted: a copy of a plan cannot be."""
    if options.redact:
        raise UsageError(cannot_be_redacted("comments"))
    names = copy_names([summary.path for summary in run.summaries])
    done: list[tuple[str, Done]] = []
    without: list[tuple[str, str]] = []
    for audited in run.plans:
        name = names[audited.path]
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            done.append((name, write_copy(audited, run, path, options.limits)))
        except (InputError, OSError) as error:
            path.unlink(missing_ok=True)
            why = error.strerror or "cannot be read" if isinstance(error, OSError) else str(error)
            without.append((name, why.removeprefix(f"{audited.path}: ")))
    (folder / LIST).write_text(_list(run, done, without), encoding="utf-8", newline="\n")


def copy_names(paths: Sequence[str]) -> dict[str, str]:
    """Plan's path → name of its copy in the folder, below the folders in which the plans differ; each once."""
    names: dict[str, str] = {}
    taken = {_same(LIST)}
    short = short_paths(paths)
    for path in paths:
        parts = [part for part in Path(short[path]).parts if part not in ("..", ".", Path(short[path]).anchor)]
        stem, suffix = Path(parts[-1]).stem, Path(parts[-1]).suffix
        number = 1
        name = "/".join(parts)
        while _same(name) in taken:
            number += 1
            name = "/".join([*parts[:-1], f"{stem} ({number}){suffix}"])
        taken.add(_same(name))
        names[path] = name
    return names


def _same(name: str) -> str:
    """Equal for names that Windows or macOS would take for one."""
    return unicodedata.normalize("NFC", name).casefold()


def write_copy(audited: PlanAudit, run: Run, path: Path, limits: Limits = Limits()) -> Done:  # noqa: B008
    """Write the commented copy of one plan. Raises InputError where it is not a Word file, or not the one audited."""
    source = Path(audited.path)
    if audited.plan.document.format != "docx":
        raise InputError("only Word plans (.docx) get comments")
    with source.open("rb") as handle:
        start = handle.read(4)
        handle.seek(0)
        if not start.startswith(b"PK"):
            raise InputError("only Word plans (.docx) get comments; save the plan as .docx in Word")
        if hashlib.file_digest(handle, "sha256").hexdigest() != audited.sha256:
            raise InputError("has changed since it was audited; audit it again")
        handle.seek(0)
        package = open_package(source, limits, handle)
        with package.archive:
            desk = _Desk(audited, run, package)
            copy = Copy(desk.places, run.as_of)
            done = copy.comment(list(desk.comments()), desk.judged)
            copy.write(path)
    return done


def _list(run: Run, done: Sequence[tuple[str, Done]], without: Sequence[tuple[str, str]]) -> str:
    lines = [
        f"Copies of Word plans with a comment at each finding, by ehcaudit {run.version} on {spoken(run.as_of)}.",
        "The plans themselves were not changed. Delete the comments before a plan is issued.",
        "",
    ]
    for name, what in done:
        more = f" ({count(what.replaced, 'earlier one')} brought up to date)" if what.replaced else ""
        if what.closed:
            more += f"; {what.closed} resolved by a person, the fault is still there"
        if what.resolved:
            more += f"; {count(what.resolved, 'earlier one')} marked resolved, no longer reported"
        lines.append(f"{plain(name)}: {count(what.made + what.replaced, 'comment')}{more}")
    if without:
        lines += ["", f"Without comments: {count(len(without), 'plan')}. Only Word plans (.docx) get comments."]
        lines += [f"{plain(name)}: {plain(why)}" for name, why in without]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- one plan


@dataclass
class _Desk:
    """One plan's findings on their way to comments."""

    audited: PlanAudit
    run: Run
    package: Package

    @property
    def plan(self) -> Plan:
        return self.audited.plan

    @cached_property
    def places(self) -> Places:
        """As the plan was read: with its tracked changes made, or rejected."""
        needed = {part.block_id for finding in self.audited.findings for part in finding.evidence}
        blocks = [self.plan.document.blocks[i] for i in sorted(needed) if i < len(self.plan.document.blocks)]
        accepted = Places(self.package)
        if not (wrong := _misfits(accepted, blocks)):
            return accepted
        rejected = Places(self.package, original=True)
        return rejected if _misfits(rejected, blocks) < wrong else accepted

    def comments(self) -> Iterator[Comment]:
        """One for each finding, in the order of the document."""
        for finding in self.audited.findings:
            group, rest = _together(self.plan, finding.evidence)
            first, last, exact = self._anchor(group, finding.section)
            told = [*(() if exact else group), *rest]
            lines = tuple(self._lines(finding, told))
            yield Comment(finding.rule, finding.section, finding.fingerprint, lines, first, last)

    def judged(self, rule: str, section: str) -> bool:
        """Whether this run would have found such a fault again: it ran the rule, which could judge, on that section."""
        there = {*self.plan.sections, *(("H1", "H2") if "H" in self.plan.sections else ())}
        return rule in self._judged and (not self.plan.partial or section in there)

    @cached_property
    def _judged(self) -> frozenset[str]:
        return frozenset(result.rule for result in self.audited.results if result.status != "not_assessed")

    def _anchor(self, group: Sequence[Evidence], section: str) -> tuple[object, Spot | None, bool]:
        """The first and last character, or a paragraph; and whether these are the words themselves."""
        if not group:
            return self._heading(section), None, True
        found = [self._spots(part) for part in group]
        if found[0] is not None:
            first, last = found[0][0], (found[-1] or found[0])[1]
            lifted = [host(spot.element) for spot in (first, last)]
            if lifted[0] is not lifted[1]:  # A text box may hang before the words that go on in it.
                last = found[0][1]
            return first, last, lifted == [None, None]
        block_id = group[0].block_id
        blocks = self.plan.document.blocks
        if block_id < len(blocks):
            if (reference := note_reference(self.places, blocks[block_id])) is not None:
                return reference, reference, False
            for before in range(block_id, -1, -1):
                place = self.places.place(blocks[before])
                if place is not None and place.paragraph is not None:
                    return place.paragraph, None, before == block_id and place.text == ""
        return self._top(), None, False

    def _spots(self, part: Evidence) -> tuple[Spot, Spot] | None:
        blocks = self.plan.document.blocks
        place = self.places.place(blocks[part.block_id]) if part.block_id < len(blocks) else None
        return place.find(part.start, part.end, part.quote) if place else None

    def _heading(self, section: str) -> object:
        """The heading of a section where it is there, else the top."""
        known = self.plan.sections.get(section) or self.plan.sections.get(section[:1])
        place = self.places.place(self.plan.document.blocks[known.headings[0]]) if known and known.headings else None
        return self._top() if place is None or place.paragraph is None else place.paragraph

    def _top(self) -> object:
        """The first paragraph with words, else the first. Raises Unsupported where there is none."""
        for block in self.plan.document.blocks:
            place = self.places.place(block)
            if place is not None and place.paragraph is not None:
                return place.paragraph
        for paragraph in self.places.root.iter(*PARAGRAPHS):
            return paragraph
        raise Unsupported(f"{self.audited.path}: has no paragraph that could hold a comment.")

    def _lines(self, finding: Finding, told: Sequence[Evidence]) -> Iterator[Line]:
        """What, why, how to fix, whose it is, on what grounds."""
        card = self.run.cards.get(finding.rule)
        sure = "" if finding.confidence == "high" or finding.query else f" ({finding.confidence} confidence)"
        title = f"{rule_title(self.run, finding.rule)}{sure}"
        yield Line(f"{'A person must decide' if finding.query else finding.severity.capitalize()}: {title}", "")
        yield Line("What", remark(finding) if not told else finding.message)
        for part in told:
            yield Line(
                self.plan.place(part.block_id), f"“{_short(part.quote or block_text(self.plan, part.block_id))}”"
            )
        if card:
            yield Line("Why", card.why)
        yield Line("What to look at" if finding.query else "How to fix", finding.fix)
        yield Line("Who", who_can_fix(finding.rule, finding.section, card))
        if card:
            sources = "; ".join(dict.fromkeys(_place_of(source.cite) for source in card.sources))
            yield Line("Source", f"{'Good practice: ' if card.basis == 'practice' else ''}{sources}")


def _misfits(places: Places, blocks: Sequence[Block]) -> int:
    return sum((place := places.place(block)) is not None and place.text != block.text for block in blocks)


def _together(plan: Plan, evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """The first words with those that run straight on from them, and the others."""
    group = list(evidence[:1])
    for part in evidence[1:]:
        before = group[-1]
        blocks = plan.document.blocks
        if max(before.block_id, part.block_id) >= len(blocks):
            break
        one, other = blocks[before.block_id], blocks[part.block_id]
        if one is other:
            straight = before.end <= part.start and not one.text[before.end : part.start].strip()
        else:
            straight = (
                other.id == one.id + 1
                and other.cell == one.cell
                and "note" not in (one.kind, other.kind)
                and before.end == len(one.text)
                and part.start == 0
            )
        if not straight:
            break
        group.append(part)
    return group, list(evidence[len(group) :])


def _place_of(cite: str) -> str:
    """A citation without what it says, where it names a paragraph or a year to look it up by: a balloon is narrow."""
    head = cite.partition(": ")[0]
    whole = all(head.count(one) == head.count(other) for one, other in ("()", "[]", "“”"))
    return head if whole and any(letter.isdigit() for letter in head) else cite


def _short(quote: str) -> str:
    return quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
