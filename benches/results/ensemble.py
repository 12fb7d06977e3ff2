#!/usr/bin/env python3
"""Several models together: their probabilities multiplied, each photo given the best label.

    benches/results/ensemble.py --truth FILE SCORES.jsonl...     # of `peise predict --scores`

Prints Acc / EM of each alone, and of all together: each photo by itself, as with `--objective image`. Every photo must have been readable.
"""

import argparse
import json
import math
from pathlib import Path


def read(path):
    with open(path, encoding="utf-8") as file:
        listings = {listing["id"]: listing for listing in map(json.loads, file)}
    return {number: (listing["labels"], [image["marginals"] for image in listing["images"]]) for number, listing in listings.items()}


def measure(runs, truth):
    right = photos = whole = 0
    for number, profile in truth.items():
        labels, _ = runs[0][number]
        assert all(run[number][0] == labels for run in runs), f"{number}: the files are not of the same listings"
        found = []
        for rows in zip(*(run[number][1] for run in runs), strict=True):
            sums = [sum(math.log(max(row[at], 1e-9)) for row in rows) for at in range(len(labels))]
            found.append(labels[sums.index(max(sums))])
        true = [label for tags in profile["imgs_tags"] for label in tags.values()]
        hits = sum(one == other for one, other in zip(found, true, strict=True))
        right, photos, whole = right + hits, photos + len(true), whole + (hits == len(true))
    return f"{right / photos:.4f} / {whole / len(truth):.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("scores", nargs="+", type=Path)
    arguments = parser.parse_args()
    truth, runs = json.loads(arguments.truth.read_text()), [read(path) for path in arguments.scores]
    for path, run in zip(arguments.scores, runs):
        print(path, measure([run], truth))
    print("together", measure(runs, truth))


if __name__ == "__main__":
    main()
