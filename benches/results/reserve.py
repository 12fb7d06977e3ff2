#!/usr/bin/env python3
"""Listings of both kinds for the reserve, and the model's scores of them.

    benches/results/reserve.py --peise target/release/peise --data FOLDER --out DIR [--model compact]
    cargo run --release -p peise --example reserve -- DIR

FOLDER holds web-sampled, small-sampled and small-family as docs/data.md makes them. Of every listing of the validation and
test split there are two: as it is (every option has a photo), and without the photos of one option, drawn by the listing's
id. So there are of 400 drawn listings (`peise synth`, presets iid and unseen-all). DIR then holds for each set, split and
kind the truth and the scores under the rule `free`, from which the example decodes under any reserve.
"""

import argparse
import json
import random
import subprocess
from pathlib import Path

SETS = ["web-sampled", "small-sampled", "small-family"]
DRAWN = {"validation": ("iid", "101"), "test": ("unseen-all", "102")}
LISTINGS = {"validation": 600, "test": 1500}


def label(tag):
    return next(iter(tag.values()))


def without_one(key, profile):
    """The listing without the photos of one option; None if none could be left out."""
    shown = sorted({label(tag) for tag in profile["imgs_tags"]} - {None})
    if len(shown) < 2 or len(shown) < len(profile["optional_tags"]):
        return None
    bare = random.Random(key).choice(shown)
    return {**profile, "imgs_tags": [tag for tag in profile["imgs_tags"] if label(tag) != bare]}


def kinds(listings):
    """All options shown, and one left bare, of the same listings."""
    pairs = {key: (profile, without_one(key, profile)) for key, profile in listings.items()}
    both = {key: pair for key, pair in pairs.items() if pair[1]}
    return {"full": {key: pair[0] for key, pair in both.items()}, "bare": {key: pair[1] for key, pair in both.items()}}


def scores(arguments, name, photos, listings):
    """Writes truth and scores of some listings whose photos are in a folder of another data set."""
    folder = arguments.out / "listings" / name
    folder.mkdir(parents=True, exist_ok=True)
    unlabelled = {
        key: {**profile, "imgs_tags": [{file: None for file in tag} for tag in profile["imgs_tags"]]}
        for key, profile in listings.items()
    }
    (folder / "test_all.json").write_text(json.dumps(unlabelled, ensure_ascii=False))
    (arguments.out / f"{name}.truth.json").write_text(json.dumps(listings, ensure_ascii=False))
    if not (folder / "test").exists():
        (folder / "test").symlink_to(photos.resolve())
    decide = ["--rule", "free", "--none", "allow", "--model", arguments.model]
    out = ["--out", folder / "out.json", "--scores", arguments.out / f"{name}.jsonl"]
    subprocess.run([arguments.peise, "predict", "--data", folder, *decide, *out], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peise", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default="compact")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for split in ["validation", "test"]:
        file = "validation_all.json" if split == "validation" else "test_truth.json"
        sets = {name: arguments.data / name for name in SETS}
        sets["drawn"] = arguments.out / "drawn"
        if not (sets["drawn"] / split).exists():
            preset, seed = DRAWN[split]
            draw = ["--preset", preset, "--seed", seed, "--split", split, "--listings", "400", "--size", "128"]
            junk = ["--set", "structure.junk=0", "--set", "structure.duplicate=0"]
            subprocess.run([arguments.peise, "synth", "--out", sets["drawn"], *draw, *junk], check=True)
        for name, folder in sets.items():
            listings = json.loads((folder / file).read_text())
            for kind, some in kinds(dict(list(listings.items())[: LISTINGS[split]])).items():
                scores(arguments, f"{split}-{name}-{kind}", folder / split, some)


if __name__ == "__main__":
    main()
