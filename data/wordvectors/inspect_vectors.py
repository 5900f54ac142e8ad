#!/usr/bin/env python3
"""What the widths show, without the bias of noise. Prints the Markdown tables of README.md.

    python inspect_vectors.py [--dir vectors]        # all tables
    python inspect_vectors.py --span sentiment persuasion
    python inspect_vectors.py --exponents            # slopes, and two laws fitted
    python inspect_vectors.py --control              # random projections: the packing term

Needs numpy and safetensors. For concepts a, b with rows x, y (differences of pairs):

  <a,b>   mean of <x_i, y_j>; for a = b over rows of different units only, so unbiased
  z       <a,a> over its jackknife standard error: below 3 the crate refuses the estimate
  cosine  <a,b> / sqrt(<a,a> <b,b>)
  tax     A^T G^-1 A / s with s, A, G made of <.,.>; what noise in A adds is taken off by
          the jackknife over units, each concept in turn, which gives the standard error too

A number over seeds is their mean; +- is the standard deviation between seeds over the
square root of their number, and says nothing about the choice of words, which is the same
in all of them. `words` is the jackknife standard error of one tensor, over words, averaged
over seeds. Where z is below 3 a cosine or a rate means little, and may lie outside its range.
"""
import argparse
import pathlib

import numpy as np
from safetensors import safe_open

HERE = pathlib.Path(__file__).parent


def read_units():
    roles, units = {}, {}
    for line in (HERE / "pairs.tsv").read_text("utf-8").splitlines()[1:]:
        concept, role, unit, _, _ = line.split("\t")
        roles[concept] = role
        units.setdefault(concept, []).append(int(unit))
    return roles, {c: np.array(u) for c, u in units.items()}


def load(folder):
    """[(family, width, seed, {concept: rows})]"""
    out = []
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "np") as f:
            family, sets = f.metadata()["family"], {}
            for key in sorted(f.keys()):
                width, seed, concept = key.split(".")
                sets.setdefault((int(width[1:]), seed), {})[concept] = f.get_tensor(key).astype(np.float64)
        out += [(family, width, seed, rows) for (width, seed), rows in sets.items()]
    return out


class Set:
    """All inner products of rows of some concepts, and means of them with a unit left out."""

    def __init__(self, rows, units, concepts):
        self.x = np.concatenate([rows[c] for c in concepts])
        self.unit = np.concatenate([units[c] for c in concepts])
        self.of = np.repeat(np.arange(len(concepts)), [len(rows[c]) for c in concepts])
        self.concepts = len(concepts)
        # A product of two rows of one unit is never used.
        self.use = (self.unit[:, None] != self.unit[None, :]).astype(float)
        self.products = self.x @ self.x.T * self.use

    def gram(self, without=None):
        member = (self.of[None, :] == np.arange(self.concepts)[:, None]).astype(float)
        if without is not None:
            member[:, self.unit == without] = 0
        return (member @ self.products @ member.T) / (member @ self.use @ member.T)

    def jackknife(self, statistic):
        """Statistic of the Gram matrix, corrected for bias, and its standard error."""
        value, bias, variance = statistic(self.gram()), 0.0, 0.0
        for c in range(self.concepts):
            left = np.array([statistic(self.gram(u)) for u in np.unique(self.unit[self.of == c])])
            bias = bias + (len(left) - 1) * (left.mean(0) - value)
            variance = variance + (len(left) - 1) / len(left) * ((left - left.mean(0)) ** 2).sum(0)
        return value - bias, np.sqrt(variance)


def cosine(g):
    return g[0, 1] / np.sqrt(g[0, 0] * g[1, 1])


def tax(g):
    return g[0, 1:] @ np.linalg.solve(g[1:, 1:], g[0, 1:]) / g[0, 0]


def over_seeds(sets, statistic, concepts, units):
    """width -> (mean over seeds, standard error between seeds or nan, mean error over words)"""
    out = {}
    for family in ("bootstrap", "nested"):
        for width in sorted({w for f, w, _, _ in sets if f == family}):
            got = [Set(rows, units, concepts).jackknife(statistic) for f, w, _, rows in sets if (f, w) == (family, width)]
            v, e = np.array([g[0] for g in got]), np.array([g[1] for g in got])
            se = v.std(ddof=1) / len(v) ** 0.5 if len(v) > 1 else np.nan
            out[family, width] = (v.mean(), se, e.mean())
    return out


def text(cell):
    value, se, _ = cell
    return f"{value:+.2f}" + ("" if np.isnan(se) else f" ± {se:.2f}")


def table(title, columns):
    """Markdown with one row a width; columns: {name: {(family, width): cell}}"""
    print(f"\n{title}\n")
    print("| d |" + "".join(f" {name} |" for name in columns))
    print("|--:|" + "--:|" * len(columns))
    for family, width in next(iter(columns.values())):
        name = str(width) if family == "bootstrap" else f"{width} nested"
        row = (cells[family, width] for cells in columns.values())
        print(f"| {name} |" + "".join(f" {cell if isinstance(cell, str) else text(cell)} |" for cell in row))


