#!/usr/bin/env python3
"""Word vectors of WordNet's text at widths 16 to 1024, separately made; writes vectors/.

    apt-get download wordnet-base=1:3.0-37 && dpkg-deb -x wordnet-base_*.deb wordnet
    python make_vectors.py --wordnet wordnet/usr/share/wordnet [--out vectors]

Needs numpy, scipy and safetensors (versions in README.md). One document a synset: its
lemmas, definition and examples. Co-occurrence within WINDOW words of a document, weighted
by nearness; positive pointwise mutual information with smoothed contexts (Levy, Goldberg
and Dagan 2015); truncated SVD, a word's vector being its row of U sqrt(S), scaled
to unit length.

`bootstrap`: for each width and seed the documents get new random weights (exponential: the
Bayesian bootstrap of Rubin 1981, which keeps every document, so that no rare word is lost),
and the SVD is made at that width; no two widths or seeds share a draw. `nested`: one SVD of
all documents, of which the first d columns are the vectors of a smaller width.

What is written for a concept is one row a pair: vector(plus) - vector(minus), formed in
float32 and rounded to float16 once.
"""
import os
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"                      # one order of addition, so the same bytes

import argparse
import collections
import hashlib
import json
import pathlib
import re
import struct
import time

import numpy as np
import scipy.sparse as sp
from safetensors.numpy import load_file, save

HERE = pathlib.Path(__file__).parent
WINDOW = 8
SMOOTHING = 0.75
WORD_COUNT, CONTEXT_COUNT = 8, 20               # least number of occurrences
OVERSAMPLING = 0.1                              # of the randomised SVD
POWER = 8                                       # iterations; the spectrum falls slowly, and two are too few
SEEDS = {16: 3, 32: 3, 64: 3, 128: 3, 256: 3, 512: 2, 1024: 2}
NESTED = 256
FILES = {                                       # sha256 of the parts of wordnet-base 1:3.0-37
    "data.noun": "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2",
    "data.verb": "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2",
    "data.adj": "c89120dfc1f046ddff4a631bf9b7e9fa1a36b5e86565a23bf82dbe14f30b88a7",
    "data.adv": "444a63bf3955080ab7524f5079cfc07ff9bc682cb98bdb1db73b0fb9829f1139",
}
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")


def documents(folder):
    """One list of words a synset, in the order of the files."""
    for name, sha in FILES.items():
        raw = (folder / name).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == sha, f"{name} is not that of wordnet-base 1:3.0-37"
        for line in raw.decode("latin-1").splitlines():
            if line.startswith("  "):           # the licence, at the head of each file
                continue
            data, gloss = line.split("|", 1)
            fields = data.split()
            lemmas = [re.sub(r"\(.*\)", "", fields[4 + 2 * i]).replace("_", " ") for i in range(int(fields[3], 16))]
            yield TOKEN.findall((" ".join(lemmas) + " " + gloss).lower())


def read_pairs():
    """concept -> [(plus, minus)], and every line's fields."""
    lines = (HERE / "pairs.tsv").read_text("utf-8").splitlines()
    assert lines[0].split("\t") == ["concept", "role", "unit", "plus", "minus"]
    pairs = {}
    for line in lines[1:]:
        concept, _, _, plus, minus = line.split("\t")
        pairs.setdefault(concept, []).append((plus, minus))
    words = [w for rows in pairs.values() for pair in rows for w in pair]
    assert len(set(words)) == len(words), "a word stands twice"
    return pairs


class Corpus:
    """Co-occurrences as triples (document, word, context), so that a draw reweights them."""

    def __init__(self, docs):
        count = collections.Counter(w for doc in docs for w in doc)
        ranked = sorted((w for w in count if count[w] >= WORD_COUNT), key=lambda w: (-count[w], w))
        self.index = {w: i for i, w in enumerate(ranked)}
        self.words = len(ranked)
        self.contexts = sum(count[w] >= CONTEXT_COUNT for w in ranked)
        self.docs, self.count, self.tokens = len(docs), count, sum(map(len, docs))
        # Rarer words are taken out before windows are laid.
        rows = [[self.index[w] for w in doc if w in self.index] for doc in docs]
        flat = np.array([w for row in rows for w in row], np.int64)
        of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        parts = []
        for k in range(1, WINDOW + 1):
            same = of[k:] == of[:-k]
            a, b, doc = flat[:-k][same], flat[k:][same], of[k:][same]
            weight = np.full(len(doc), (WINDOW + 1 - k) / WINDOW)
            parts += [(doc, a, b, weight), (doc, b, a, weight)]
        doc, word, context, weight = (np.concatenate(p) for p in zip(*parts))
        kept = context < self.contexts
        self.doc, self.word, self.context, self.weight = doc[kept], word[kept], context[kept], weight[kept]

    def ppmi(self, times):
        """Positive pointwise mutual information where document i counts times[i] times."""
        weight = self.weight * times[self.doc]
        n = sp.csr_matrix((weight, (self.word, self.context)), shape=(self.words, self.contexts))
        n.sum_duplicates()
        n = n.tocoo()
        n_word, n_context = (np.bincount(i, n.data, size) for i, size in ((n.row, self.words), (n.col, self.contexts)))
        smooth = n_context ** SMOOTHING
        smooth /= smooth.sum()
        drawn = n.data > 0
        row, col, data = n.row[drawn], n.col[drawn], n.data[drawn]
        value = np.log(data / (n_word[row] * smooth[col]))
        kept = value > 0
        return sp.csr_matrix((value[kept].astype(np.float32), (row[kept], col[kept])), shape=n.shape)


