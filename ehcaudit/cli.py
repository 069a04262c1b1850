"""argv → settings → run → reports → exit code. The only module that prints, exits or reads the environment.

Exit codes: 0 everything asked for was audited and nothing reaches --fail-on; 1 findings; 2 could not run (usage,
settings, rule file, internal error); 3 incomplete (no inputs, a file that could not be audited). The payload goes to
stdout, everything else to stderr. Whatever is slow to import is imported inside the command that needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcaudit import __version__
from ehcaudit.errors import EhcauditError, InputError, UsageError

if TYPE_CHECKING:
    from ehcaudit.engine import Progress
    from ehcaudit.reports import ReportOptions
    from ehcaudit.settings import Settings

CLEAN, FINDINGS, COULD_NOT_RUN, INCOMPLETE = 0, 1, 2, 3
EXIT_CODES = {"clean": CLEAN, "findings": FINDINGS, "incomplete": INCOMPLETE}
FEW_FILES = 3
"""A run of no more files than this shows no progress bar."""
EPILOG = (
    "Exit codes: 0 clean, 1 findings, 2 could not run, 3 incomplete (a file could not be audited, or there was none). "
    "Settings are read from the nearest ehcaudit.toml, or from --config FILE."
)

app = typer.Typer(
    name="ehcaudit",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


def _opt(flag: str, metavar: str, words: str, **more: Any) -> Any:
    return typer.Option(flag, metavar=metavar, help=words, **more)


def _arg(metavar: str, words: str = "") -> Any:
    return typer.Argument(metavar=metavar, help=words, show_default=False)


Word = str | None
Words = list[str] | None
Config = Annotated[Word, _opt("--config", "FILE", "Settings file instead of the nearest ehcaudit.toml.")]
RuleFolders = Annotated[Words, _opt("--rules", "DIR", "Folder of local rules, besides the built-in ones. Repeatable.")]
Select = Annotated[Words, _opt("--select", "RULE", "Only these rules or themes. Repeatable.")]
Ignore = Annotated[Words, _opt("--ignore", "RULE", "Not these rules or themes. Repeatable.")]
Persona = Annotated[Word, _opt("--persona", "NAME", "How much to look for: statutory, quality or pedantic.")]
Width = Annotated[int | None, _opt("--width", "COLUMNS", "Of the report (default: the terminal's).", min=40, max=400)]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR set.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="A line for each plan, and no notes on stderr.")]
_ALL = "All quotes, and each plan's own report. -vv: tracebacks."
Verbose = Annotated[int, typer.Option("-v", "--verbose", count=True, show_default=False, help=_ALL)]
AuditFormat = Annotated[str, _opt("--format", "NAME", "The report on stdout: terminal, json …")]
JsonFormat = Annotated[str, _opt("--format", "NAME", "terminal or json.")]
LinesFormat = Annotated[str, _opt("--format", "NAME", "terminal or jsonl.")]
Reports = Annotated[Words, _opt("--report", "NAME=PATH", "Write a report to a file as well. Repeatable.")]
Force = Annotated[bool, typer.Option("--force", help="Let --report replace a file.")]
AsOf = Annotated[Word, _opt("--as-of", "DATE", "Judge as on this day: 2026-11-23 or 23/11/2026 (default: today).")]
Sections = Annotated[Words, _opt("--sections", "LETTERS", "Only these sections, such as E,F.")]
FailOn = Annotated[Word, _opt("--fail-on", "SEVERITY", "critical, major, minor (the default), advice or never.")]
MinScore = Annotated[float | None, _opt("--min-score", "SCORE", "A plan that scores less is a finding.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="End with 0 where it would be 1.")]
Deleted = Annotated[bool, typer.Option("--deleted", help="Deleted, moved and struck-through text as well.")]
Hidden = Annotated[bool, typer.Option("--hidden", help="Hidden text as well.")]
Notes = Annotated[bool, typer.Option("--notes", help="Comments, headers and footers as well.")]
Kind = Annotated[str, _opt("--kind", "KIND", "outcome, provision, need or voice.", show_default=False)]
_ASK = "Ask for one statement after the other; an empty one ends."
Interactive = Annotated[bool, typer.Option("--interactive", help=_ASK)]


_VERSION = "Print the version and stop."


def _say_version(wanted: bool) -> None:
    if wanted:
        _emit(f"ehcaudit {__version__}\n".encode())
        raise typer.Exit(CLEAN)


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help=_VERSION)] = False,
) -> None:
    """Audit Education, Health and Care (EHC) plans on your own machine: nothing leaves it."""


@app.command(epilog=EPILOG)
def check(
    paths: Annotated[list[str], _arg("PATH...", "Plans, folders or patterns.")],
    format: AuditFormat = "terminal",
    report: Reports = None,
    force: Force = False,
    as_of: AsOf = None,
    sections: Sections = None,
    select: Select = None,
    ignore: Ignore = None,
    persona: Persona = None,
    rules: RuleFolders = None,
    fail_on: FailOn = None,
    min_score: MinScore = None,
    exit_zero: ExitZero = False,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Audit plans and print a scored report.

    Reads plans, folders or patterns, judges them by the rules, and scores what it finds.
    """
    from ehcaudit.reports import find_report
    from ehcaudit.reports.files import targets
    from ehcaudit.settings import parse_date, parse_sections

    if verbose > 1:
        os.environ.setdefault("EHCAUDIT_DEBUG", "1")
    if any(not path.strip() for path in paths):
        raise UsageError("a path is empty")
    renderer = find_report(format)
    to_write = targets(report or (), force=force)
    day = parse_date(as_of) if as_of else None
    letters = parse_sections(sections or ())
    settings = _settings(
        config, select=select, ignore=ignore, persona=persona, folders=rules, fail_on=fail_on, min_score=min_score
    )
    rule_set = settings.rule_set()
    # Imported here, after everything that a usage error could stop.
    from ehcaudit.engine import audit

    with _ProgressBar(wanted=not quiet) as progress:
        run = audit(paths, rules=rule_set, as_of=day, sections=letters, progress=progress, **settings.engine_options())
    options = _options(width, no_color=no_color, verbosity=-1 if quiet else verbose)
    _emit(renderer.render(run, options))
    for target in to_write:
        target.write(run, _options(width or 100, no_color=True, verbosity=verbose))
        if not quiet:
            _note(f"wrote {target.path}")
    if not quiet:
        for skipped in run.skipped:
            _note(f"skipped {skipped}")
        if format != "terminal":
            for failure in run.failures:
                _note(failure.message)
            _note(f"{run.verdict}{': ' + run.gate if run.gate else ''}")
    code = EXIT_CODES[run.verdict]
    return CLEAN if code == FINDINGS and exit_zero else code


