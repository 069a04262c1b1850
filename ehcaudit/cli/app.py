"""argv → settings → run → reports → exit code. The only module that prints, exits or reads the environment.

Exit codes: 0 everything asked for was audited and nothing reaches --fail-on; 1 findings; 2 could not run (usage,
settings, rule file, internal error); 3 incomplete (no inputs, a file that could not be audited). The payload goes to
stdout, everything else to stderr. Whatever is slow to import is imported inside the command that needs it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcaudit import __version__
from ehcaudit.cli.console import (
    ProgressBar,
    abandon_stdout,
    asked,
    emit,
    note,
    read_list,
    report_options,
    stdin_lines,
    stop_on_termination,
)
from ehcaudit.cli.history import COMMANDS, open_store, trend_of
from ehcaudit.cli.options import (
    AsAccepted,
    AsOf,
    AuditFormat,
    Baseline,
    Cluster,
    Config,
    Convert,
    Deidentified,
    Deleted,
    Edition,
    ExitZero,
    FailOn,
    FilesFrom,
    Force,
    Gate,
    Globs,
    Hidden,
    Ignore,
    Interactive,
    Jobs,
    JsonFormat,
    Kind,
    LinesFormat,
    MinScore,
    MinThemes,
    NoColor,
    NoQuotes,
    Notes,
    Ocr,
    Persona,
    Quiet,
    Redact,
    Reports,
    RuleFolders,
    Sections,
    Select,
    Send,
    Store,
    Verbose,
    Width,
    Word,
    Words,
    WriteBaseline,
    argument,
)
from ehcaudit.errors import EhcauditError, InputError, UsageError

if TYPE_CHECKING:
    from ehcaudit.settings import Settings

CLEAN, FINDINGS, COULD_NOT_RUN, INCOMPLETE = 0, 1, 2, 3
EXIT_CODES = {"clean": CLEAN, "findings": FINDINGS, "incomplete": INCOMPLETE}
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


_VERSION = "Print the version and stop."


def _say_version(wanted: bool) -> None:
    if wanted:
        emit(f"ehcaudit {__version__}\n".encode())
        raise typer.Exit(CLEAN)


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help=_VERSION)] = False,
) -> None:
    """Audit Education, Health and Care (EHC) plans on your own machine: nothing leaves it."""


@app.command(epilog=EPILOG)
def check(
    paths: Annotated[Words, argument("PATH...", "Plans, folders or patterns.")] = None,
    format: AuditFormat = "terminal",
    report: Reports = None,
    force: Force = False,
    edition: Edition = "full",
    redact: Redact = False,
    as_of: AsOf = None,
    sections: Sections = None,
    as_accepted: AsAccepted = True,
    convert: Convert = False,
    ocr: Ocr = False,
    deidentified: Deidentified = False,
    select: Select = None,
    ignore: Ignore = None,
    persona: Persona = None,
    rules: RuleFolders = None,
    fail_on: FailOn = None,
    min_score: MinScore = None,
    min_theme: MinThemes = None,
    gate: Gate = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    exit_zero: ExitZero = False,
    glob: Globs = None,
    files_from: FilesFrom = None,
    store: Store = None,
    no_quotes: NoQuotes = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    send: Send = False,
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
    from ehcaudit.reports.base import EDITIONS
    from ehcaudit.reports.files import beside, targets
    from ehcaudit.settings import parse_date, parse_minima, parse_sections

    if verbose > 1:
        os.environ.setdefault("EHCAUDIT_DEBUG", "1")
    given = [*(paths or ()), *(read_list(files_from) if files_from else ())]
    if any(not path.strip() for path in given):
        raise UsageError("a path is empty")
    if not given and not files_from:
        raise UsageError("name a plan, a folder or a pattern, or --files-from FILE")
    if no_quotes and not store:
        raise UsageError("--no-quotes says what a store keeps; name one with --store FILE")
    if send and not cluster:
        raise UsageError("--send says how a cluster gets the files; name one with --cluster ADDRESS")
    _choice("--for", edition, EDITIONS)
    renderer = find_report(format)
    renderer.printed()  # Refused now where it is a folder.
    to_write = targets(report or (), force=force, redact=redact)
    day = parse_date(as_of) if as_of else None
    letters = parse_sections(sections or ())
    settings = _settings(
        config,
        preset=gate,
        select=select,
        ignore=ignore,
        persona=persona,
        folders=rules,
        fail_on=fail_on,
        min_score=min_score,
        min_themes=parse_minima(min_theme or ()),
    )
    with contextlib.ExitStack() as stack:
        kept = None
        if store and Path(store).is_file():  # It may remember the rules; where there is none, a usage error makes none.
            kept = stack.enter_context(open_store(store, words=not no_quotes))
        rule_set = settings.rule_set(kept)
        # Imported here, after everything that a usage error could stop.
        from ehcaudit.engine import audit

        if cluster:
            from ehcaudit.cluster import connected
        progress = stack.enter_context(ProgressBar(wanted=not quiet))
        if store and not kept:
            kept = stack.enter_context(open_store(store, words=not no_quotes))
        stack.enter_context(stop_on_termination())
        run = audit(
            given,
            rules=rule_set,
            as_of=day,
            sections=letters,
            progress=progress,
            original=not as_accepted,
            convert=convert,
            ocr=ocr,
            deidentified=deidentified,
            globs=glob or (),
            jobs=jobs or os.cpu_count() or 1,
            crew=stack.enter_context(connected(cluster, send=send)) if cluster else None,
            store=kept,
            baseline=Path(baseline) if baseline else None,
            write_baseline=Path(write_baseline) if write_baseline else None,
            **settings.engine_options(rule_set),
        )
        progress.close()
        points = trend_of(kept) if kept and to_write else ()
        smallest = settings.caseload.smallest
        look = partial(report_options, edition=edition, redact=redact, trend=points, smallest=smallest)
        emit(renderer.render(run, look(width, no_color=no_color, verbosity=-1 if quiet else verbose)))
        for target in to_write:
            written = look(width or 100, no_color=True, verbosity=verbose)
            written = replace(written, limits=settings.reader_limits(), beside=beside(to_write))
            target.write(run, written)
            if not quiet:
                note(target.wrote(run, written))
    if not quiet:
        for line in (*(f"skipped {skipped}" for skipped in run.skipped), *run.notes):
            note(line)
        if format != "terminal":
            for failure in run.failures:
                note(failure.message)
            note(f"{run.verdict}{': ' + run.gate if run.gate else ''}")
    code = EXIT_CODES[run.verdict]
    return CLEAN if code == FINDINGS and exit_zero else code


@app.command()
def outline(
    plan: Annotated[str, argument("PLAN")],
    format: JsonFormat = "terminal",
    as_accepted: AsAccepted = True,
    convert: Convert = False,
    ocr: Ocr = False,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Show what was read and where it was placed.

    Facts, sections A to K, the golden thread, advice, what stands in no section, what is deleted, and warnings.
    """
    _choice("--format", format, ("terminal", "json"))
    settings = _settings(config)
    from ehcaudit.auditing import contained, read_plan

    limits = settings.reader_limits()
    question = partial(read_plan, limits=limits, original=not as_accepted, convert=convert, ocr=ocr)
    read = contained(question, Path(plan), limits)
    if format == "json":
        from ehcaudit.reports.json import render_outline as render_json

        emit(render_json(read))
    else:
        from ehcaudit.reports.outline import render_outline

        emit(render_outline(read, report_options(width, no_color=no_color)))
    return CLEAN


