#!/usr/bin/env python3
"""Residual-stream activations of SmolLM2-135M-Instruct for the prompts here.

Set up Python as for ../smollm2/make_activations.py, then

    python make_conflict_prompts.py && python make_conflict_activations.py

This is that script with the concepts of this folder, in pooling `mean` only:
same weights, template of the turn, layers, tensor names, metadata and options
(`--check-only`, `--out DIR`, `--prompts DIR`, `--gguf FILE`).
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "smollm2"))
sys.dont_write_bytecode = True                        # leave no cache beside the imported script
import make_activations as base                       # noqa: E402  (sets one BLAS thread, before numpy)
from make_conflict_prompts import CONCEPTS            # noqa: E402


def main():
    base.HERE, base.__file__, base.__doc__ = HERE, __file__, __doc__
    base.CONCEPTS, base.POOLINGS = list(CONCEPTS), ("mean",)
    base.main()


if __name__ == "__main__":
    main()
