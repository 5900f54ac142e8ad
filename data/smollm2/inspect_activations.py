#!/usr/bin/env python3
"""How separable is each concept, on held-out templates? Prints Markdown tables.

    python inspect_activations.py [--pooling last|mean] [--layers 10 18 26]
    python inspect_activations.py --cosines 18        # directions against each other

Needs numpy and safetensors (versions in make_activations.py). For every
concept and layer: the direction is the difference of the train means, v =
mean(plus) - mean(minus); the threshold is the train midpoint.

  acc     share of the 48 held-out texts on the right side of the threshold
  paired  share of the 24 held-out pairs whose plus projects above its minus
  PR      participation ratio (sum l)^2 / sum l^2 of the covariance eigenvalues
          l of all 144 texts of the concept (at most 143)
  top3    share of the total variance in the three coordinates that vary most

With --cosines LAYER: cosine of the train direction of each safety concept with
every train direction, and `self`, the cosine of a concept's train direction
with its own held-out direction. No whitening, no centring: raw geometry.
"""
import argparse
import pathlib

import numpy as np
from safetensors import safe_open

HERE = pathlib.Path(__file__).parent
SAFETY = ["refusal", "manipulation", "honesty"]


def spectrum(x):
    """Participation ratio and share of the top three coordinates of the rows of x."""
    c = x - x.mean(0)
    var = c.var(0)
    gram = c @ c.T if len(c) < c.shape[1] else c.T @ c
    pr = np.trace(gram) ** 2 / (gram ** 2).sum()
    return pr, np.sort(var)[-3:].sum() / var.sum()


def load(folder, layer, pooling):
    with safe_open(folder / f"layer{layer}.{pooling}.safetensors", "np") as f:
        t = {k: f.get_tensor(k).astype(np.float64) for k in f.keys()}
    return t, sorted({k.split(".")[0] for k in t})


def cosines(folder, layer, pooling):
    t, concepts = load(folder, layer, pooling)

    def direction(concept, split):
        v = t[f"{concept}.{split}.plus"].mean(0) - t[f"{concept}.{split}.minus"].mean(0)
        return v / np.linalg.norm(v)

    print("| concept | self |" + "".join(f" {s} |" for s in SAFETY))
    print("|---|" + "--:|" * (1 + len(SAFETY)))
    for c in concepts:
        v = direction(c, "train")
        print(f"| {c} | {v @ direction(c, 'heldout'):+.2f} |"
              + "".join(" |" if s == c else f" {v @ direction(s, 'train'):+.2f} |" for s in SAFETY))


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--dir", type=pathlib.Path, default=HERE / "activations")
    ap.add_argument("--pooling", choices=["last", "mean"], default="last")
    ap.add_argument("--layers", type=int, nargs="+", default=[10, 18, 26])
    ap.add_argument("--cosines", type=int, metavar="LAYER", help="print this table instead")
    args = ap.parse_args()
    if args.cosines is not None:
        return cosines(args.dir, args.cosines, args.pooling)
    out, pooled, concepts = {}, {}, []
    for layer in args.layers:
        t, concepts = load(args.dir, layer, args.pooling)
        for c in concepts:
            p, m = t[f"{c}.train.plus"], t[f"{c}.train.minus"]
            v = p.mean(0) - m.mean(0)
            mid = (p.mean(0) + m.mean(0)) @ v / 2
            hp, hm = t[f"{c}.heldout.plus"] @ v, t[f"{c}.heldout.minus"] @ v
            acc = ((hp > mid).sum() + (hm < mid).sum()) / (len(hp) + len(hm))
            everything = np.concatenate([t[f"{c}.{s}.{q}"] for s in ("train", "heldout") for q in ("plus", "minus")])
            out[c, layer] = (acc, (hp > hm).mean(), *spectrum(everything))
        pooled[layer] = spectrum(np.concatenate([t[k] for k in sorted(t)]))
    print("| concept |" + "".join(f" L{l} acc | paired | PR | top3 |" for l in args.layers))
    print("|---|" + "--:|" * 4 * len(args.layers))
    for c in concepts:
        print(f"| {c} |" + "".join(" {:.2f} | {:.2f} | {:.1f} | {:.2f} |".format(*out[c, l]) for l in args.layers))
    print("| *all texts pooled* |" + "".join(" | | {:.1f} | {:.2f} |".format(*pooled[l]) for l in args.layers))


if __name__ == "__main__":
    main()
