#!/usr/bin/env python3
"""Everything that the crate promises of a cluster, on this machine: builds, tests, writes Parquet, measures.

    crates/alignment-tax-datafusion/loopback.py                  one scheduler and two executors, 10^6 rows
    crates/alignment-tax-datafusion/loopback.py --rows 5000000
    crates/alignment-tax-datafusion/loopback.py --single         32-bit floats in the files

Prints the tests, the comparison with the core crate here and on the cluster, what happens when an executor is killed
in the middle of a query and when both are, the memory of each executor, and a table of throughput. Needs a
Rust toolchain and Python with venv; takes some forty minutes the first time on two cores, most of it compiling the engine. Exit code 0 if all holds.
"""

import argparse
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

MODULES = ["numpy==2.4.6", "pyarrow==26.0.1", "safetensors==0.8.0"]
# The shipped activations through the function of the README, a file a layer.
WRITE = """
import pathlib, re, sys
import numpy as np
from safetensors.numpy import load_file
readme, data, out = map(pathlib.Path, sys.argv[1:])
exec(re.search(r"```python\\n(.*?)```", readme.read_text(), re.S)[1])
for path in sorted(data.glob("*.mean.safetensors")):
    tensors, batches = load_file(path), []
    for name in sorted(tensors):
        concept, split, side = name.split(".")
        x = tensors[name]
        pair = np.arange(len(x)) + (48 if split == "heldout" else 0)
        batches.append((int(path.name[5:7]), concept, np.full(len(x), side == "plus"), pair, x))
    write(out / f"{path.name[:7]}.parquet", batches, x.shape[1])
"""
CRATE = pathlib.Path(__file__).resolve().parent
ROOT = CRATE.parent.parent


def cargo(*arguments):
    command = ["cargo", arguments[0], "--release", "-p", "alignment-tax-datafusion", "--features", "cluster", *arguments[1:]]
    print("$", " ".join(command), flush=True)
    subprocess.run(command, cwd=ROOT, check=True)


def free_port():
    """A port that is free, and the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


def listening(port):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"nothing listens at port {port}")


class Cluster:
    """One scheduler and two executors, stopped at the end."""

    def __init__(self, binaries, folder):
        self.programs = []
        self.scheduler = free_port()
        self.start(binaries / "alignment-tax-scheduler", self.scheduler, folder, "--address", f"127.0.0.1:{self.scheduler}", "--timeout", "6")
        self.executors = []
        for _ in range(2):
            port = free_port()
            program = self.start(
                binaries / "alignment-tax-executor", port, folder,
                "--scheduler", f"127.0.0.1:{self.scheduler}", "--address", f"127.0.0.1:{port}", "--heartbeat", "1", "--cores", "1",
            )
            self.executors.append(program)
        # An executor is known to the scheduler a moment after it listens.
        time.sleep(1)

    def start(self, binary, port, folder, *arguments):
        log = (folder / f"{binary.name}-{port}.log").open("w")
        program = subprocess.Popen([binary, *arguments], stdout=log, stderr=log, env={**os.environ, "RUST_LOG": "warn"})
        self.programs.append(program)
        listening(port)
        return program

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
        for program in self.programs:
            program.wait()

    @property
    def address(self):
        return f"df://127.0.0.1:{self.scheduler}"


def cpu(pid):
    """Seconds of processor time of a process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid):
    """The most memory that a process has held."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--single", action="store_true", help="32-bit floats")
    parser.add_argument("--no-tests", action="store_true", help="the programs only")
    parser.add_argument("--folder", type=pathlib.Path, help="where the files are written [a temporary folder]")
    arguments = parser.parse_args()

    cargo("build", "--bins", "--examples")
    if not arguments.no_tests:
        cargo("test")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release"
    program = target / "examples" / "loopback"

    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        folder = pathlib.Path(folder)
        data = folder / "activations"

        def loopback(*words, **keywords):
            return subprocess.run([program, *map(str, words)], text=True, **keywords)

        print("\n== files", flush=True)
        extra = ["--single"] if arguments.single else []
        loopback("write", data, "--rows", arguments.rows, "--files", arguments.files, *extra, check=True)

        print("\n== files by the Python of the README", flush=True)
        venv = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *MODULES], check=True)
        (folder / "python").mkdir()
        shipped = ROOT / "data" / "smollm2" / "activations"
        subprocess.run([venv / "bin" / "python", "-c", WRITE, CRATE / "README.md", shipped, folder / "python"], check=True)
        loopback("measure", folder / "python", "--brief", check=True)

        print("\n== in this process", flush=True)
        loopback("measure", data, check=True)

        print("\n== one scheduler, two executors; then a quarter of the rows", flush=True)
        loopback("write", folder / "quarter", "--rows", arguments.rows // 4, "--files", arguments.files, *extra, check=True)
        whole = None
        for part in [data, folder / "quarter"]:
            with Cluster(target, folder) as cluster:
                started = time.monotonic()
                loopback("measure", part, "--scheduler", cluster.address, "--partitions", 8, "--brief", check=True)
                whole = whole or time.monotonic() - started
                for executor in cluster.executors:
                    print(f"executor {executor.pid}: {cpu(executor.pid):.1f} s of processor time, at most {peak(executor.pid) / 1e6:.0f} MB", flush=True)

        print("\n== one executor killed in the middle", flush=True)
        with Cluster(target, folder) as cluster:
            query = subprocess.Popen([program, "measure", data, "--scheduler", cluster.address, "--partitions", "8", "--brief"])
            victim = cluster.executors[1]
            before = time.monotonic()
            while cpu(victim.pid) < 0.2 * whole and query.poll() is None:
                time.sleep(0.05)
            if query.poll() is not None:
                sys.exit("the query ended before an executor could be killed")
            worked = cpu(victim.pid)
            victim.send_signal(signal.SIGKILL)
            print(f"killed after {time.monotonic() - before:.1f} s, {worked:.1f} s of them at work", flush=True)
            code = query.wait(timeout=600)
            if code:
                sys.exit("the query failed")
            print("the answer is that of all rows")

        print("\n== both executors killed", flush=True)
        with Cluster(target, folder) as cluster:
            query = subprocess.Popen(
                [program, "measure", data, "--scheduler", cluster.address, "--partitions", "8", "--brief"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            while cpu(cluster.executors[0].pid) < 0.1 * whole and query.poll() is None:
                time.sleep(0.05)
            for executor in cluster.executors:
                executor.send_signal(signal.SIGKILL)
            said, _ = query.communicate(timeout=600)
            print(said.strip()[-600:])
            if query.returncode == 0:
                sys.exit("the query gave an answer that cannot be")

        print("\n== throughput", flush=True)
        loopback("throughput", data, check=True)
    print("\nall of it holds")


if __name__ == "__main__":
    main()
