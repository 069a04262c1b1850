"""The options that commands share, each described once."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def option(flag: str, metavar: str, words: str, **more: Any) -> Any:
    """An option with its place-holder and its words."""
    return typer.Option(flag, metavar=metavar, help=words, **more)


def argument(metavar: str, words: str = "") -> Any:
    """An argument with its place-holder and its words."""
    return typer.Argument(metavar=metavar, help=words, show_default=False)


Word = str | None
Words = list[str] | None
Config = Annotated[Word, option("--config", "FILE", "Settings file instead of the nearest ehcaudit.toml.")]
RuleFolders = Annotated[
    Words, option("--rules", "DIR", "Folder of local rules, besides the built-in ones. Repeatable.")
]
Select = Annotated[Words, option("--select", "RULE", "Only these rules or themes. Repeatable.")]
Ignore = Annotated[Words, option("--ignore", "RULE", "Not these rules or themes. Repeatable.")]
Persona = Annotated[Word, option("--persona", "NAME", "How much to look for: statutory, quality or pedantic.")]
Width = Annotated[int | None, option("--width", "COLUMNS", "Of the report (default: the terminal's).", min=40, max=400)]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR set.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="A line for each plan, and no notes on stderr.")]
_ALL = "All quotes, and each plan's own report. -vv: tracebacks."
Verbose = Annotated[int, typer.Option("-v", "--verbose", count=True, show_default=False, help=_ALL)]
AuditFormat = Annotated[str, option("--format", "NAME", "The report on stdout: terminal, json …")]
JsonFormat = Annotated[str, option("--format", "NAME", "terminal or json.")]
LinesFormat = Annotated[str, option("--format", "NAME", "terminal or jsonl.")]
Reports = Annotated[Words, option("--report", "NAME=PATH", "Write a report to a file as well. Repeatable.")]
Force = Annotated[bool, typer.Option("--force", help="Let --report replace a file.")]
AsOf = Annotated[Word, option("--as-of", "DATE", "Judge as on this day: 2026-11-23 or 23/11/2026 (default: today).")]
Sections = Annotated[Words, option("--sections", "LETTERS", "Only these sections, such as E,F.")]
_AS = "--as-accepted/--as-original"
_STATE = "Read tracked changes as accepted (the default), or the plan as it was before them."
AsAccepted = Annotated[bool, typer.Option(_AS, help=_STATE, show_default=False)]
Convert = Annotated[
    bool, typer.Option("--convert", help="Read .odt, .rtf and .doc as well, where LibreOffice is installed.")
]
Ocr = Annotated[
    bool, typer.Option("--ocr", help="Recognise the words of scanned PDFs, where OCRmyPDF and Tesseract are installed.")
]
Deidentified = Annotated[
    bool, typer.Option("--require-deidentified", help="Refuse a plan that holds what could identify a child.")
]
Edition = Annotated[str, option("--for", "WHOM", "The report for dco, parents, caseworker or board (default: all).")]
Redact = Annotated[bool, typer.Option("--redact", help="No words of plans and no file names in any report.")]
Jobs = Annotated[
    int | None, option("--jobs", "N", "Worker processes (default: one for each processor).", min=1, max=256)
]
Cluster = Annotated[Word, option("--cluster", "ADDRESS", "Work on a Dask cluster in the place of this machine.")]
Send = Annotated[bool, typer.Option("--send", help="Its workers cannot read the files: send them.")]
FailOn = Annotated[Word, option("--fail-on", "SEVERITY", "critical, major, minor (the default), advice or never.")]
MinScore = Annotated[float | None, option("--min-score", "SCORE", "A plan that scores less is a finding.")]
Gate = Annotated[Word, option("--gate", "NAME", "A preset of the settings file, [gate.presets.NAME].")]
MinThemes = Annotated[
    Words, option("--min-theme", "THEME=SCORE", "A plan that scores less in it is a finding. Repeatable.")
]
Store = Annotated[
    Word, option("--store", "FILE", "Remember results and runs here; what has not changed is not read again.")
]
NoQuotes = Annotated[bool, typer.Option("--no-quotes", help="Keep no words of the plans in the store.")]
Baseline = Annotated[
    Word, option("--baseline", "FILE", "What stands in it is known: only what is new or worse counts.")
]
WriteBaseline = Annotated[Word, option("--write-baseline", "FILE", "Write what is found as a baseline, hashes only.")]
Globs = Annotated[
    Words, option("--glob", "PATTERN", "Of the files in folders only these, such as '*.docx'. Repeatable.")
]
FilesFrom = Annotated[Word, option("--files-from", "FILE", "Read paths from a file, a line each; - is stdin.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="End with 0 where it would be 1.")]
Deleted = Annotated[bool, typer.Option("--deleted", help="Deleted, moved and struck-through text as well.")]
Hidden = Annotated[bool, typer.Option("--hidden", help="Hidden text as well.")]
Notes = Annotated[bool, typer.Option("--notes", help="Comments, headers and footers as well.")]
Kind = Annotated[str, option("--kind", "KIND", "outcome, provision, need or voice.", show_default=False)]
_ASK = "Ask for one statement after the other; an empty one ends."
Interactive = Annotated[bool, typer.Option("--interactive", help=_ASK)]
