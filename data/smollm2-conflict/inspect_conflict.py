#!/usr/bin/env python3
"""How separable, how alike in words, and how opposed are the safety goals? Prints Markdown tables.

    python inspect_conflict.py                 # separability, as ../smollm2/inspect_activations.py
    python inspect_conflict.py --words         # which words tell the sides apart; no activations needed
    python inspect_conflict.py --cosines       # the goals against each other
    python inspect_conflict.py --frozen        # the same, given capabilities
    python inspect_conflict.py --coverage      # does value +- 1.96 se hold the truth? some minutes

Needs numpy and safetensors (versions in ../smollm2/make_activations.py).

--words. A concept's word vector is the count of each word (lower case, letters and
apostrophes) in its plus texts minus that in its minus texts, all 72 pairs; the
table has the cosines of word vectors. Below it the words that helpfulness and
harmlessness both have on one side only.

--cosines, --frozen. All 72 pairs of a concept; templates are the units. With d_u the
mean of plus - minus over the pairs of template u, and m the mean of d_u over the n
templates, the Gram matrix of the concepts is <m_i, m_j>.

  plug-in    that matrix as it is
  debiased   its diagonal replaced by the mean of <d_u, d_w> over all ordered pairs of
             different templates, which is what cross-validation by halves tends to over
             all ways to halve; no template is shared between concepts, so that the
             other entries need nothing
  se         jackknife of the debiased value, a template of any concept left out at a time

The partial correlation given a set of capabilities is the cosine after their Schur
complement. It is taken of the debiased matrix too; a residual that is not positive
gives `unresolved`, here or in any value of the jackknife. The second table of --frozen
is the debiased value minus the one given nothing, jackknifed as a difference.
On the diagonal of --cosines: debiased over plug-in |m|^2, the share of it that is not
noise of few templates.

--coverage. 1,000 data sets, seeded: for each concept the same number of templates,
normal with the covariance of the d_u about a true mean, which is m, shortened so that
its squared length is the debiased one; the true cosines are then the plug-in ones.
Share of the intervals value +- 1.96 se that hold the value of the true means (Monte
Carlo error about 0.007), and the ratio of the mean se to the standard deviation of the
values; both without the data sets that are `unresolved`, whose number is given.
"""
import argparse
import csv
import pathlib
import re
import sys
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
SHIPPED = HERE.parent / "smollm2"
sys.path.insert(0, str(SHIPPED))
sys.dont_write_bytecode = True                        # leave no cache beside the imported script
import inspect_activations as base                    # noqa: E402
import numpy as np                                    # noqa: E402

HERE_CONCEPTS = ["helpfulness", "harmlessness", "caution"]
GOALS = HERE_CONCEPTS + ["refusal", "honesty", "manipulation"]
CAPABILITIES = ["persuasion", "arithmetic", "code", "reasoning", "instruction", "sentiment", "politeness", "knowledge"]
LAYERS = (10, 18, 26)


def folder(concept):
    return HERE if concept in HERE_CONCEPTS else SHIPPED


def rows(concept):
    """The lines of a concept, train first as in the activations."""
    with open(folder(concept) / "prompts" / f"{concept}.tsv", encoding="utf-8", newline="") as f:
        lines = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    return sorted(lines, key=lambda r: r["split"] != "train")


def templates(concept, layer):
    """d_u, one row a template."""
    t, _ = base.load(folder(concept) / "activations", layer, "mean")
    d = np.concatenate([t[f"{concept}.{s}.plus"] - t[f"{concept}.{s}.minus"] for s in ("train", "heldout")])
    names = np.array([r["template"] for r in rows(concept)])
    return np.stack([d[names == u].mean(0) for u in dict.fromkeys(names)])


def gram(units, debiased):
    m = np.stack([u.mean(0) for u in units])
    k = m @ m.T
    if debiased:
        for i, u in enumerate(units):
            total = u.sum(0)
            k[i, i] = (total @ total - (u * u).sum()) / (len(u) * (len(u) - 1))
    return k


def partial(units, debiased=True):
    """Partial correlation of the first two concepts given the others."""
    k = gram(units, debiased)
    rest = k[:2, :2] - k[:2, 2:] @ np.linalg.solve(k[2:, 2:], k[2:, :2])
    if min(rest[0, 0], rest[1, 1]) <= 0 or np.linalg.eigvalsh(k)[0] <= 0:
        return float("nan")
    return rest[0, 1] / np.sqrt(rest[0, 0] * rest[1, 1])


def change(units, debiased=True):
    """Partial correlation minus correlation of the first two."""
    return partial(units, debiased) - partial(units[:2], debiased)


def jackknife(statistic, units):
    variance = 0.0
    for i, u in enumerate(units):
        left = [statistic([*units[:i], np.delete(u, j, 0), *units[i + 1:]]) for j in range(len(u))]
        variance += (len(left) - 1) * np.var(left)
    return np.sqrt(variance)


def with_error(statistic, units):
    value, error = statistic(units), jackknife(statistic, units)
    return "unresolved" if np.isnan(value) or np.isnan(error) else f"{value:+.2f} ({error:.2f})"


def cell(units):
    return f"{partial(units, False):+.2f} / {with_error(partial, units)}"