def vectors(matrix, d, rng):
    """Unit rows of U sqrt(S), by the randomised SVD of Halko, Martinsson and Tropp (2011)."""
    transposed = matrix.T.tocsr()
    wide = d + max(16, int(OVERSAMPLING * d))
    q = matrix @ rng.standard_normal((matrix.shape[1], wide)).astype(np.float32)
    q = np.linalg.qr(q)[0]
    for _ in range(POWER):
        q = np.linalg.qr(transposed @ q)[0]
        q = np.linalg.qr(matrix @ q)[0]
    b = transposed @ q
    values, u = np.linalg.eigh((b.T @ b).astype(np.float64))
    values, u = values[::-1][:d], u[:, ::-1][:, :d]
    rows = q @ (u * np.sqrt(np.sqrt(values))).astype(np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    assert (length > 0).all(), "a word without co-occurrences"
    return rows / length


def tensors(prefix, corpus, pairs, rows):
    out = {}
    for concept, words in pairs.items():
        plus, minus = (rows[[corpus.index[pair[side]] for pair in words]] for side in (0, 1))
        half = (plus - minus).astype(np.float16)
        assert np.isfinite(half).all() and half.any(axis=1).all(), f"{prefix}.{concept}"
        out[f"{prefix}.{concept}"] = half
    return out


def canonical(raw):
    """The same file with a sorted header: the writer's order of metadata is random."""
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.dumps(json.loads(raw[8:8 + size]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + raw[8 + size:]


def write(target, parts, family, d):
    meta = {
        "family": family, "width": str(d), "source": "WordNet 3.0, Debian wordnet-base 1:3.0-37",
        "licence": "WordNet 3.0 licence (source); MIT OR Apache-2.0 (pairs, script)",
        "rows": "vector(plus) - vector(minus), in the order of pairs.tsv", "created_by": pathlib.Path(__file__).name,
    }
    target.write_bytes(canonical(save(parts, metadata=meta)))
    back = load_file(target)
    assert back.keys() == parts.keys() and all((back[k] == parts[k]).all() for k in back)
    print(target.name, target.stat().st_size, "bytes", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--wordnet", type=pathlib.Path, required=True, help="folder with data.noun …")
    ap.add_argument("--out", type=pathlib.Path, default=HERE / "vectors")
    ap.add_argument("--widths", type=int, nargs="*", default=list(SEEDS), help="of the bootstrap family")
    args = ap.parse_args()
    started = time.time()
    pairs = read_pairs()
    corpus = Corpus(list(documents(args.wordnet)))
    print(f"{corpus.docs} documents, {corpus.tokens} words; {corpus.words} rows, {corpus.contexts} contexts; "
          f"{len(corpus.weight)} co-occurrences")
    for concept, rows in pairs.items():
        counts = sorted(corpus.count[w] for pair in rows for w in pair)
        print(f"{concept:13s} {len(rows)} pairs, occurrences of a word: least {counts[0]}, median {counts[len(counts) // 2]}")
    args.out.mkdir(parents=True, exist_ok=True)
    for d in args.widths:
        parts = {}
        for seed in range(1, SEEDS[d] + 1):
            rng = np.random.default_rng([d, seed])
            times = rng.standard_exponential(corpus.docs)
            parts |= tensors(f"d{d}.seed{seed}", corpus, pairs, vectors(corpus.ppmi(times), d, rng))
            print(f"d{d}.seed{seed}  {time.time() - started:.0f} s", flush=True)
        write(args.out / f"bootstrap.d{d:04d}.safetensors", parts, "bootstrap", d)
    rows = vectors(corpus.ppmi(np.ones(corpus.docs)), NESTED, np.random.default_rng([NESTED, 0]))
    write(args.out / f"nested.d{NESTED:04d}.safetensors", tensors(f"d{NESTED}.nested", corpus, pairs, rows), "nested", NESTED)


if __name__ == "__main__":
    main()
