#!/usr/bin/env python3
"""Trains `compact` on a short schedule, one thing changed at a time, and scores validation: a table of docs/archive/results.md.

    benches/results/ablations.py --data FOLDER [--steps 1500] [--out target/ablations] [--rows NAME...]

FOLDER holds the sets of docs/data.md, synth-train, and a drawn test set `iid`. A finished run is not trained again; an interrupted run is resumed.
The recipe is that of the model embedded before (BASE; commit 06a0670): what it was changed to since is among the rows.
"""

import argparse
import json
import subprocess
from pathlib import Path

TRAINING = ["web-sampled", "small-sampled", "small-family", "synth-train"]
SCORED = {"web-sampled": "validation", "small-sampled": "validation", "small-family": "validation", "iid": "test"}
BASE = [
    "model.matcher.units=3",
    "model.image.part_width=0",
    "model.label.part_width=0",
    "model.matcher.part_width=0",
    "optimiser.contrast_near=22",
    "optimiser.average=0.998",
]
ROWS = {
    "base": ("as it is", []),
    "seed": ("as it is, another seed", ["seed=21"]),
    "units-1": ("matcher of 1 unit in place of 3", ["model.matcher.units=1"]),
    "units-0": ("no matcher: a photo's features times a label's", ["model.matcher.units=0"]),
    "units-2": ("matcher of 2 units", ["model.matcher.units=2"]),
    "last-unit": ("loss at the last unit alone", ["optimiser.layer_weight=0"]),
    "contrast-0": ("no contrast across the batch", ["optimiser.contrast_weight=0"]),
    "contrast-4": ("four times the contrast", ["optimiser.contrast_weight=2"]),
    "no-augmentation": ("photos as they are", ["augmentation={steps=[]}"]),
    "no-synthetic": ("no drawn listings", []),
    "rate-2": ("twice the learning rate", ["stages.0.lr=2e-3"]),
    "near-0": ("the contrast tells near colours apart, too", ["optimiser.contrast_near=0"]),
    "average-pooling": ("average pooling alone", ["model.image.pool_queries=0"]),
    "pad": ("photos padded to a square, not stretched", ["model.preprocess.steps=[{pad={size=64,fill=[255,255,255]}}]"]),
    "crop": ("the middle square of photos, not the whole", ["model.preprocess.steps=[{crop_square={size=64}}]"]),
    "parts": (
        "places against characters as well",
        ["model.image.part_width=32", "model.label.part_width=32", "model.matcher.part_width=32"],
    ),
    "wide": ("half as many channels again in the photo encoder (0.08 GMAC)", ["model.image.stem=36", "model.image.widths=[36,72,144,288]"]),
    "size-96": ("photos of 96 px, not 64 (0.08 GMAC)", ["model.preprocess.steps=[{resize={width=96,height=96}}]"]),
    "shared-regions": ("what a listing's photos share blended to white", ["model.shared_regions=true"]),
    "geometry": (
        "flip, rotation and zoom alone",
        ["augmentation={steps=[{flip={probability=0.5}},{rotate={degrees=8.0}},{zoom={scale=[0.9,1.3],shift=0.08}}]}"],
    ),
    "lexicon": ("no matcher, labels reduced to their colour words", ["model.matcher.units=0", "model.cleaner=lexicon"]),
}


def train(arguments, name, out):
    sets = [data for data in TRAINING if not (name == "no-synthetic" and data == "synth-train")]
    settings = [f"stages.0.steps={arguments.steps}", f"validate_every={arguments.steps}", *BASE, *ROWS[name][1]]
    words = [arguments.peise, "train", "--recipe", "recipes/compact.toml", "--out", out]
    words += [word for data in sets for word in ("--data", arguments.data / data)]
    words += ["--resume"] if (out / "checkpoint").exists() else []
    subprocess.run([*words, *(word for one in settings for word in ("--set", one))], check=True)


def score(arguments, model, data, split):
    pred, scores = arguments.out / "pred.json", arguments.out / "scores.jsonl"
    folder = arguments.data / data
    predict = ["predict", "--model", model, "--data", folder, "--split", split, "--rule", "cover", "--engine", "flex"]
    files = ["--out", pred, "--scores", scores]
    subprocess.run([arguments.peise, *predict, *files], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    truth = folder / (f"{split}_truth.json" if split == "test" else f"{split}_all.json")
    words = [arguments.peise, "eval", "--pred", pred, "--truth", truth, "--scores", scores, "--json"]
    found = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    return f"{found['acc']['value']:.4f} / {found['em']['value']:.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peise", type=Path, default=Path("target/release/peise"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--out", type=Path, default=Path("target/ablations"))
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    print("| Acc / EM | " + " | ".join(SCORED) + " |\n|---|" + "---|" * len(SCORED))
    for name in arguments.rows:
        out = arguments.out / name
        if not (out / "best" / "model.safetensors").exists():
            train(arguments, name, out)
        cells = [score(arguments, out / "best", data, split) for data, split in SCORED.items()]
        print(f"| {ROWS[name][0]} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
