#!/usr/bin/env python3
"""Takes four layers of every direction in PyPI hidden-directions 0.1.6.

    pip install numpy==2.4.6 safetensors==0.8.0
    pip download --no-deps hidden-directions==0.1.6     # a wheel, 6.4 MB; torch is not needed
    python extract_directions.py hidden_directions-0.1.6-py3-none-any.whl
    python extract_directions.py --check                # facts about the committed file

A .pt file is a stored zip whose `*/data/0` holds the raw bfloat16 numbers of
the one tensor [28, 3584]. They are read as bytes: nothing is unpickled. The
opcodes of the pickle are listed, not run, to be sure that the storage is
bfloat16, row-major from offset 0 and little-endian. The bytes go into
directions.safetensors unchanged (BF16, [4, 3584]).
"""
import argparse
import hashlib
import io
import json
import pathlib
import pickletools
import struct
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).parent
WHEEL_SHA256 = "c4d7bb24f7ac54b0303c7b01f34e3501f853b0807d44990560a439e3e7c9d68e"
FOLDER = "hidden_directions/demo_data/qwen2.5-7b/"
SHAPE = (28, 3584)
LAYERS = (9, 14, 17, 21)


def read_pt(blob):
    """The bfloat16 words of the single tensor in a .pt file: uint16 [28, 3584]."""
    with zipfile.ZipFile(io.BytesIO(blob)) as z:
        def member(end):
            (name,) = [n for n in z.namelist() if n.endswith(end)]
            return z.read(name)
        assert sum("/data/" in n for n in z.namelist()) == 1
        ops = list(pickletools.genops(member("/data.pkl")))          # listed, not run
        assert any(op.name == "GLOBAL" and arg == "torch BFloat16Storage" for op, arg, _ in ops)
        numbers = [arg for op, arg, _ in ops if op.name in ("BININT", "BININT1", "BININT2")]
        # words in the storage, offset, shape, stride
        assert numbers == [SHAPE[0] * SHAPE[1], 0, *SHAPE, SHAPE[1], 1], numbers
        assert member("/byteorder") == b"little"
        raw = member("/data/0")
    assert len(raw) == 2 * SHAPE[0] * SHAPE[1]
    return np.frombuffer(raw, "<u2").reshape(SHAPE)


def write_safetensors(path, tensors, meta):
    """BF16 tensors given as uint16 words. NumPy has no bfloat16, so the header is written here."""
    header, offset = {"__metadata__": meta}, 0
    for name in sorted(tensors):
        size = tensors[name].nbytes
        header[name] = {"dtype": "BF16", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + size]}
        offset += size
    head = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    body = b"".join(tensors[name].astype("<u2").tobytes() for name in sorted(tensors))
    path.write_bytes(struct.pack("<Q", len(head)) + head + body)


def read_safetensors(path):
    """-> {name: float32 [4, 3584]}; bfloat16 is the upper half of a float32."""
    from safetensors import deserialize
    out = {}
    for name, info in deserialize(path.read_bytes()):
        assert info["dtype"] == "BF16", info["dtype"]
        words = np.frombuffer(bytes(info["data"]), "<u2").astype(np.uint32) << 16
        out[name] = words.view(np.float32).reshape(info["shape"])
    return out


def check(path):
    t = {k: v.astype(np.float64) for k, v in read_safetensors(path).items()}
    norms = {k: np.linalg.norm(v, axis=1) for k, v in t.items()}
    every = np.stack(list(norms.values()))
    print(f"{len(t)} directions, {path.stat().st_size} bytes")
    print("not finite:", sum(int((~np.isfinite(v)).sum()) for v in t.values()),
          " all-zero rows:", int((every == 0).sum()))
    print(f"row norms {every.min():.4f} to {every.max():.4f}; unit norm within 1 %:", bool((abs(every - 1) < 0.01).all()))
    for i, layer in enumerate(LAYERS):
        a, b = t["v_refusal"][i], t["v_pref_evil_l5_sadist"][i]
        cos = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        v = np.stack([x[i] / np.linalg.norm(x[i]) for x in t.values()])
        pref = np.stack([x[i] / np.linalg.norm(x[i]) for k, x in t.items() if k.startswith("v_pref_")])
        pair = (pref @ pref.T)[np.triu_indices(len(pref), 1)]
        s = np.linalg.svd(v, compute_uv=False) ** 2
        print(f"layer {layer:2d}: cos(v_refusal, v_pref_evil_l5_sadist) = {cos:+.4f}; median norm {np.median(every[:, i]):.2f}; "
              f"median cosine of two v_pref_* {np.median(pair):+.2f}; "
              f"participation ratio of the {len(t)} unit directions {s.sum() ** 2 / (s ** 2).sum():.1f}")


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("wheel", nargs="?", type=pathlib.Path)
    ap.add_argument("--out", type=pathlib.Path, default=HERE / "directions.safetensors")
    ap.add_argument("--check", action="store_true")
    args = ap.parse_args()
    if args.wheel is None and not args.check:
        ap.error("give the wheel, or --check")
    if args.wheel:
        sha = hashlib.sha256(args.wheel.read_bytes()).hexdigest()
        assert sha == WHEEL_SHA256, f"unexpected wheel: {sha}"
        with zipfile.ZipFile(args.wheel) as w:
            paths = sorted(n for n in w.namelist() if n.startswith(FOLDER) and n.endswith(".pt"))
            tensors = {pathlib.PurePosixPath(n).stem: read_pt(w.read(n))[list(LAYERS)] for n in paths}
        write_safetensors(args.out, tensors, {
            "model": "Qwen2.5-7B-Instruct", "source": "PyPI hidden-directions 0.1.6", "wheel_sha256": sha,
            "licence": "MIT, Copyright (c) 2026 Katerina Fajmanova", "layers": ",".join(map(str, LAYERS)),
            "hidden_size": str(SHAPE[1]), "created_by": pathlib.Path(__file__).name})
    check(args.out)


if __name__ == "__main__":
    main()
