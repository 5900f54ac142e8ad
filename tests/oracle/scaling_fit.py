#!/usr/bin/env python3
"""Reference fits of the tax over widths, by SciPy's general optimisers.

    python tests/oracle/scaling_fit.py            # rewrite scaling_fit.json (a minute)
    python tests/oracle/scaling_fit.py --check    # compute again, exit 1 on a difference beyond 1e-5
    python tests/oracle/scaling_fit.py --tails    # the chi-squared tails in src/special/gamma.rs

Needs numpy==2.4.6, scipy==1.17.1 and, for --tails, mpmath==1.4.1. Nothing here knows of triangles or
closed forms: the likelihood is written down as it is in theory section 7.5, minimised by L-BFGS-B
from 24 starting points and polished by Nelder-Mead; ends of intervals are roots of the profile by brentq.

scaling_fit.json        {"cases": [...]}, each
    name, model ("inverse"|"exact"|"power"), k, widths, rates, errors
    deviance        sum (tau - mu)^2/V + ln(V/s^2) at its minimum
    estimate        {parameter: value}; intrinsic, packing (at the narrowest width), capabilities, exponent
    interval        {parameter: [lower, upper]} where -2 ln L rises by the square of the two-sided 95 %
                    quantile: normal; of "exact", Student's on n - 2 degrees of freedom; null for no end
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import norm, t

HERE = Path(__file__).resolve().parent
STARTS = 24
LARGEST = 52.0


class Problem:
    """Parameters (a, u, beta): b = (1 - a) u, so that the bounds are a box."""

    def __init__(self, model, k, widths, rates, errors):
        self.model, self.k = model, k
        self.d, self.y, self.s = (np.array(x, float) for x in (widths, rates, errors))
        self.cut = (t.isf(0.025, len(self.d) - 2) if model == "exact" else norm.isf(0.025)) ** 2
        self.boxes = [(0.0, 1.0), (0.0, 1.0)] + ([(0.0, LARGEST)] if model == "power" else [])

    def deviance(self, x):
        a, u = x[0], x[1]
        if self.model == "power":
            g = (self.d / self.d.min()) ** -x[2]
        else:
            g = (self.d.min() - self.k) / (self.d - self.k)
        packing = (1 - a) * u * g
        variance = self.s**2
        if self.model == "exact":
            variance = variance + 2 * packing * (1 - a - packing) / (self.d - self.k + 2)
        return float(np.sum((self.y - a - packing) ** 2 / variance + np.log(variance / self.s**2)))

    def least(self, fixed, free_boxes, build):
        """Minimum of the deviance of build(z) over a box of z."""
        if not free_boxes:
            return self.deviance(build([])), []
        gen = np.random.default_rng(7)
        low = np.array([b[0] for b in free_boxes])
        high = np.array([b[1] for b in free_boxes])
        inside = lambda z: np.clip(z, low, high)
        f = lambda z: self.deviance(build(inside(z)))
        best = (np.inf, None)
        for start in range(STARTS):
            share = gen.random(len(low))
            z = low + share ** (1 + start % 3) * (np.minimum(high, 5.0) - low)
            r = minimize(f, z, method="L-BFGS-B", bounds=list(zip(low, high)))
            if r.fun < best[0]:
                best = (r.fun, inside(r.x))
        for _ in range(2):
            r = minimize(f, best[1], method="Nelder-Mead",
                         options=dict(xatol=1e-12, fatol=1e-13, maxiter=4000))
            if r.fun < best[0]:
                best = (r.fun, inside(r.x))
        return best

    def best(self):
        return self.least(None, self.boxes, lambda z: z)

    def profile(self, parameter, value):
        rest = self.boxes[2:]
        if parameter == "intrinsic":
            return self.least(value, [(0.0, 1.0)] + rest, lambda z: [value, *z])[0]
        if parameter == "packing":
            if value >= 1.0:
                return self.least(value, rest, lambda z: [0.0, 1.0, *z])[0]
            return self.least(value, [(0.0, 1.0 - value)] + rest,
                              lambda z: [z[0], min(1.0, value / (1 - z[0])), *z[1:]])[0]
        if parameter == "capabilities":
            u = value / (self.d.min() - self.k)
            return self.least(value, [(0.0, 1.0)], lambda z: [z[0], u])[0]
        return self.least(value, self.boxes[:2], lambda z: [z[0], z[1], value])[0]

    def interval(self, parameter, estimate, deviance, bounds):
        excess = lambda v: self.profile(parameter, v) - deviance - self.cut
        ends = []
        for bound in bounds:
            if excess(bound) <= 0:
                ends.append(None if parameter == "exponent" and bound == LARGEST else bound)
            else:
                ends.append(brentq(excess, bound, estimate, xtol=1e-10, rtol=1e-10))
        return ends


def inputs():
    def noisy(name, widths, errors, mean, k=0, packs=None):
        gen = np.random.default_rng([ord(c) for c in name])
        d = np.array(widths, float)
        if packs is None:
            tau = mean(d)
        else:
            intrinsic, m = packs
            tau = intrinsic + (1 - intrinsic) * gen.beta(m / 2, (d - k - m) / 2)
        y = tau + errors * gen.standard_normal(len(d))
        return name, k, list(widths), [round(float(v), 5) for v in y], [errors] * len(d)

    octaves = (64, 128, 256, 512, 1024, 2048)
    yield ("inverse", *noisy("inverse_mixed", octaves, 0.004, lambda d: 0.1 + 10 / d))
    yield ("inverse", *noisy("inverse_packing", octaves, 0.004, lambda d: 10 / d))
    yield ("inverse", *noisy("inverse_intrinsic", octaves, 0.004, lambda d: 0.2 + 0 * d))
    yield ("inverse", *noisy("inverse_near_one", (8, 16, 32, 64), 0.05, lambda d: 0.9 + 0.8 / d))
    yield ("exact", *noisy("exact_mixed", octaves, 0.004, None, 2, (0.1, 8)))
    yield ("exact", *noisy("exact_packing", octaves, 0.002, None, 0, (0.0, 4)))
    yield ("exact", *noisy("exact_precise", octaves, 1e-4, lambda d: 0.3 + 0 * d, 3))
    yield ("exact", *noisy("exact_large", (32, 64, 128, 256), 0.01, None, 1, (0.2, 16)))
    yield ("power", *noisy("power_one", octaves, 0.002, lambda d: 0.1 + 16 / d))
    yield ("power", *noisy("power_half", octaves, 0.003, lambda d: 0.05 + 1.6 / np.sqrt(d)))
    yield ("power", *noisy("power_packing", octaves, 0.003, lambda d: 12 / d))
    yield ("power", *noisy("power_step", octaves, 0.004, lambda d: 0.1 + 0.3 * (d < 100)))
    yield ("power", *noisy("power_constant", octaves, 0.01, lambda d: 0.2 + 0 * d))


def cases():
    for model, name, k, widths, rates, errors in inputs():
        problem = Problem(model, k, widths, rates, errors)
        deviance, x = problem.best()
        b = (1 - x[0]) * x[1]
        estimate = {"intrinsic": x[0], "packing": b}
        bounds = {"intrinsic": (0.0, 1.0), "packing": (0.0, 1.0)}
        if model == "exact":
            room = min(widths) - k
            estimate["capabilities"], bounds["capabilities"] = x[1] * room, (0.0, room)
        if model == "power":
            estimate["exponent"], bounds["exponent"] = x[2], (0.0, LARGEST)
        yield {
            "name": name, "model": model, "k": k, "widths": widths, "rates": rates, "errors": errors,
            "deviance": deviance,
            "estimate": {p: float(v) for p, v in estimate.items()},
            "interval": {p: problem.interval(p, v, deviance, bounds[p]) for p, v in estimate.items()},
        }


def differs(ours, theirs):
    if isinstance(ours, dict):
        return ours.keys() != theirs.keys() or any(differs(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list):
        return len(ours) != len(theirs) or any(differs(a, b) for a, b in zip(ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return abs(ours - theirs) > 1e-5 * (1 + abs(theirs))
    return ours != theirs


def tails():
    from mpmath import gammainc, mp, mpf

    mp.dps = 40
    for x, nu in [(0.01, 1), (3.841458820694124, 1), (60.0, 1), (1e-3, 2), (700.0, 2), (2.5, 5),
                  (11.07, 5), (40.0, 5), (8.0, 10), (30.0, 10), (900.0, 998), (1200.0, 998), (1e6, 10**6)]:
        p = gammainc(mpf(nu) / 2, mpf(x) / 2, mp.inf, regularized=True)
        print(f"        ({x!r}, {float(nu)!r}, {float(p)!r}),")


def main(argv):
    path = HERE / "scaling_fit.json"
    if argv == ["--tails"]:
        tails()
        return 0
    if argv not in ([], ["--check"]):
        print("usage: scaling_fit.py [--check | --tails]", file=sys.stderr)
        return 2
    computed = list(cases())
    if not argv:
        lines = ",\n".join(json.dumps(c) for c in computed)
        path.write_text('{"cases": [\n' + lines + "\n]}\n")
        print(f"wrote scaling_fit.json: {len(computed)} cases")
        return 0
    committed = json.loads(path.read_text())["cases"]
    bad = [c["name"] for c, d in zip(computed, committed) if differs(c, d)]
    if bad or len(computed) != len(committed):
        print("scaling_fit.json: differs", *bad)
        return 1
    print("scaling_fit.json: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
