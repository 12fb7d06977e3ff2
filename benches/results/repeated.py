#!/usr/bin/env python3
"""What perfect probabilities would show by chance alone, where listings share photos.

    benches/results/repeated.py --data FOLDER [--scores DIR] [--model compact] [--draws 400]

Reads what run.py left in DIR, and the sources.csv that `peise import` writes. A photo that is in ten listings is right or wrong in all
of them: here each photo has one random number, and is right wherever its probability is above it: the most that it can depend on. A listing is right if all its photos are, and its
probability is taken as the product of theirs.
"""

import argparse
import csv
import json
import math
import random
from pathlib import Path
from statistics import mean, pstdev, quantiles

SETS = ["web-sampled", "small-sampled", "small-family"]
BINS = 15


def expected_calibration_error(pairs):
    """Of probabilities and what came true, in bins of equal mass."""
    pairs = sorted(pairs)
    bounds = [len(pairs) * number // BINS for number in range(BINS + 1)]
    bins = [pairs[low:high] for low, high in zip(bounds, bounds[1:])]
    return sum(abs(sum(probability - right for probability, right in one)) for one in bins) / len(pairs)


def listings(folder, scores):
    """Of each listing its photos, by what they are called in the source, with their probabilities."""
    with open(folder / "sources.csv", newline="") as file:
        photos = {row["id"]: row["photos"].split(";") for row in csv.DictReader(file)}
    for line in open(scores):
        listing = json.loads(line)
        yield list(zip(photos[listing["id"]], (image["probability"] for image in listing["images"]), strict=True))


def summary(values):
    cuts = quantiles(values, n=20)
    return f"{cuts[9]:.3f} ({cuts[0]:.3f} to {cuts[-1]:.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scores", type=Path, default=Path("target/results"))
    parser.add_argument("--model", default="compact")
    parser.add_argument("--rule", default="cover")
    parser.add_argument("--draws", type=int, default=400)
    arguments = parser.parse_args()
    random.seed(0)
    print("| | photos | of them distinct | ECE per photo | ECE per listing | EM, standard deviation |")
    print("|---|---:|---:|---:|---:|---:|")
    for data in SETS:
        scores = arguments.scores / f"{arguments.model}-{data}-{arguments.rule}.jsonl"
        found = list(listings(arguments.data / data, scores))
        names = {name for listing in found for name, _ in listing}
        by_photo, by_listing, exact = [], [], []
        for _ in range(arguments.draws):
            at = {name: random.random() for name in names}
            photos = [[(probability, at[name] < probability) for name, probability in listing] for listing in found]
            whole = [(math.prod(p for p, _ in one), all(right for _, right in one)) for one in photos]
            by_photo.append(expected_calibration_error([pair for one in photos for pair in one]))
            by_listing.append(expected_calibration_error(whole))
            exact.append(mean(right for _, right in whole))
        count = sum(len(listing) for listing in found)
        print(f"| {data} | {count} | {len(names)} | {summary(by_photo)} | {summary(by_listing)} | {pstdev(exact):.3f} |")


if __name__ == "__main__":
    main()
