#!/usr/bin/env python3
"""Compares Peise with PyTorch and ONNX Runtime on the same photos, and with what decoding alone takes.

    benches/compare/run             builds, prepares and runs this
    python compare.py OUT ...       runs it on what lies prepared in OUT: data-224, data-800, data-train, onnx, int8

All contenders take turns, round by round, so that whatever else the machine does slows all of them; the first round is
a warm-up. Prints Markdown and writes it to OUT/table.md. Python's libraries are those of the Python that runs this.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

import table
from contenders import Predict, Train, Worker

ROOT = Path(__file__).resolve().parents[2]
FLOOR = "decoding alone, scaled (the floor)"
# Name in the table, kind, what it is called there.
MATCHING = {
    FLOOR: partial(Worker, contender="floor"),
    "decoding alone, in full": partial(Worker, contender="full-decode"),
    "**Peise**, flex": partial(Predict, engine="flex"),
    "**Peise**, ONNX Runtime f32": partial(Predict, engine="onnxruntime"),
    "**Peise**, ONNX Runtime int8": partial(Predict, engine="onnxruntime-int8"),
    "PyTorch, thread pool": partial(Worker, contender="pytorch"),
    "PyTorch, DataLoader": partial(Worker, contender="pytorch-loader"),
    "PyTorch, thread pool, compiled photo encoder": partial(Worker, contender="pytorch-compiled"),
    "PyTorch, thread pool, bf16 photo encoder": partial(Worker, contender="pytorch-bf16"),
    "ONNX Runtime in Python, f32": partial(Worker, contender="onnxruntime"),
    "ONNX Runtime in Python, static int8": partial(Worker, contender="onnxruntime-int8"),
    "the report's system in PyTorch": partial(Worker, contender="report"),
}
TRAINING = {
    "**Peise**, burn flex": Train,
    "PyTorch eager, f32, contiguous": partial(Worker, contender="train", spin=True),
    "PyTorch eager, f32, channels last": partial(Worker, contender="train-channels-last", spin=True),
    "PyTorch eager, bf16 autocast, channels last": partial(Worker, contender="train-bf16", spin=True),
}
# Those that compute the same model, and the least share of photos that must get the same label.
SAME = {
    "**Peise**, ONNX Runtime f32": 0.99,
    "PyTorch, thread pool": 0.99,
    "PyTorch, DataLoader": 0.99,
    "PyTorch, thread pool, compiled photo encoder": 0.99,
    "PyTorch, thread pool, bf16 photo encoder": 0.0,
    "ONNX Runtime in Python, f32": 0.99,
    "ONNX Runtime in Python, static int8": 0.0,
}
MATCHING_NOTES = """\
- Peise: `peise predict` as a user runs it, labels cleaned, assignments decided under `--rule auto`, output written.
  Time and photos of the same command on one listing are taken off; what is left of that is the start-up. The last
  column has the whole command, start-up included: over few photos it is start-up mostly, of the others above all.
