#!/usr/bin/env python3
"""High-precision reference data for the packing law with fractional numbers of directions.

    python -m venv /tmp/oracle-venv
    /tmp/oracle-venv/bin/pip install mpmath==1.4.1 gmpy2==2.3.2
    /tmp/oracle-venv/bin/python tests/oracle/scaling.py            # rewrite
    /tmp/oracle-venv/bin/python tests/oracle/scaling.py --check    # compare only

Conventions are those of generate.py: stored inputs are exact, truths are strings of digits. With an
intrinsic tax of zero tau is X ~ Beta(m/2, (d - k - m)/2), m = incidental, any positive number below d - k.

packing_tails.json      {"cases": [...]}
    d, k, incidental
    x                   a point up to 1/2
    lower, upper        P(X <= x), P(X >= x), 25 digits; the smaller is at least 1e-300

packing_quantiles.json  {"cases": [...]}
    d, k, incidental, p
    x, y                the point with P(X <= x) = p, and 1 - x, 25 digits
    spread              min(p, 1 - p)/density(x): what x moves by if the smaller tail changes by a factor e

The series is DLMF 8.17.8, all terms positive, with 400 digits (100 for quantiles, which are found by
bisection of the logarithm and then Newton's method); mpmath's own betainc is compared where d is small.
"""

import json
import sys
from pathlib import Path

from mpmath import mp, mpf

HERE = Path(__file__).resolve().parent
LAWS = [
    (2, 0, 0.5), (2, 1, 0.25), (3, 0, 1.75), (7, 2, 0.03125), (7, 2, 4.96875), (16, 3, 2.2), (64, 1, 6.4),
    (100, 0, 1e-3), (576, 4, 57.6), (576, 4, 571.5), (768, 0, 1.1), (4096, 8, 409.6), (4096, 8, 0.7),
    (4096, 8, 2044.3), (16384, 16, 1638.4),
]
PROBABILITIES = [1e-12, 1e-6, 0.001, 0.025, 0.25, 0.5, 0.75, 0.975, 0.999, 1 - 2.0 ** -30]


def text(x):
    return mp.nstr(x, 25, min_fixed=0, max_fixed=0)


def dump(cases):
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    return '{"cases": [\n' + lines + "\n]}\n"


def log_factor(a, b, x, y):
    """The logarithm of x^a y^b / B(a, b)."""
    return a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)


def lower_tail(a, b, x, y):
    """I_x(a, b) = x^a y^b / (a B(a, b)) * sum_k (a + b)_k / (a + 1)_k x^k."""
    total, term, k = mpf(1), mpf(1), 0
    while term > total * mpf(10) ** (10 - mp.dps):
        term *= (a + b + k) / (a + 1 + k) * x
        total += term
        k += 1
    return mp.exp(log_factor(a, b, x, y)) / a * total


def both_tails(a, b, x, y):
    if x <= y:
        lower = lower_tail(a, b, x, y)
        return lower, 1 - lower
    upper = lower_tail(b, a, y, x)
    return 1 - upper, upper


def parameters(d, k, m):
    return mpf(m) / 2, (mpf(d - k) - mpf(m)) / 2


def tails():
    mp.dps = 400
    cases = []
    for d, k, m in LAWS:
        a, b = parameters(d, k, m)
        mean = float(a / (a + b))
        deviation = float((mean * (1 - mean) / (d - k + 2) * 2) ** 0.5)
        xs = [mean + t * deviation for t in (-20, -6, -2, 0, 0.5, 2, 6, 20)]
        xs += [mean * 0.1, 1e-3, 1e-8, 1e-30, 1e-200, 0.5]
        for x in sorted({x for x in xs if 0 < x <= 0.5}):
            lower, upper = both_tails(a, b, mpf(x), 1 - mpf(x))
            if min(lower, upper) < mpf(10) ** -300:
                continue
            if d <= 16:
                other = mp.betainc(a, b, 0, mpf(x), regularized=True)
                assert abs(other - lower) < mpf(10) ** -60
            cases.append({"d": d, "k": k, "incidental": m, "x": x, "lower": text(lower), "upper": text(upper)})
    return dump(cases)


def small_root(a, b, tail):
    """The x up to 1/2 with lower tail `tail`, to 55 digits; None below 1e-300."""
    low, high = mpf(-690), mp.log(mpf("0.5"))
    at = lambda u: lower_tail(a, b, mp.exp(u), -mp.expm1(u))
    if at(low) > tail:
        return None
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle) < tail else (low, middle)
    u = high
    for _ in range(8):
        x = mp.exp(u)
        step = (at(u) - tail) / mp.exp(log_factor(a, b, x, 1 - x)) * (1 - x)
        u -= step
        if abs(step) < mpf(10) ** -70 * abs(u):
            break
    assert abs(at(u) / tail - 1) < mpf(10) ** -55
    return mp.exp(u)


def root(a, b, p):
    """x and y = 1 - x with P(X <= x) = p; None where the smaller is below 1e-300."""
    if both_tails(a, b, mpf("0.5"), mpf("0.5"))[0] >= p:
        x = small_root(a, b, p)
        return x and (x, 1 - x)
    y = small_root(b, a, 1 - p)
    return y and (1 - y, y)


def quantiles():
    mp.dps = 100
    cases = []
    for d, k, m in LAWS:
        a, b = parameters(d, k, m)
        for p in PROBABILITIES:
            found = root(a, b, mpf(p))
            if not found:
                continue
            x, y = found
            spread = min(mpf(p), 1 - mpf(p)) * mp.exp(-log_factor(a, b, x, y)) * x * y
            cases.append({"d": d, "k": k, "incidental": m, "p": p, "x": text(x), "y": text(y),
                          "spread": float(spread)})
    return dump(cases)


FILES = {"packing_tails.json": tails, "packing_quantiles.json": quantiles}


def main(argv):
    if argv not in ([], ["--check"]):
        print("usage: scaling.py [--check]", file=sys.stderr)
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