@app.command()
def outline(
    plan: Annotated[str, _arg("PLAN")],
    format: JsonFormat = "terminal",
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Show what was read and where it was placed.

    Facts, sections A to K, the golden thread, advice, what stands in no section, what is deleted, and warnings.
    """
    _choice("--format", format, ("terminal", "json"))
    settings = _settings(config)
    from ehcaudit.engine import read_plan

    read = read_plan(plan, limits=settings.reader_limits())
    if format == "json":
        from ehcaudit.reports.json import render_outline as render_json

        _emit(render_json(read))
    else:
        from ehcaudit.reports.outline import render_outline

        _emit(render_outline(read, _options(width, no_color=no_color)))
    return CLEAN


@app.command()
def text(
    file: Annotated[str, _arg("FILE")],
    deleted: Deleted = False,
    hidden: Hidden = False,
    notes: Notes = False,
    config: Config = None,
) -> int:
    """Print everything that was read of a file.

    Any Word or text file, plan or not: a paragraph a line, in the order of the document; warnings on stderr.
    """
    settings = _settings(config)
    from ehcaudit.readers import live_lines, read
    from ehcaudit.reports.base import warning_words
    from ehcaudit.reports.outline import render_lines

    document = read(Path(file), limits=settings.reader_limits())
    _emit(render_lines(live_lines(document, deleted=deleted, hidden=hidden, notes=notes)))
    for warning in document.warnings:
        _note(warning_words(warning))
    return CLEAN


@app.command()
def wording(
    texts: Annotated[Words, _arg("[TEXT]...", "Statements; without any, one a line on stdin.")] = None,
    kind: Kind = "",
    format: LinesFormat = "terminal",
    interactive: Interactive = False,
    rules: RuleFolders = None,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Judge single statements as they are written.

    Outcomes, provisions, needs or views: as arguments, or one a line on stdin.
    """
    if not kind:
        raise UsageError("say which kind of statement it is: --kind outcome, provision, need or voice")
    _choice("--kind", kind, ("outcome", "provision", "need", "voice"))
    _choice("--format", format, ("terminal", "jsonl"))
    if interactive and (texts or format == "jsonl"):
        raise UsageError("--interactive takes no TEXT, and no --format jsonl")
    rule_set = _settings(config, folders=rules).rule_set()
    from ehcaudit.engine import judge_wordings
    from ehcaudit.reports.wording import render_jsonl, render_verdict

    options = _options(width, no_color=no_color)
    waiting: list[str] = []
    # One generator judges all statements, so that rules are chosen once; each line is answered before the next is read.
    verdicts = judge_wordings(kind, iter(waiting.pop, None), rules=rule_set)
    judged = 0
    for line in _asked(kind) if interactive else iter(texts) if texts else _stdin_lines():
        verdict = None
        if line.strip():
            waiting.append(line)
            verdict = next(verdicts)
        if format == "jsonl":
            _emit(render_jsonl(verdict))
        elif verdict:
            _emit((b"\n" if judged else b"") + render_verdict(verdict, options))
        judged += verdict is not None
    if not judged and not interactive:
        _note("there was no statement to judge")
        return INCOMPLETE
    return CLEAN


@app.command()
def explain(
    rule: Annotated[str, _arg("RULE", "Its id, such as outcomes/not-time-bound.")],
    rules: RuleFolders = None,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Explain one rule: why, fix, sources, examples."""
    rule_set = _settings(config, folders=rules).rule_set()
    found = rule_set.get(rule)
    from ehcaudit.reports.rulebook import render_rule

    _emit(render_rule(found, _options(width, no_color=no_color), off=rule_set.off.get(found.id, "")))
    return CLEAN


@app.command("rules")
def list_rules(
    format: JsonFormat = "terminal",
    select: Select = None,
    ignore: Ignore = None,
    persona: Persona = None,
    rules: RuleFolders = None,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """List the rules, and why each is on or off."""
    _choice("--format", format, ("terminal", "json"))
    rule_set = _settings(config, select=select, ignore=ignore, persona=persona, folders=rules).rule_set()
    from ehcaudit.reports.rulebook import render_rules, render_rules_json

    _emit(
        render_rules_json(rule_set) if format == "json" else render_rules(rule_set, _options(width, no_color=no_color))
    )
    return CLEAN


@app.command("test-rules")
def try_rules(
    folder: Annotated[Word, _arg("[DIR]", "Folder of local rules (default: the built-in ones).")] = None,
    width: Width = None,
) -> int:
    """Run the rules' own examples.

    Ends with 1 where an example is not answered as its file says, and with 2 where a rule cannot be loaded.
    """
    from ehcaudit.engine import try_rule
    from ehcaudit.reports.rulebook import render_trials, trial_problems
    from ehcaudit.rules import load_rules

    loaded = load_rules(folder) if folder else load_rules()
    chosen = [rule for rule in loaded.rules if not folder or rule.origin == str(Path(folder))]
    trials = {rule.id: list(try_rule(rule)) for rule in chosen}
    _emit(render_trials(trials, _options(width, no_color=True)))
    failed = any(trial_problems(example, problems) for tried in trials.values() for _, example, problems in tried)
    return FINDINGS if failed else CLEAN


# ---------------------------------------------------------------- settings and options


def _settings(config: str | None, **flags: Any) -> Settings:
    """The settings in force: the file named, or the nearest one from here upwards, and the flags over it."""
    from ehcaudit.settings import Settings, find_settings

    return Settings.load(config if config is not None else find_settings(Path.cwd()), **flags)


def _choice(flag: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        from ehcaudit.rules import nearest

        raise UsageError(f"{flag}: “{value}” is not one of {', '.join(known)}{nearest(value, known)}")


def _options(width: int | None, *, no_color: bool, verbosity: int = 0) -> ReportOptions:
    """How reports look here: as wide as the terminal (80 where there is none), in colour where someone watches."""
    import shutil

    from ehcaudit.reports.base import ReportOptions

    columns = width or min(shutil.get_terminal_size((80, 50)).columns or 80, 120)
    env = os.environ
    color = (
        not no_color
        and not env.get("NO_COLOR")
        and env.get("TERM") != "dumb"
        and sys.stdout.isatty()
        and (os.name != "nt" or bool(env.get("WT_SESSION") or env.get("ANSICON")))
    )
    return ReportOptions(width=columns, color=color, verbosity=verbosity)


# ---------------------------------------------------------------- what comes in and goes out


def _emit(payload: bytes) -> None:
    """Bytes to stdout. A reader that has gone (``| head``) is no error, and changes no exit code."""
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(payload.decode("utf-8", "replace"))
        else:
            sys.stdout.flush()
            stream.write(payload)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
    except OSError as error:
        # Windows has no EPIPE for a closed pipe: it says EINVAL.
        if os.name != "nt":
            raise UsageError(f"stdout cannot be written to ({error.strerror})") from None
        _abandon_stdout()


def _abandon_stdout() -> None:
    """Let what is still to come go nowhere, so that the interpreter ends without a complaint."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - it stays open until the end


def _note(words: str) -> None:
    """One line to stderr, with nothing in it that a terminal would act on."""
    from ehcaudit.reports.base import plain

    print(f"ehcaudit: {plain(words)}", file=sys.stderr)


def _stdin_lines() -> Iterator[str]:
    """Lines of stdin as they come, without their ends. A line that is not UTF-8 is read as Windows text."""
    if sys.stdin is None or sys.stdin.closed:
        return
    if sys.stdin.isatty():
        _note("one statement a line; Ctrl-D (on Windows Ctrl-Z and Enter) ends")
    lines: Iterable[bytes | str] = getattr(sys.stdin, "buffer", sys.stdin)
    for number, raw in enumerate(lines):
        if isinstance(raw, bytes):
            try:
                line = raw.decode("utf-8-sig" if number == 0 else "utf-8")
            except UnicodeDecodeError:
                line = raw.decode("cp1252", "replace")
        else:
            line = raw
        yield line.rstrip("\r\n")


def _asked(kind: str) -> Iterator[str]:
    """Statements that a person types at a prompt, until an empty one or the end of input."""
    while True:
        print(f"{kind}> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return
        yield line.strip()


class _ProgressBar:
    """A bar on stderr while a person is watching and there is more than a little to do."""

    def __init__(self, *, wanted: bool):
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self._step

    def _step(self, done: int, total: int, path: str) -> None:
        if not self._wanted or total <= FEW_FILES:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("Auditing"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=total)
        self._bar.update(self._task, completed=done)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


# ---------------------------------------------------------------- the top

_Refusal: type[Exception] = typer.BadParameter.__mro__[2]
"""What the command-line parser raises: ``ClickException``, wherever this version of typer keeps it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give the exit code. Nothing escapes: an unexpected error is one line and code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        result = typer.main.get_command(app).main(
            list(sys.argv[1:] if argv is None else argv), prog_name="ehcaudit", standalone_mode=False
        )
        code = result if isinstance(result, int) else CLEAN
    except _Refusal as refusal:
        code = _refused(refusal)
    except InputError as error:
        _note(str(error))
        code = INCOMPLETE
    except EhcauditError as error:
        _note(str(error))
        code = COULD_NOT_RUN
    except SystemExit:  # Typer's own answer to a pipe that was closed while it printed help; with 1, which is ours.
        _abandon_stdout()
        code = CLEAN
    except (KeyboardInterrupt, typer.Abort):
        _note("stopped")
        code = 130
    except Exception as error:  # noqa: BLE001 - Python's own exit code for a traceback is 1, which means findings here
        if os.environ.get("EHCAUDIT_DEBUG"):
            import traceback

            traceback.print_exc()
        # Not its message: that may hold words of a plan.
        _note(
            f"an error inside ehcaudit ({type(error).__name__}); please report it with the version, not the plan. "
            "EHCAUDIT_DEBUG=1 shows where it happened"
        )
        code = COULD_NOT_RUN
    _emit(b"")
    return code


def _refused(refusal: Any) -> int:
    """What the parser does not understand, in one line; its own help where nothing was asked."""
    if type(refusal).__name__ == "NoArgsIsHelpError":
        print(refusal.ctx.get_help(), file=sys.stderr)
        return COULD_NOT_RUN
    message = refusal.format_message().rstrip(".")
    if getattr(refusal, "possibilities", None):
        from difflib import get_close_matches

        near = get_close_matches(refusal.option_name, refusal.possibilities, n=1, cutoff=0)
        message = f"{refusal.message}; did you mean “{near[0]}”?"
    command = refusal.ctx.command_path if getattr(refusal, "ctx", None) else "ehcaudit"
    _note(f"{message.rstrip('?')}; see “{command} --help”" if "did you mean" not in message.lower() else message)
    return COULD_NOT_RUN