def exponents(sets, safety, units):
    """Least squares of log cosine^2 on log d, and of cosine^2 by two laws of two parameters."""
    print("| pair | widths | narrowest | widest | exponent | misfit A d^-b | misfit t + k/d |")
    print("|---|---|--:|--:|--:|--:|--:|")
    pairs = [(a, b, 128) for i, a in enumerate(safety) for b in [*safety[i + 1:], "sentiment"]]
    for a, b, least in [*pairs, ("harmlessness", "sentiment", 16)]:
        w, v = np.array([(w, Set(rows, units, [a, b]).jackknife(cosine)[0])
                         for f, w, _, rows in sets if f == "bootstrap" and w >= least]).T
        assert (v > 0).all(), f"{a}, {b}: the cosine changes its sign"
        x, y, square = np.log(w), 2 * np.log(v), v ** 2
        centred = x - x.mean()
        slope = centred @ y / (centred @ centred)
        rest = y - y.mean() - slope * centred
        error = np.sqrt(rest @ rest / (len(x) - 2) / (centred @ centred))

        def misfit(columns):
            left = square - columns @ np.linalg.lstsq(columns, square, rcond=None)[0]
            return np.sqrt(left @ left / (len(w) - 2))

        power = min(misfit((w ** -beta)[:, None]) for beta in np.arange(0.01, 3, 0.01))
        packing = misfit(np.stack([np.ones_like(w), 1 / w], 1))
        print(f"| {a}, {b} | {least} to {w.max():.0f} | {v[w == least].mean():+.2f} | {v[w == w.max()].mean():+.2f} "
              f"| {slope:+.2f} ± {error:.2f} | {power:.3f} | {packing:.3f} |")


def control(sets, safety, span, draws=400):
    """Tax rate of mean directions, taken as known, after independent Gaussian projections."""
    rows = next(r for f, w, s, r in sets if f == "nested" and s == "nested" and w == max(x[1] for x in sets if x[0] == "nested"))
    mean = {c: x.mean(0) for c, x in rows.items()}
    size, m = len(mean[span[0]]), len(span)
    capabilities = np.stack([mean[c] for c in span], 1)

    def rate(v, c):
        q = np.linalg.qr(c)[0]
        return ((q.T @ v) ** 2).sum() / (v @ v)

    print("| d |" + "".join(f" {a} | law |" for a in safety))
    print("|--:|" + "--:|--:|" * len(safety))
    for d in (16, 32, 64, 128, 256, 512, 1024):
        rng = np.random.default_rng([d, 99])
        got = []
        for _ in range(draws):
            r = rng.standard_normal((d, size))
            got.append([rate(r @ mean[a], r @ capabilities) for a in safety])
        got = np.array(got)
        line = ""
        for j, a in enumerate(safety):
            tau = rate(mean[a], capabilities)
            line += f" {got[:, j].mean():.3f} ± {got[:, j].std(ddof=1) / draws ** 0.5:.3f} | {tau + (1 - tau) * m / d:.3f} |"
        print(f"| {d} |{line}")
    print("| known |" + "".join(f" {rate(mean[a], capabilities):.3f} | |" for a in safety))


def with_prefixes(sets, units):
    """The nested vectors cut to every smaller power of two."""
    out = [s for s in sets if s[0] == "bootstrap"]
    for _, width, seed, rows in (s for s in sets if s[0] == "nested"):
        d = 16
        while d <= width:
            out.append(("nested", d, seed, {c: x[:, :d] for c, x in rows.items()}))
            d *= 2
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--dir", type=pathlib.Path, default=HERE / "vectors")
    ap.add_argument("--span", nargs="+", help="capabilities; all of them unless named")
    ap.add_argument("--exponents", action="store_true", help="print this table instead")
    ap.add_argument("--control", action="store_true", help="print this table instead")
    args = ap.parse_args()
    roles, units = read_units()
    sets = with_prefixes(load(args.dir), units)
    safety = [c for c in roles if roles[c] == "safety"]
    span = args.span or [c for c in roles if roles[c] == "capability"]
    if args.exponents:
        return exponents(sets, safety, units)
    if args.control:
        return control(sets, safety, span)

    def z(concept):
        cells = {}
        for key in dict.fromkeys((f, w) for f, w, _, _ in sets):
            got = []
            for f, w, _, rows in sets:
                if (f, w) == key:
                    one = Set(rows, units, [concept])
                    got.append(one.gram()[0, 0] / one.jackknife(lambda g: g[0, 0])[1])
            cells[key] = f"{min(got):.1f}"
        return cells

    if not args.span:
        table("Least z over the seeds", {c: z(c) for c in roles})
        for a in safety:
            others = [c for c in roles if c != a]
            table(f"Cosine of {a} with", {b: over_seeds(sets, cosine, [a, b], units) for b in others})
    taxes = {a: over_seeds(sets, tax, [a, *span], units) for a in safety}
    columns = {}
    for a in safety:
        columns[a] = taxes[a]
        columns[f"words ({a})"] = {k: f"{c[2]:.2f}" for k, c in taxes[a].items()}
    table("Tax rate of a safety concept against the span of " + ", ".join(span), columns)


if __name__ == "__main__":
    main()
