"""One SQLite file ⇄ what earlier runs found: results by content, rules, settings and version, and the runs themselves.

Without ``--store`` nothing is remembered. Each result is committed by itself before it counts as done, so whatever ends
the process, at most the files in flight are lost. One run at a time writes a store. The words of a plan are kept while
they are those of its latest version, and not at all with ``--no-quotes``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ConfigDict, TypeAdapter

from ehcaudit.errors import StoreError
from ehcaudit.horizon import Days
from ehcaudit.model import Failure, Gist, PlanAudit, Summary, Verdict
from ehcaudit.shelf import Sealed, open_gist, open_summary, open_whole

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

APPLICATION = 0x45484341
"""“EHCA” in the file's head: what tells a store from any other database."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE methods (
            id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, version TEXT NOT NULL, rules TEXT NOT NULL,
            cards BLOB NOT NULL)""",
        """CREATE TABLE results (
            id INTEGER PRIMARY KEY, method INTEGER NOT NULL REFERENCES methods, content TEXT NOT NULL,
            suffix TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
            firm_since TEXT NOT NULL, firm_until TEXT NOT NULL, summary BLOB NOT NULL, whole BLOB, trace BLOB)""",
        "CREATE INDEX results_by_content ON results (content, suffix, method)",
        """CREATE TABLE places (
            path TEXT NOT NULL, method INTEGER NOT NULL REFERENCES methods, result INTEGER NOT NULL REFERENCES results,
            PRIMARY KEY (path, method)) WITHOUT ROWID""",
        "CREATE INDEX places_by_result ON places (result)",
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, as_of TEXT NOT NULL,
            method INTEGER NOT NULL REFERENCES methods, verdict TEXT NOT NULL, gate TEXT NOT NULL,
            suppressed INTEGER NOT NULL, figures TEXT NOT NULL, members BLOB NOT NULL, failures BLOB NOT NULL)""",
    ),
    (
        "ALTER TABLE results ADD COLUMN gist TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE rule_sets (key TEXT PRIMARY KEY, rules BLOB NOT NULL)",
        "CREATE TABLE views (key TEXT PRIMARY KEY, view BLOB NOT NULL)",
    ),
)
"""For each version of a store the statements that make it from the one before."""
Thing = TypeVar("Thing")
PATIENCE = 2.0
"""Seconds to wait for another run that is just ending."""
SPARE = 4
"""Rule sets and views of a caseload that are kept; of more, the latest."""


@dataclass(frozen=True, slots=True)
class Method:
    """Everything besides the file and the day that a result depends on."""

    version: str
    rules: str
    """Hash of the rules in force."""
    settings: str
    """Whatever settings change a result, as JSON."""
    cards: Mapping[str, tuple[str, str, str, str]]
    """Rule id → digest of its text, theme, severity, title."""

    @property
    def digest(self) -> str:
        """One word for all of it, and for the program itself, so that a mended reader is never served old answers."""
        parts = (self.version, _program(), self.rules, self.settings)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def _program() -> str:
    """Digest of the package's own files."""
    mixed = hashlib.sha256()
    home = Path(__file__).parent
    for path in sorted(home.rglob("*")):
        if path.suffix in (".py", ".toml", ".txt", ".tsv", ".md") and "rule_files" not in path.parts:
            mixed.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return mixed.hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """A result that is kept."""

    id: int
    days: Days
    firm: Days
    complete: bool
    """All that a run needs is kept with it."""
    gist: str
    content: str


