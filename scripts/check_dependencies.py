#!/usr/bin/env python3
"""Licences and minimal Rust versions of everything that the crate is built from.

    scripts/check_dependencies.py          the table, and exit code 1 if something does not hold
    scripts/check_dependencies.py --quiet  only what does not hold

Reads `cargo metadata` of the committed lock file, with all features, without packages that only tests,
examples and benches use. It fails on a licence that is not in the list below (in an OR, one that is suffices),
on a package without a licence, and on one that declares a newer Rust than ours.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What a crate under MIT OR Apache-2.0 may be linked with, notices aside.
ACCEPTED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quiet", action="store_true", help="only what does not hold")
    options = parser.parse_args()
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    metadata = json.loads(found)
    packages = {package["id"]: package for package in metadata["packages"]}
    ours = packages[metadata["resolve"]["root"]]
    faults = []
    for package in sorted(linked(metadata), key=lambda identity: packages[identity]["name"]):
        package = packages[package]
        licence, rust = package["license"], package["rust_version"]
        name = f"{package['name']} {package['version']}"
        if not licence or not accepted(licence):
            faults.append(f"{name}: the licence {licence!r} is not accepted")
        if rust and version(rust) > version(ours["rust_version"]):
            faults.append(f"{name}: needs Rust {rust}, and we declare {ours['rust_version']}")
        if not options.quiet:
            print(f"{name:40} {rust or '':8} {licence}")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    sys.exit(bool(faults))


def linked(metadata):
    """What is built into the crate: dependencies and what builds them, not those of tests."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    todo, seen = [metadata["resolve"]["root"]], set()
    while todo:
        current = todo.pop()
        for dependency in nodes[current]["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
            if kinds - {"dev"} and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                todo.append(dependency["pkg"])
    return seen


def accepted(expression):
    """Whether an SPDX expression of AND, OR and parentheses can be met by the list."""
    tokens = re.findall(r"[()]|[^()\s]+", expression.replace("/", " OR "))

    def alternatives():
        met = all_of()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = all_of() or met
        return met

    def all_of():
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one():
        token = tokens.pop(0)
        if token == "(":
            met = alternatives()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            token = f"{token} {tokens.pop(0)} {tokens.pop(0)}"
        return token in ACCEPTED

    return alternatives()


def version(text):
    return tuple(int(part) for part in (text + ".0.0").split("."))[:3]


if __name__ == "__main__":
    main()
