#!/usr/bin/env python3
"""Races the bootstrap of the crate against the plain NumPy loop, on one thread each.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python scripts/race_bootstrap.py            # add --at-least 50 to fail below

Both resample 512 paired differences of dimension 4096 (mean shift 3, noise variance 2 per
coordinate) a thousand times, against a known subspace of dimension 6, and form the same
ratio of U-statistics. The loop does what one would write: gather the drawn rows, add them
up, project. Their means and standard deviations must agree within simulation error. The
times are of the bootstrap alone, without reading files.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402 (threads are set before it loads)

ROOT = pathlib.Path(__file__).resolve().parent.parent


def numpy_loop(x, q, replicates, rng):
    n = len(x)
    squared = np.einsum("ij,ij->i", x, x)
    y = x @ q
    within = np.einsum("ij,ij->i", y, y)
    tau = np.empty(replicates)
    for b in range(replicates):
        drawn = rng.integers(0, n, n)
        total = x[drawn].sum(axis=0)
        counts = np.bincount(drawn, minlength=n).astype(float) ** 2
        along = q.T @ total
        tau[b] = (along @ along - counts @ within) / (total @ total - counts @ squared)
    return tau


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--dimension", type=int, default=4096)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--at-least", type=float, default=0.0)
    options = parser.parse_args()

    subprocess.run(
        ["cargo", "build", "--release", "--quiet", "--features", "io", "--example", "bootstrap"],
        cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

    rng = np.random.default_rng(2026)
    q, _ = np.linalg.qr(rng.standard_normal((options.dimension, 6)))
    rest = rng.standard_normal(options.dimension)
    rest -= q @ (q.T @ rest)
    v = 0.6 * q[:, 0] + 0.8 * rest / np.linalg.norm(rest)
    x = 3.0 * v + np.sqrt(2.0) * rng.standard_normal((options.samples, options.dimension))

    started = time.perf_counter()
    tau = numpy_loop(x, q, options.replicates, rng)
    loop = time.perf_counter() - started
    print(f"NumPy loop   mean {tau.mean():.4f}  sd {tau.std(ddof=1):.4f}  {loop:.3f} s")

    with tempfile.TemporaryDirectory() as folder:
        safety, span = pathlib.Path(folder, "x.npy"), pathlib.Path(folder, "q.npy")
        np.save(safety, x)
        np.save(span, q.T.copy())
        out = subprocess.run(
            [target / "release/examples/bootstrap", "--safety", safety, "--capabilities", span,
             "--replicates", str(options.replicates)],
            check=True, capture_output=True, text=True).stdout
    found = re.search(r"bootstrap +(\S+) .*standard error (\S+) +in (\S+) s", out)
    middle, deviation, ours = (float(x) for x in found.groups())
    print(f"this crate   median {middle:.4f}  sd {deviation:.4f}  {ours:.3f} s")
    print(f"ratio        {loop / ours:.0f}")

    error = tau.std() / np.sqrt(options.replicates)
    if abs(np.median(tau) - middle) > 10 * error or abs(deviation / tau.std() - 1) > 0.2:
        sys.exit("the two bootstraps disagree")
    if loop / ours < options.at_least:
        sys.exit(f"less than {options.at_least} times as fast")


if __name__ == "__main__":
    main()