@dataclass(frozen=True, slots=True)
class Member:
    """One plan of a recorded run."""

    path: str
    result: int
    percent: float | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the store remembers it."""

    id: int
    at: str
    """When it ended, UTC."""
    as_of: date
    method: str
    version: str
    rules: str
    verdict: Verdict
    gate: str
    suppressed: int
    figures: Mapping[str, Any]


class Store:
    """An open store. Use it as a context manager; while it is open for writing, no other run can use the file."""

    def __init__(self, path: Path | str, *, write: bool = True, words: bool = True) -> None:
        """Open a store, make it where there is none (only with ``write``), bring an older one up to date.

        ``words`` False: no words of a plan are kept. Raises StoreError, and leaves alone whatever is not a store.
        """
        self.path, self.words = Path(path), words
        if write:
            self._create()
        elif not self.path.is_file():
            raise StoreError(f"{self.path}: there is no such store; “check --store FILE” makes one")
        with self._guarded():
            # Never "ro": SQLite then leaves its side files behind. A file that may not be written is read all the same.
            self._db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None
            )
        try:
            with self._guarded():
                if write:
                    # The lock is the system's and goes with the process, so a run that was killed leaves none behind.
                    self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
                else:
                    self._db.execute("PRAGMA query_only=ON")
                self._check_kind()
                if write:
                    self._db.execute("PRAGMA journal_mode=WAL")
                    self._db.execute("PRAGMA synchronous=NORMAL")
                    self._db.execute("PRAGMA secure_delete=ON")
                    self._db.execute("PRAGMA foreign_keys=ON")
                    self._migrate()
                elif self._version() < len(MIGRATIONS):
                    raise StoreError(f"{self.path}: is of an older version; the next “check --store” brings it up")
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    # ------------------------------------------------------------ opening

    def _create(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreError(f"--store: there is no folder {self.path.parent}")
        try:
            # Only its owner may read it: it quotes children's records.
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            if not self.path.is_file():
                raise StoreError(f"--store: {self.path} is not a file") from None
        except OSError as error:
            raise StoreError(f"--store: {self.path} cannot be made ({error.strerror})") from None

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _check_kind(self) -> None:
        mark = self._db.execute("PRAGMA application_id").fetchone()[0]
        empty = not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if mark != APPLICATION and not (empty and mark == 0):
            raise StoreError(f"{self.path}: is a database, but not a store of ehcaudit; it was left as it is")
        if self._version() > len(MIGRATIONS):
            raise StoreError(f"{self.path}: was written by a newer ehcaudit (store version {self._version()}); update")

    def _migrate(self) -> None:
        with self._transaction("EXCLUSIVE"):
            for number in range(self._version(), len(MIGRATIONS)):
                for statement in MIGRATIONS[number]:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={number + 1}")
            self._db.execute(f"PRAGMA application_id={APPLICATION}")

    @contextlib.contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        with self._guarded():
            self._db.execute(f"BEGIN {kind}")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {_fault(error)}") from None

    # ------------------------------------------------------------ results

    def method(self, method: Method) -> int:
        """The number under which results of this method are kept."""
        with self._transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO methods (digest, version, rules, cards) VALUES (?, ?, ?, ?)",
                (method.digest, method.version, method.rules, _packed(method.cards)),
            )
            return int(self._one("SELECT id FROM methods WHERE digest = ?", method.digest)[0])

    def look(self, method: int, files: Sequence[tuple[str, str]], day: date) -> list[Row | None]:
        """For each file, by its content and suffix, the result that there is: one that is complete, and of these one
        that holds on the day."""
        found: dict[tuple[str, str], Row] = {}
        with self._guarded():
            rows = self._db.execute(
                "SELECT content, suffix, id, since, until, firm_since, firm_until, "
                "trace IS NOT NULL AND (whole IS NOT NULL OR NOT ?), gist FROM results "
                "WHERE content IN (SELECT value FROM json_each(?)) AND method = ?",
                (self.words, json.dumps([content for content, _ in files]), method),
            )
            for content, suffix, number, since, until, firm_since, firm_until, complete, gist in rows:
                days, firm = _days(since, until), _days(firm_since, firm_until)
                row, other = Row(number, days, firm, bool(complete), gist, content), found.get((content, suffix))
                if other is None or _use_of(row, day) > _use_of(other, day):
                    found[content, suffix] = row
        return [found.get(file) for file in files]

    def keep(self, method: int, sealed: Sealed) -> int:
        """Keep a result for good, and let go of the words of the plan's version before. Gives its number."""
        place, suffix = named(sealed.path), Path(sealed.path).suffix.lower()
        whole = sealed.whole if self.words else None
        key = (method, sealed.sha256, suffix, *_written(sealed.days))
        with self._transaction():
            same = self._db.execute(
                "SELECT id FROM results WHERE method = ? AND content = ? AND suffix = ? AND since = ? AND until = ?",
                key,
            ).fetchone()
            if same:
                number = int(same[0])
                self._db.execute(
                    "UPDATE results SET firm_since = ?, firm_until = ?, summary = ?, gist = ?, whole = ?, trace = ? "
                    "WHERE id = ?",
                    (*_written(sealed.firm), sealed.summary, sealed.gist, whole, sealed.trace, number),
                )
                self._db.execute("DELETE FROM views")  # One of them may be of the result as it was.
            else:
                number = int(
                    self._db.execute(
                        "INSERT INTO results (method, content, suffix, since, until, firm_since, firm_until, "
                        "summary, gist, whole, trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (*key, *_written(sealed.firm), sealed.summary, sealed.gist, whole, sealed.trace),
                    ).lastrowid
                    or 0
                )
            self._place(method, {place: number})
        return number

    def settle(self, method: int, results: Sequence[tuple[str, int]]) -> None:
        """These paths now have results that were there already: (path, number of the result)."""
        wanted = {named(path): number for path, number in results}
        with self._guarded():
            there = dict(
                self._db.execute(
                    "SELECT path, result FROM places WHERE method = ? AND path IN (SELECT value FROM json_each(?))",
                    (method, json.dumps(list(wanted))),
                )
            )
        moved = {place: number for place, number in wanted.items() if there.get(place) != number}
        if moved:
            with self._transaction():
                self._place(method, moved)

    def _place(self, method: int, wanted: Mapping[str, int]) -> None:
        """Enter where results now stand; of those that stand nowhere any more the words are let go."""
        old: list[tuple[int, int]] = []
        for place, number in wanted.items():
            before = self._db.execute("SELECT result FROM places WHERE path = ? AND method = ?", (place, method))
            old += [(result, number) for (result,) in before if result != number]
            self._db.execute(
                "INSERT OR REPLACE INTO places (path, method, result) VALUES (?, ?, ?)", (place, method, number)
            )
        # Only now: two files may have changed places.
        for result, _ in old:
            self._db.execute(
                "UPDATE results SET whole = NULL, trace = NULL "
                "WHERE id = ? AND NOT EXISTS (SELECT 1 FROM places WHERE result = ?)",
                (result, result),
            )
        # Views may hold words of those, but for plans that stayed and only have new answers.
        if any(self._one(_ANOTHER, *pair)[0] for pair in old):
            self._db.execute("DELETE FROM views")

    def piece(self, number: int, part: str) -> bytes | None:
        """The bytes of a result: its ``summary``, or its ``whole`` or its ``trace`` where those are kept."""
        assert part in ("summary", "whole", "trace")
        with self._guarded():
            found: bytes | None = self._one(f"SELECT {part} FROM results WHERE id = ?", number)[0]  # noqa: S608
        return found

    def summary(self, number: int, path: str) -> Summary:
        """One result's summary."""
        return self._opened(lambda: open_summary(self.piece(number, "summary") or b"", path))

    def gist(self, payload: str, path: str) -> Gist:
        """The gist in this text, which is the store's."""
        return self._opened(lambda: open_gist(payload, path))

    def whole(self, number: int, path: str) -> PlanAudit | None:
        """One result with its words; None where they are not kept."""
        payload = self.piece(number, "whole")
        return None if payload is None else self._opened(lambda: open_whole(payload, path))

    def trace(self, number: int, path: str) -> Trace:
        """What a caseload compares of one."""
        from ehcaudit.caseload import Trace

        return self._opened(lambda: Trace.unpack(self.piece(number, "trace") or b"", path))

    def _opened(self, read: Callable[[], Thing]) -> Thing:
        try:
            return read()
        except ValueError:
            raise StoreError(f"{self.path}: holds a result that is damaged; “history --verify” says more") from None

    def _one(self, statement: str, *values: object) -> tuple[Any, ...]:
        found: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
        if found is None:
            raise StoreError(f"{self.path}: holds no such entry")
        return found

    # ------------------------------------------------------------ what is quicker kept than made again

    def rules(self, key: str) -> bytes | None:
        """Rules that were checked: those kept under this key, by this very program."""
        return self._spare("SELECT rules FROM rule_sets WHERE key = ?", key)

    def keep_rules(self, key: str, rules: bytes) -> None:
        """Keep rules that were checked."""
        self._keep_spare("rule_sets", key, rules)

    def view(self, key: str) -> bytes | None:
        """A view of a caseload: the one kept under this key, by this very program."""
        return self._spare("SELECT view FROM views WHERE key = ?", key)

    def keep_view(self, key: str, view: bytes) -> None:
        """Keep a view of a caseload, until the words of one of its plans are let go."""
        self._keep_spare("views", key, view)

    def _spare(self, statement: str, key: str) -> bytes | None:
        with self._guarded():
            found = self._db.execute(statement, (f"{_program()} {key}",)).fetchone()
        try:
            return None if found is None else zlib.decompress(found[0])
        except zlib.error:
            return None

    def _keep_spare(self, table: str, key: str, payload: bytes) -> None:
        # Where there is no room for it, it is made again the next time.
        with contextlib.suppress(StoreError), self._transaction():
            self._db.execute(
                f"INSERT OR REPLACE INTO {table} VALUES (?, ?)",  # noqa: S608
                (f"{_program()} {key}", zlib.compress(payload, 1)),
            )
            self._db.execute(
                f"DELETE FROM {table} WHERE rowid NOT IN (SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT ?)",  # noqa: S608
                (SPARE,),
            )

    # ------------------------------------------------------------ runs

    def record(
        self,
        method: int,
        *,
        as_of: date,
        verdict: Verdict,
        gate: str,
        suppressed: int,
        figures: Mapping[str, Any],
        members: Sequence[Member],
        failures: Sequence[Failure],
    ) -> int:
        """Remember a finished run. Gives its number."""
        with self._transaction():
            made = self._db.execute(
                "INSERT INTO runs (at, as_of, method, verdict, gate, suppressed, figures, members, failures) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    as_of.isoformat(),
                    method,
                    verdict,
                    gate,
                    suppressed,
                    json.dumps({**figures, "failures": len(failures)}),
                    _packed([(named(m.path), m.result, m.percent) for m in members]),
                    _packed([(named(f.path), f.error) for f in failures]),
                ),
            )
            return int(made.lastrowid or 0)

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        with self._guarded():
            rows = self._db.execute(
                "SELECT runs.id, at, as_of, digest, version, rules, verdict, gate, suppressed, figures "
                "FROM runs JOIN methods ON methods.id = runs.method ORDER BY runs.id"
            ).fetchall()
        return self._opened(lambda: [_run_record(row) for row in rows])

    def members(self, run: int) -> list[Member]:
        """The plans of a run, in its order."""
        with self._guarded():
            packed = self._one("SELECT members FROM runs WHERE id = ?", run)[0]
        entries = self._opened(lambda: _MEMBERS.validate_json(zlib.decompress(packed)))
        return [Member(*entry) for entry in entries]

    def failures(self, run: int) -> dict[str, str]:
        """The files that a run could not audit: path → the word of the error."""
        with self._guarded():
            packed = self._one("SELECT failures FROM runs WHERE id = ?", run)[0]
        return dict(self._opened(lambda: _FAILED.validate_json(zlib.decompress(packed))))

    def cards(self, run: int) -> dict[str, tuple[str, str, str, str]]:
        """The rules of a run: id → digest of its text, theme, severity, title."""
        with self._guarded():
            packed = self._one("SELECT cards FROM methods JOIN runs ON methods.id = runs.method WHERE runs.id = ?", run)
        return self._opened(lambda: _CARDS.validate_json(zlib.decompress(packed[0])))

    def content(self, result: int) -> str:
        """SHA-256 of the file that a result is of."""
        with self._guarded():
            return str(self._one("SELECT content FROM results WHERE id = ?", result)[0])

    # ------------------------------------------------------------ care

    def verify(self) -> list[str]:
        """What is wrong with the file, a line each: SQLite's own check, and every result read and opened."""
        with self._guarded():
            wrong = [row[0] for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            numbers = [row[0] for row in self._db.execute("SELECT id FROM results ORDER BY id")]
        for number in numbers:
            try:
                self.summary(number, "")
                self.whole(number, "")
                if self.piece(number, "trace") is not None:
                    self.trace(number, "")
            except StoreError:
                wrong.append(f"result {number} is damaged")
        return wrong

    def forget(self, days: int) -> int:
        """Let go of the words of all plans that no run of the last so many days had. Gives how many."""
        start = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        with self._guarded():
            recent = {
                member.result
                for (run,) in self._db.execute("SELECT id FROM runs WHERE at >= ?", (start,)).fetchall()
                for member in self.members(run)
            }
        with self._transaction():
            worded = [row[0] for row in self._db.execute("SELECT id FROM results WHERE trace IS NOT NULL")]
            gone = [(number,) for number in worded if number not in recent]
            self._db.executemany("UPDATE results SET whole = NULL, trace = NULL WHERE id = ?", gone)
            self._db.execute("DELETE FROM views")
        return len(gone)


_ANOTHER = "SELECT (SELECT content FROM results WHERE id = ?) <> (SELECT content FROM results WHERE id = ?)"
_LATER = ConfigDict(defer_build=True)
"""Most runs read none of these."""
_MEMBERS: TypeAdapter[list[tuple[str, int, float | None]]] = TypeAdapter(
    list[tuple[str, int, float | None]], config=_LATER
)
_FAILED: TypeAdapter[list[tuple[str, str]]] = TypeAdapter(list[tuple[str, str]], config=_LATER)
_CARDS: TypeAdapter[dict[str, tuple[str, str, str, str]]] = TypeAdapter(
    dict[str, tuple[str, str, str, str]], config=_LATER
)


def _use_of(row: Row, day: date) -> tuple[bool, bool, bool, int]:
    """Greater for a result that is of more use to a run on this day."""
    return row.complete, day in row.days, day in row.firm, row.id


@lru_cache(4096)
def _days(since: str, until: str) -> Days:
    return Days(date.fromisoformat(since), date.fromisoformat(until))


def _written(days: Days) -> tuple[str, str]:
    return days.since.isoformat(), days.until.isoformat()


def _run_record(row: tuple[Any, ...]) -> RunRecord:
    number, at, day, method, version, rules, verdict, gate, suppressed, figures = row
    return RunRecord(
        number, at, date.fromisoformat(day), method, version, rules, verdict, gate, suppressed, json.loads(figures)
    )


def named(path: str) -> str:
    """A path as a store writes it: from the root, and in UTF-8 whatever bytes the file system has."""
    return os.path.abspath(path).encode("utf-8", "backslashreplace").decode()  # noqa: PTH100 - links stay as they are


def _packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), 6)


def _fault(error: sqlite3.Error) -> str:
    """What SQLite complains of, for a person."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "is in use by another run; try again when that has ended"
    if name.startswith("SQLITE_FULL"):
        return "the disk is full; what was done so far is kept, and a rerun goes on from there"
    if name.startswith("SQLITE_NOTADB"):
        return "is not a store of ehcaudit; it was left as it is"
    if name.startswith("SQLITE_CORRUPT"):
        return "is damaged; “history --verify” says more, or begin a new store"
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return "cannot be opened for writing; look at its permissions and its folder's"
    if name.startswith("SQLITE_IOERR"):
        return "the disk does not take or give what is asked; what was done so far is kept"
    return f"cannot be used ({name or type(error).__name__})"