- The others: `pipelines.py`, in a process that is loaded already (start-up = until it is). The same weights, decoding
  scaled by libjpeg-turbo (Pillow's draft mode) one pass ahead in as many threads, 64 photos a pass, normalisations
  folded, equal labels encoded once, listings of like size matched in one pass; labels are not cleaned, every photo gets
  its most probable label, nothing is written.
- Floor: every file opened and decoded to at least 64 px by libjpeg-turbo, in as many threads; no resizing, no model.
- The report's system: photos decoded in full, ResNet-18 at 224 px, BERT-base on 5 tokens, its matcher, one listing
  after the other (the first {report_listings}); random weights, no blur.
- Peak: the most memory resident, libraries included; of DataLoader its processes' sum, what they share counted in each.
  PyTorch's includes CUDA's libraries where its wheel has them."""
TRAINING_NOTES = """\
- Peise: `peise train --recipe recipes/compact.toml`, median of steps 10 to 39 by its own `metrics.jsonl`, batches of 16
  listings as they come. Its step also has the exact cover likelihood, the contrast loss, clipping and the moving average of
  the weights; augmentation runs beside it, on the same cores. Photos are decoded before.
- PyTorch: forward, cross-entropy of every unit's scores, backward, fused AdamW, on 8 batches of 16 listings of as many
  photos and of as many and as long labels as the same data set's, in memory; equal labels are encoded once, as in Peise."""


def take_turns(contenders, rounds):
    """Contender to its measurements, the first round left out."""
    measured = {name: [] for name in contenders}
    for number in range(rounds):
        for name, contender in contenders.items():
            print(f"\rround {number + 1} of {rounds}: {name:<60}", end="", file=sys.stderr, flush=True)
            measured[name].append(contender.measure())
    print(f"\r{'':<80}\r", end="", file=sys.stderr, flush=True)
    return {name: found[1:] for name, found in measured.items()}


def equal(answers, others):
    """How many photos get the same label, and of how many."""
    pairs = [pair for one, other in zip(answers, others, strict=True) for pair in zip(one, other, strict=True)]
    return sum(one == other for one, other in pairs), len(pairs)


def agreement(contenders, reference):
    """Of how many photos a contender gives the label that `reference` gives, as Markdown; and who gives too few."""
    expected = contenders[reference].answers()
    cleaned, photos = equal(contenders[reference].answers(cleaned=True), expected)
    title = f"Of {photos} photos these get the label of Peise, flex, under `--rule free` and with labels not cleaned:"
    lines, failed = [title + "\n"], []
    for name, least in SAME.items():
        if name not in contenders:
            continue
        same, _ = equal(contenders[name].answers(), expected)
        enough = same >= least * photos
        lines.append(f"- {name}: {same}{'' if enough else f' (**less than {least:.0%}**)'}")
        if not enough:
            failed.append(f"{name}: {same} of {photos}")
    lines.append(f"- **Peise**, flex, labels cleaned as ever: {cleaned}")
    return "\n".join(lines), failed


def compare_matching(arguments, size):
    data = arguments.out / f"data-{size}"
    wanted = {name: make for name, make in MATCHING.items() if name not in arguments.without}
    contenders = {name: make(arguments, data=data) for name, make in wanted.items()}
    measured = take_turns(contenders, arguments.rounds)
    same, failed = agreement(contenders, "**Peise**, flex")
    for contender in contenders.values():
        contender.close()
    photos = measured[FLOOR][0].photos
    title = f"### Matching {photos} photos of {size} px"
    return "\n\n".join([title, table.matching(measured, FLOOR), same]), failed


def compare_training(arguments):
    contenders = {name: make(arguments, data=arguments.out / "data-train") for name, make in TRAINING.items()}
    measured = take_turns(contenders, arguments.training_rounds)
    for contender in contenders.values():
        contender.close()
    return "\n\n".join(["### Training the same model", table.training(measured), TRAINING_NOTES])


def options():
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("out", type=Path, metavar="OUT")
    add("--peise", type=Path, default=ROOT / "target/release/peise", help="the program (%(default)s)")
    add("--weights", type=Path, default=ROOT / "crates/peise/assets/compact", help="its model (%(default)s)")
    add("--recipe", type=Path, default=ROOT / "recipes/compact.toml", help="what is trained (%(default)s)")
    add("--sizes", type=int, nargs="*", default=[224, 800], help="data sets (%(default)s)")
    add("--rounds", type=int, default=5, help="rounds, the warm-up among them (%(default)s)")
    add("--training-rounds", type=int, default=4, help="the same for training; 0 leaves it out (%(default)s)")
    add("--report-listings", type=int, default=8, help="listings that the report's system matches (%(default)s)")
    add("--threads", type=int, default=cores, help="threads, and cores that may be used (%(default)s)")
    names = ", ".join(MATCHING)
    add("--without", nargs="+", choices=MATCHING, default=[], metavar="NAME", help=f"contenders to leave out: {names}")
    arguments = parser.parse_args()
    if arguments.rounds < 2 or arguments.training_rounds == 1:
        parser.error("one round is the warm-up: give two or more")
    if not 1 <= arguments.threads <= cores:
        parser.error(f"--threads must lie within 1..={cores}")
    if not arguments.peise.is_file():
        parser.error(f"{arguments.peise} is missing: build it first")
    arguments.int8, arguments.onnx = arguments.out / "int8", arguments.out / "onnx"
    return arguments


def main():
    arguments = options()
    # Whoever asks for the number of cores, Peise among them, is told so many.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])
    others, parts, failed = table.Others(), [], []
    for size in arguments.sizes:
        part, fewer = compare_matching(arguments, size)
        parts.append(part)
        failed += [f"{size} px, {one}" for one in fewer]
    parts.append(MATCHING_NOTES.format(report_listings=arguments.report_listings))
    if arguments.training_rounds:
        parts.append(compare_training(arguments))
    parts.append("What each stage of Peise costs: `cargo bench -p peise-cli --bench stages`.")
    page = "\n\n".join([table.header(arguments, others.cores()), *parts]) + "\n"
    (arguments.out / "table.md").write_text(page)
    print(page, end="")
    if failed:
        raise SystemExit(f"not the labels that Peise gives: {'; '.join(failed)}")


if __name__ == "__main__":
    main()