def counts(concept):
    out = {"plus": Counter(), "minus": Counter()}
    for r in rows(concept):
        for side, c in out.items():
            c.update(re.findall(r"[a-z']+", r[side].lower()))
    return out


def words():
    c = {g: counts(g) for g in GOALS}
    vocabulary = sorted(set().union(*(s for g in GOALS for s in c[g].values())))
    v = {g: np.array([c[g]["plus"][w] - c[g]["minus"][w] for w in vocabulary], float) for g in GOALS}
    print("| words |" + "".join(f" {g} |" for g in HERE_CONCEPTS))
    print("|---|" + "--:|" * len(HERE_CONCEPTS))
    for g in GOALS:
        print(f"| {g} |" + "".join(" |" if g == h else f" {v[g] @ v[h] / np.sqrt(v[g] @ v[g] * (v[h] @ v[h])):+.2f} |"
                                   for h in HERE_CONCEPTS))
    print()
    only = {(g, s): {w for w in c[g][s] if not c[g][o][w]} for g in HERE_CONCEPTS[:2]
            for s, o in (("plus", "minus"), ("minus", "plus"))}
    for s in ("plus", "minus"):
        for o in ("plus", "minus"):
            both = sorted(only["helpfulness", s] & only["harmlessness", o])
            print(f"* helpfulness {s} and harmlessness {o}: {', '.join(both) or 'none'}")


def share(u):
    return f"{gram([u], True)[0, 0] / gram([u], False)[0, 0]:.2f}"


def cosines():
    names = GOALS + CAPABILITIES
    for layer in LAYERS:
        u = {g: templates(g, layer) for g in names}
        print(f"| layer {layer} |" + "".join(f" {g} |" for g in HERE_CONCEPTS))
        print("|---|" + "--:|" * len(HERE_CONCEPTS))
        for i, g in enumerate(names):
            print(f"| {g} |" + "".join(
                f" {cell([u[h], u[g]])} |" if j < i else f" {share(u[g])} |" if j == i else " |"
                for j, h in enumerate(HERE_CONCEPTS)))
        print()


def frozen(pair):
    sets = [("nothing", []), *((c, [c]) for c in CAPABILITIES), ("all eight", CAPABILITIES)]
    u = {(g, layer): templates(g, layer) for g in [*pair, *CAPABILITIES] for layer in LAYERS}
    for title, show, chosen in (("Partial correlation", cell, sets),
                                ("Change by freezing", lambda units: with_error(change, units), sets[1:])):
        print(f"{title}, {pair[0]} and {pair[1]}\n")
        print("| given |" + "".join(f" layer {layer} |" for layer in LAYERS))
        print("|---|" + "--:|" * len(LAYERS))
        for name, given in chosen:
            print(f"| {name} |" + "".join(f" {show([u[g, layer] for g in [*pair, *given]])} |" for layer in LAYERS))
        print()


def coverage():
    print("| layer | statistic | truth | mean value | mean se / sd | coverage of 95 % |")
    print("|--:|---|--:|--:|--:|--:|")
    rng = np.random.default_rng(20260303)
    replicates = 1000
    for layer in LAYERS:
        real = [templates(g, layer) for g in (*GOALS[:2], "sentiment")]
        means = [u.mean(0) * np.sqrt(gram([u], True)[0, 0] / gram([u], False)[0, 0]) for u in real]
        # Only inner products matter, so that coordinates in the span of all vectors suffice.
        basis = np.linalg.qr(np.concatenate([*real, np.stack(means)]).T)[0]
        means = [m @ basis for m in means]
        spread = [(u - u.mean(0)) @ basis / np.sqrt(len(u) - 1) for u in real]
        for name, statistic, p in (("correlation", partial, 2),
                                   ("partial correlation given sentiment", partial, 3),
                                   ("change by freezing sentiment", change, 3)):
            truth = statistic([m[None] for m in means[:p]], debiased=False)
            values, errors = [], []
            for _ in range(replicates):
                units = [m + rng.standard_normal((len(e), len(e))) @ e for m, e in zip(means[:p], spread)]
                values.append(statistic(units))
                errors.append(jackknife(statistic, units))
            values, errors = np.array(values), np.array(errors)
            known = np.isfinite(values) & np.isfinite(errors)
            held = (abs(values - truth) <= 1.96 * errors)[known].mean()
            lost = f"; {(~known).sum()} unresolved" if not known.all() else ""
            print(f"| {layer} | {name} | {truth:+.2f} | {values[known].mean():+.2f} | "
                  f"{errors[known].mean() / values[known].std():.2f} | {held:.3f}{lost} |", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = ap.add_mutually_exclusive_group()
    for option in ("words", "cosines", "frozen", "coverage"):
        what.add_argument(f"--{option}", action="store_true")
    ap.add_argument("--pair", nargs=2, choices=GOALS, default=GOALS[:2], metavar="GOAL", help="with --frozen")
    args = ap.parse_args()
    if args.words:
        words()
    elif args.cosines:
        cosines()
    elif args.coverage:
        coverage()
    elif args.frozen:
        frozen(args.pair)
    else:
        base.HERE = HERE
        sys.argv = [sys.argv[0], "--pooling", "mean"]
        base.main()


if __name__ == "__main__":
    main()
