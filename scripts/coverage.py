#!/usr/bin/env python3
"""Which lines of src/ the tests run.

    scripts/coverage.py            writes docs/coverage.md
    scripts/coverage.py --lines    prints the lines that no test runs, file by file

Needs cargo-llvm-cov (`cargo install --locked cargo-llvm-cov`) and, because doctests are counted, a nightly
compiler with its llvm-tools (`rustup toolchain install nightly -c llvm-tools`). Runs the unit tests, those of tests/
and the doctests with all features and, for the portable kernels, the first two without any. Takes some ten minutes
on two cores. Lines of documentation are not counted, though doctests put them on the compiler's list. A small function
that the compiler writes into its callers in another crate may be called and count as not run.

The reasons for what is left stand in REASONS; a file with lines that no test runs and without a reason makes the
exit code 1.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "coverage.md"

# By the start of the path: what the lines are that no test runs.
REASONS = [
    ("src/audit/", "a projection onto nothing, and a call that the compiler writes into its caller"),
    ("src/chance/", "a continued fraction that gives up, which no input is known to make it do"),
    ("src/conflict/", "sets of which bounds leave open what is left of a goal: they are skipped"),
    ("src/diagnose/", "an inflation that is infinite though the rank is full"),
    ("src/estimate/", "functions that the compiler runs itself (`const`), and spreads that no scalar holds"),
    ("src/frontier/", "iterations that give up, and floors that only rounding violates: no input is known for either"),
    ("src/io/", "big-endian bfloat16, and files that change or fail while they are read"),
    ("src/linalg/", "other ways for factorisations that fail, and iterations that give up: no input is known for either"),
    ("src/measure/", "errors of the floors below, handed on"),
    ("src/metric/", "errors of the floors below, handed on"),
    ("src/monte_carlo.rs", "a call that the compiler writes into its caller"),
    ("src/notebook/", "sentences for results that no tested card has"),
    ("src/objectives/", "slopes that freezing brings below the least number"),
    ("src/plot/", "errors of the backend, handed on, and curves that leave their frame in ways no tested figure has"),
    ("src/real.rs", "a call that the compiler writes into its caller"),
    ("src/report/", "a layout that no tested report has"),
    ("src/scaling/", "iterations that give up, and models that a `match` names for the compiler's sake"),
    ("src/special/", "iterations that give up, which no input is known to make them do"),
    ("src/subspace/", "a rank above what centred samples can have, should rounding find one"),
    ("src/tax/", "draws and estimates that are degenerate in ways no test plants"),
]


def cargo(*arguments: str) -> str:
    environment = {
        **os.environ,
        "CARGO_INCREMENTAL": "0",
        "CARGO_PROFILE_DEV_DEBUG": "0",
        "CARGO_PROFILE_TEST_DEBUG": "0",
    }
    command = ["cargo", "+nightly", "llvm-cov", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return result.stdout


def measured() -> dict[str, dict[int, int]]:
    """By file how often each of its lines of code was run."""
    cargo("clean", "--workspace")
    cargo("--no-report", "--lib", "--tests", "--all-features")
    cargo("--no-report", "--doc", "--all-features")
    cargo("--no-report", "--lib", "--tests", "--no-default-features")
    files: dict[str, dict[int, int]] = {}
    source, counts = [], None
    for entry in cargo("report", "--doctests", "--lcov").splitlines():
        kind, _, value = entry.partition(":")
        if kind == "SF":
            path = Path(value)
            counts = None
            if path.is_relative_to(ROOT / "src"):
                source = path.read_text().splitlines()
                counts = files.setdefault(str(path.relative_to(ROOT)), {})
        elif kind == "DA" and counts is not None:
            line, times = (int(x) for x in value.split(",")[:2])
            text = source[line - 1].strip() if line <= len(source) else ""
            if not text.startswith(("///", "//!")):
                counts[line] = counts.get(line, 0) + times
    return {path: counts for path, counts in sorted(files.items()) if counts}


def reason(path: str) -> str | None:
    return next((text for start, text in REASONS if path.startswith(start)), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", action="store_true")
    arguments = parser.parse_args()
    files = measured()
    left = {
        path: [line for line, times in sorted(counts.items()) if times == 0]
        for path, counts in files.items()
    }
    if arguments.lines:
        for path, lines in left.items():
            source = (ROOT / path).read_text().splitlines()
            for line in lines:
                print(f"{path}:{line}: {source[line - 1].strip()}")
        return
    rows = []
    for path, counts in files.items():
        why = f"{reason(path) or ''}: {ranges(left[path])}" if left[path] else ""
        rows.append(f"| `{path}` | {len(counts) - len(left[path])} of {len(counts)} | {why} |")
    count = sum(map(len, files.values()))
    covered = count - sum(map(len, left.values()))
    share = f"{100 * covered / count:.1f} % of {count:,} lines in {len(files)} files"
    REPORT.write_text(
        "# Coverage\n\n"
        "Written by `scripts/coverage.py`: the lines of code that the unit tests, those of `tests/` and the doctests run, with all\n"
        "features and with none; what is left, with its line numbers.\n\n"
        f"In all: {share}.\n\n"
        "| file | lines run | what is left |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    print(share)
    missing = [path for path, lines in left.items() if lines and reason(path) is None]
    if missing:
        sys.exit("no reason is given for " + ", ".join(missing))


def ranges(lines: list[int]) -> str:
    """1, 3 to 5."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


if __name__ == "__main__":
    main()
