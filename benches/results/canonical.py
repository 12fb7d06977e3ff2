#!/usr/bin/env python3
"""A test set whose labels are their colours' own words: what reading labels perfectly would be worth.

    benches/results/canonical.py --data FOLDER/small-sampled --out FOLDER/canonical
    peise predict --data FOLDER/canonical --split test --rule cover --out pred.json && peise eval --pred pred.json --truth FOLDER/canonical/test_truth.json

A label's colour is the longest word in it that the product's own table knows. A listing two of whose labels have one colour stays as it is.
"""

import argparse
import json
import os
from pathlib import Path

from lexicon import lexicon, term


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    own = {}
    for word, name in lexicon().items():
        own.setdefault(name, word + "色")
    truth = json.loads((arguments.data / "test_truth.json").read_text())
    kept = 0
    for profile in truth.values():
        new = {label: own.get(term(label)) for label in profile["optional_tags"]}
        if None in new.values() or len(set(new.values())) < len(new):
            kept += 1
            continue
        profile["optional_tags"] = list(new.values())
        profile["imgs_tags"] = [{photo: new[label] for photo, label in tags.items()} for tags in profile["imgs_tags"]]
    arguments.out.mkdir(parents=True)
    (arguments.out / "test_truth.json").write_text(json.dumps(truth, ensure_ascii=False))
    for profile in truth.values():
        profile["imgs_tags"] = [dict.fromkeys(tags) for tags in profile["imgs_tags"]]
    (arguments.out / "test_all.json").write_text(json.dumps(truth, ensure_ascii=False))
    os.symlink((arguments.data / "test").resolve(), arguments.out / "test")
    print(f"{len(truth) - kept} of {len(truth)} listings have their colours' own words")


if __name__ == "__main__":
    main()