@app.command()
def text(
    file: Annotated[str, argument("FILE")],
    deleted: Deleted = False,
    hidden: Hidden = False,
    notes: Notes = False,
    as_accepted: AsAccepted = True,
    convert: Convert = False,
    ocr: Ocr = False,
    config: Config = None,
) -> int:
    """Print everything that was read of a file.

    Any Word or text file, plan or not: a paragraph a line, in the order of the document; warnings on stderr.
    """
    settings = _settings(config)
    from ehcaudit.auditing import contained
    from ehcaudit.readers import live_lines, read
    from ehcaudit.reports.base import warning_words
    from ehcaudit.reports.outline import render_lines

    limits = settings.reader_limits()
    question = partial(read, limits=limits, original=not as_accepted, convert=convert, ocr=ocr)
    document = contained(question, Path(file), limits)
    emit(render_lines(live_lines(document, deleted=deleted, hidden=hidden, notes=notes)))
    for warning in document.warnings:
        note(warning_words(warning))
    return CLEAN


@app.command()
def wording(
    texts: Annotated[Words, argument("[TEXT]...", "Statements; without any, one a line on stdin.")] = None,
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
    from ehcaudit.judging import judge_wordings
    from ehcaudit.reports.wording import render_jsonl, render_verdict

    options = report_options(width, no_color=no_color)
    waiting: list[str] = []
    # One generator judges all statements, so that rules are chosen once; each line is answered before the next is read.
    verdicts = judge_wordings(kind, iter(waiting.pop, None), rules=rule_set)
    judged = 0
    for line in asked(kind) if interactive else iter(texts) if texts else stdin_lines():
        verdict = None
        if line.strip():
            waiting.append(line)
            verdict = next(verdicts)
        if format == "jsonl":
            emit(render_jsonl(verdict))
        elif verdict:
            emit((b"\n" if judged else b"") + render_verdict(verdict, options))
        judged += verdict is not None
    if not judged and not interactive:
        note("there was no statement to judge")
        return INCOMPLETE
    return CLEAN


@app.command()
def explain(
    rule: Annotated[str, argument("RULE", "Its id, such as outcomes/not-time-bound.")],
    rules: RuleFolders = None,
    config: Config = None,
    width: Width = None,
    no_color: NoColor = False,
) -> int:
    """Explain one rule: why, fix, sources, examples."""
    rule_set = _settings(config, folders=rules).rule_set()
    found = rule_set.get(rule)
    from ehcaudit.reports.rulebook import render_rule

    emit(render_rule(found, report_options(width, no_color=no_color), off=rule_set.off.get(found.id, "")))
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

    emit(
        render_rules_json(rule_set)
        if format == "json"
        else render_rules(rule_set, report_options(width, no_color=no_color))
    )
    return CLEAN


@app.command("test-rules")
def try_rules(
    folder: Annotated[Word, argument("[DIR]", "Folder of local rules (default: the built-in ones).")] = None,
    width: Width = None,
) -> int:
    """Run the rules' own examples.

    Ends with 1 where an example is not answered as its file says, and with 2 where a rule cannot be loaded.
    """
    from ehcaudit.judging import try_rule
    from ehcaudit.reports.rulebook import render_trials, trial_problems
    from ehcaudit.rules import load_rules

    loaded = load_rules(folder) if folder else load_rules()
    chosen = [rule for rule in loaded.rules if not folder or rule.origin == str(Path(folder))]
    trials = {rule.id: list(try_rule(rule)) for rule in chosen}
    emit(render_trials(trials, report_options(width, no_color=True)))
    failed = any(trial_problems(example, problems) for tried in trials.values() for _, example, problems in tried)
    return FINDINGS if failed else CLEAN


for _command in COMMANDS:
    app.command()(_command)


# ---------------------------------------------------------------- settings and options


def _settings(config: str | None, **flags: Any) -> Settings:
    """The settings in force: the file named, or the nearest one from here upwards, and the flags over it."""
    from ehcaudit.settings import Settings, find_settings

    return Settings.load(config if config is not None else find_settings(Path.cwd()), **flags)


def _choice(flag: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        from ehcaudit.rules import nearest

        raise UsageError(f"{flag}: “{value}” is not one of {', '.join(known)}{nearest(value, known)}")


# ---------------------------------------------------------------- the top

_Refusal: type[Exception] = typer.BadParameter.__mro__[2]
"""What the command-line parser raises: ``ClickException``, wherever this version of typer keeps it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give the exit code. Nothing escapes: an unexpected error is one line and code 2."""
    # Hundreds of thousands of values are made at the start, to stay; the collector need not look at them all again
    # after every seven hundred more.
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # Looking for some reads every package that is installed.
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)  # Nor at the end, when all goes at once.
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
        note(str(error))
        code = INCOMPLETE
    except EhcauditError as error:
        note(str(error))
        code = COULD_NOT_RUN
    except SystemExit:  # Typer's own answer to a pipe that was closed while it printed help; with 1, which is ours.
        abandon_stdout()
        code = CLEAN
    except (KeyboardInterrupt, typer.Abort):
        note("stopped")
        code = 130
    except Exception as error:  # noqa: BLE001 - Python's own exit code for a traceback is 1, which means findings here
        if os.environ.get("EHCAUDIT_DEBUG"):
            import traceback

            traceback.print_exc()
        # Not its message: that may hold words of a plan.
        note(
            f"an error inside ehcaudit ({type(error).__name__}); please report it with the version, not the plan. "
            "EHCAUDIT_DEBUG=1 shows where it happened"
        )
        code = COULD_NOT_RUN
    emit(b"")
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
    note(f"{message.rstrip('?')}; see “{command} --help”" if "did you mean" not in message.lower() else message)
    return COULD_NOT_RUN
