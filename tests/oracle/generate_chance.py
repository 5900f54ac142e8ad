#!/usr/bin/env python3
"""High-precision reference data for chance levels and adjusted p-values.

    python -m venv /tmp/oracle-venv
    /tmp/oracle-venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 gmpy2==2.3.2 scipy==1.17.1
    /tmp/oracle-venv/bin/python tests/oracle/generate_chance.py            # rewrite
    /tmp/oracle-venv/bin/python tests/oracle/generate_chance.py --check    # compare only

Conventions are those of generate.py: stored inputs are exact, truths are strings of digits.

beta_tails.json   {"cases": [...]}, each for X ~ Beta(m/2, (d - m)/2) and one point
    d, m
    x, y     the point and its complement. Where x <= 1/2, x is exact and y = 1 - x; where x > 1/2, y is
             exact and x = 1 - y (both are stored as the nearest f64)
    lower    P(X <= x), upper = P(X >= x), 25 digits
  Every case has min(lower, upper) >= 1e-300. The series is DLMF 8.17.8, all terms positive, with 400 digits;
  mpmath's own betainc is compared where d is small.

adjusted.json     {"cases": [...]}, each
    name, p          p-values
    bh               scipy.stats.false_discovery_control(p, method="bh")
    holm             from the definition, in exact rational arithmetic
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from mpmath import mp, mpf
from scipy.stats import false_discovery_control

HERE = Path(__file__).resolve().parent
mp.dps = 400


def text(x):
    return mp.nstr(x, 25, min_fixed=0, max_fixed=0)


def dump(cases):
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    return '{"cases": [\n' + lines + "\n]}\n"


def lower_tail(a, b, x, y):
    """I_x(a, b) = x^a y^b / (a B(a, b)) * sum_k (a + b)_k / (a + 1)_k x^k."""
    total, term, k = mpf(1), mpf(1), 0
    while term > total * mpf(10) ** -390:
        term *= (a + b + k) / (a + 1 + k) * x
        total += term
        k += 1
    factor = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b))
    return factor / a * total


def points(d, m):
    mean = m / d
    deviation = (2 * mean * (1 - mean) / (d + 2)) ** 0.5
    xs = [mean + t * deviation for t in (-35, -25, -12, -6, -3, -1, 0, 0.02, 1, 3, 6, 12, 25, 50)]
    found = [(x, None) for x in xs if 0 < x <= 0.5] + [(None, 1 - x) for x in xs if 0.5 < x < 1]
    for k in (1, 2, 4, 8, 30, 150, 299):
        # Log-spaced towards both ends.
        found.append((0.4 * 10.0 ** -k if k > 1 else mean / 10, None))
        found.append((None, 0.4 * 10.0 ** -k if k > 1 else (1 - mean) / 10))
    return found


def beta_tails():
    cases = []
    for d in (2, 3, 4, 7, 16, 65, 576, 1024, 4096, 16384):
        counts = sorted({m for m in (1, 2, 3, d // 16, d // 4, d // 2, d - d // 8, d - 2, d - 1) if 1 <= m < d})
        for m in counts:
            a, b = mpf(m) / 2, mpf(d - m) / 2
            for x, y in points(d, m):
                if x is not None and x <= 0.5:
                    ex = mpf(x)
                    ey = 1 - ex
                elif y is not None and y < 0.5:
                    ey = mpf(y)
                    ex = 1 - ey
                else:
                    continue
                if ex <= mpf("0.5"):
                    lower = lower_tail(a, b, ex, ey)
                    upper = 1 - lower
                else:
                    upper = lower_tail(b, a, ey, ex)
                    lower = 1 - upper
                if min(lower, upper) < mpf(10) ** -300:
                    continue
                if d <= 16:
                    other = mp.betainc(a, b, 0, ex, regularized=True)
                    assert abs(other - lower) < mpf(10) ** -60
                cases.append({"d": d, "m": m, "x": float(ex), "y": float(ey),
                              "lower": text(lower), "upper": text(upper)})
    return dump(cases)


def holm(p):
    exact = [Fraction(x) for x in p]
    order = sorted(range(len(p)), key=lambda i: exact[i])
    adjusted, running = [Fraction(0)] * len(p), Fraction(0)
    for rank, i in enumerate(order):
        running = max(running, min(Fraction(1), (len(p) - rank) * exact[i]))
        adjusted[i] = running
    return [float(x) for x in adjusted]


def adjusted():
    generator = np.random.Generator(np.random.PCG64(20260302))
    cases = []

    def add(name, p):
        p = [float(x) for x in p]
        bh = [float(x) for x in false_discovery_control(p, method="bh")]
        cases.append({"name": name, "p": p, "bh": bh, "holm": holm(p)})

    add("one", [0.04])
    add("zero_and_one", [0.0, 1.0])
    add("ties", [0.02, 0.01, 0.02, 0.5, 0.01, 0.5])
    add("all_equal", [0.03] * 7)
    add("descending", [0.9, 0.5, 0.04, 0.03, 0.001])
    # Benjamini and Hochberg (1995), section 4.1: thrombolysis trials.
    add("bh1995", [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                   0.4262, 0.5719, 0.6528, 0.7590, 1.0000])
    for n in (10, 64, 300):
        add(f"uniform_{n}", generator.random(n))
        # Products, not a power: those of NumPy differ in the last digit between processors.
        cube = (u := generator.random(n)) * u * u
        add(f"mixed_{n}", cube * cube)
        add(f"tied_{n}", np.round(generator.random(n), 1))
    return dump(cases)


FILES = {"beta_tails.json": beta_tails, "adjusted.json": adjusted}


def main(argv):
    if argv not in ([], ["--check"]):
        print("usage: generate_chance.py [--check]", file=sys.stderr)
        return 2
    different = 0
    for name, make in FILES.items():
        data = make().encode("ascii")
        path = HERE / name
        if not argv:
            path.write_bytes(data)
            print(f"wrote {name}: {len(data)} bytes, {data.count(chr(10).encode()) - 2} cases")
        elif not path.exists() or path.read_bytes() != data:
            print(f"{name}: differs")
            different = 1
        else:
            print(f"{name}: ok")
    return different


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
