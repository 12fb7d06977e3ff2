#!/usr/bin/env python3
"""Compares what TensorBoard's own reader finds in a run with the run's metrics.jsonl.

usage: events.py RUN
"""

import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

NAMES = {
    "loss": "train/loss",
    "accuracy": "train/accuracy",
    "exact_match": "train/exact_match",
    "lr": "train/learning_rate",
    "validation_loss": "validation/loss",
    "validation_accuracy": "validation/accuracy",
    "validation_exact_match": "validation/exact_match",
}


def single(value):
    """The value in single precision, as event files hold it."""
    return struct.unpack("f", struct.pack("f", value))[0]


def main():
    run = Path(sys.argv[1])
    expected = set()
    for line in (run / "metrics.jsonl").read_text().splitlines():
        point = json.loads(line)
        step = point["step"] + ("lr" in point)
        expected |= {(tag, step, single(point[key])) for key, tag in NAMES.items() if point.get(key) is not None}
    accumulator = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    accumulator.Reload()
    tags = accumulator.Tags()["scalars"]
    found = {(tag, event.step, event.value) for tag in tags for event in accumulator.Scalars(tag)}
    if found != expected or not expected:
        sys.exit(f"TensorBoard reads {len(found)} scalars, {len(found ^ expected)} of them other than written")
    print(f"TensorBoard reads all {len(found)} scalars")


if __name__ == "__main__":
    main()
