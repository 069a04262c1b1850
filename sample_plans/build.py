"""Build the sample plans: content (TOML) poured into real layouts (Word), and beside each what it must yield.

usage: python sample_plans/build.py                      write NAME.docx and NAME.expected.toml for content/NAME.toml
       python sample_plans/build.py --check              say whether the committed files agree with the content
       python sample_plans/build.py --validate           only read the content files and say what is wrong
       python sample_plans/build.py --many 1000 --to DIR [--seed N] [--words N] [--layout NAME|all] [--faults]

The format of the content is described in docs/sample-plans.md.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from plan_builder import content  # noqa: E402
from plan_builder.expected import as_toml, expected_of  # noqa: E402
from plan_builder.layouts import render  # noqa: E402
from plan_builder.style import styles  # noqa: E402


def validate() -> int:
    """Read every content file; print each with its size, or what is wrong with it."""
    wrong = 0
    for path in sorted((HERE / "content").glob("*.toml")):
        try:
            plan = content.load(path)
        except ValueError as error:
            wrong += 1
            print(f"{path.name}: {error}")
        else:
            print(f"{path.name}: {plan.layout}, {plan.words()} words, {len(plan.expect.findings)} faults planted")
    return 1 if wrong else 0


def built() -> dict[str, bytes]:
    """Name → bytes of every file that the content gives."""
    out: dict[str, bytes] = {}
    for path in sorted((HERE / "content").glob("*.toml")):
        plan = content.load(path)
        out[f"{path.stem}.docx"] = render(plan)
        out[f"{path.stem}.expected.toml"] = as_toml(expected_of(plan), path.stem).encode()
    return out


def same(one: bytes, other: bytes) -> bool:
    """Whether two files hold the same: for Word files member by member, since zlib's versions compress differently."""
    if one == other:
        return True
    if one[:2] != b"PK" or other[:2] != b"PK":
        return one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")
    with zipfile.ZipFile(io.BytesIO(one)) as a, zipfile.ZipFile(io.BytesIO(other)) as b:
        return a.namelist() == b.namelist() and all(a.read(name) == b.read(name) for name in a.namelist())


def check() -> list[str]:
    """What differs between the committed files and what the content gives, one line each."""
    wanted = built()
    wrong = [f"{name} is missing" for name in wanted if not (HERE / name).is_file()]
    wrong += [
        f"{name} differs"
        for name, data in wanted.items()
        if (HERE / name).is_file() and not same((HERE / name).read_bytes(), data)
    ]
    committed = {path.name for pattern in ("*.docx", "*.expected.toml") for path in HERE.glob(pattern)}
    return sorted(wrong + [f"{name} has no content file" for name in committed - set(wanted)])


def rebuild() -> None:
    """Write the files that differ, and take away those without content."""
    wanted = built()
    for pattern in ("*.docx", "*.expected.toml"):
        for path in HERE.glob(pattern):
            if path.name not in wanted and not path.name.startswith("~$"):
                path.unlink()
    for name, data in wanted.items():
        path = HERE / name
        if not path.is_file() or not same(path.read_bytes(), data):
            path.write_bytes(data)
            print(f"wrote {name}, {len(data) // 1024 + 1} kB")


def many(count: int, to: Path, *, seed: int, words: int, layout: str, faults: bool) -> None:
    """Write so many different plans into a folder, each with what it must yield beside it."""
    from plan_builder.generate import generate, some_faults

    to.mkdir(parents=True, exist_ok=True)
    names = sorted(styles()) if layout == "all" else [layout]
    for n in range(count):
        own = seed * 1_000_003 + n
        chosen = names[n % len(names)]
        planted = some_faults(own) if faults else ()
        plan, expected = generate(own, layout=chosen, words=words, faults=planted)
        name = f"plan-{n + 1:05d}-{chosen}"
        (to / f"{name}.docx").write_bytes(render(plan))
        (to / f"{name}.expected.toml").write_text(as_toml(expected, name), encoding="utf-8", newline="\n")


def main() -> int:
    """Do what the flags say."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    options.add_argument("--validate", action="store_true", help="only read the content files")
    options.add_argument("--many", type=int, metavar="N", help="build N plans that are all different")
    options.add_argument("--to", type=Path, metavar="DIR", help="where --many writes")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--words", type=int, default=6000)
    options.add_argument("--layout", default="all", choices=["all", *styles()])
    options.add_argument("--faults", action="store_true", help="plant faults; each plan's expectation names them")
    chosen = options.parse_args()
    if chosen.validate:
        return validate()
    if chosen.check:
        wrong = check()
        print("\n".join(wrong) or "the committed plans agree with the content")
        return 1 if wrong else 0
    if chosen.many:
        if chosen.to is None:
            options.error("--many needs --to DIR")
        many(
            chosen.many,
            chosen.to,
            seed=chosen.seed,
            words=chosen.words,
            layout=chosen.layout,
            faults=chosen.faults,
        )
        return 0
    rebuild()
    return 0


if __name__ == "__main__":
    sys.exit(main())
