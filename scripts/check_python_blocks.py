#!/usr/bin/env python3
"""The Python of the guide: every block compiles, and what needs no model is run.

    python3 -m venv /tmp/blocks && /tmp/blocks/bin/pip install numpy==2.4.6 safetensors==0.8.0
    /tmp/blocks/bin/python scripts/check_python_blocks.py            compare with the fixtures
    /tmp/blocks/bin/python scripts/check_python_blocks.py --write    rewrite them

Takes the blocks marked python from src/guide/*.rs and README.md, in order. Blocks of the guide that
import nothing but NumPy, safetensors and the standard library are run, those of a chapter one after the
other in one namespace and an empty folder; the files they leave there have to hold what those of
tests/fixtures/<chapter>/ do (bytes may differ: safetensors shuffles its metadata, zlib has versions).
The others are compiled only, and listed.
Exit 1 on a block that does not compile or run, or on a file that differs.
"""

import ast
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNABLE = set(sys.stdlib_module_names) | {"numpy", "safetensors"}


def blocks(path):
    """(line, source) of each block, without the comment marks of Rust."""
    inside, start, lines = False, 0, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = re.sub(r"^//! ?", "", line) if path.suffix == ".rs" else line
        if inside and text.startswith("```"):
            yield start, "\n".join(lines) + "\n"
            inside = False
        elif inside:
            lines.append(text)
        elif text.strip() == "```python":
            inside, start, lines = True, number + 1, []
    if inside:
        raise SystemExit(f"{path}: the block from line {start} has no end")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def content(path):
    """What a file holds, in a form that can be compared."""
    import numpy as np
    from safetensors import safe_open

    def array(x):
        return str(x.dtype), x.shape, x.flags.f_contiguous, x.tobytes()

    if path.suffix == ".safetensors":
        with safe_open(path, "numpy") as file:
            return file.metadata(), {key: array(file.get_tensor(key)) for key in sorted(file.keys())}
    if path.suffix == ".npz":
        with np.load(path) as file:
            return {key: array(file[key]) for key in file.files}
    if path.suffix == ".npy":
        return array(np.load(path))
    return path.read_bytes()


def check(path, write):
    faults = 0
    ran = compiled = 0
    name = path.relative_to(ROOT)
    fixtures = ROOT / "tests/fixtures" / path.stem
    namespace = {"__name__": path.stem}
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for line, source in blocks(path):
                # Empty lines above, so that messages have the line of the file.
                source = "\n" * (line - 1) + source
                try:
                    tree = ast.parse(source, filename=str(name))
                    code = compile(tree, str(name), "exec")
                except SyntaxError as error:
                    print(f"{name}:{error.lineno}: {error.msg}")
                    faults += 1
                    continue
                compiled += 1
                foreign = sorted(set(imports(tree)) - RUNNABLE)
                if foreign or path.suffix != ".rs":
                    print(f"{name}:{line}: compiled, not run ({', '.join(foreign) or 'a fragment'})")
                    continue
                try:
                    exec(code, namespace)
                except Exception as error:  # whatever a block raises is a fault of the block
                    print(f"{name}:{line}: {type(error).__name__}: {error}")
                    faults += 1
                    continue
                ran += 1
                print(f"{name}:{line}: ran")
        finally:
            os.chdir(home)
        files = sorted(Path(folder).iterdir())
        written = {file.name: content(file) for file in files}
        if write and written:
            fixtures.mkdir(parents=True, exist_ok=True)
            for file in files:
                (fixtures / file.name).write_bytes(file.read_bytes())
    known = {f.name: content(f) for f in fixtures.iterdir()} if written and fixtures.is_dir() else {}
    for file in sorted(written.keys() | known.keys()):
        if written.get(file) != known.get(file):
            print(f"{fixtures.relative_to(ROOT) / file}: not what the blocks of {name} write")
            faults += 1
    return compiled, ran, len(written), faults


def main():
    arguments = sys.argv[1:]
    if arguments not in ([], ["--write"]):
        raise SystemExit(__doc__)
    paths = [*sorted((ROOT / "src/guide").glob("*.rs")), ROOT / "README.md"]
    totals = [sum(column) for column in zip(*(check(path, bool(arguments)) for path in paths))]
    compiled, ran, files, faults = totals
    print(f"{compiled} blocks compiled, {ran} of them run, {files} files compared, {faults} faults")
    raise SystemExit(faults > 0 or ran == 0)


if __name__ == "__main__":
    main()
