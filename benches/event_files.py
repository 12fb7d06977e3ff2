#!/usr/bin/env python3
"""Writes the curves of runs for TensorBoard: RUN/metrics.jsonl as event files in RUN/tensorboard/.

usage: event_files.py [--follow] RUN...

With --follow it continues with what training appends until it is interrupted. Needs the tensorboard package alone.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

TAGS = {
    "loss": "train/loss",
    "accuracy": "train/accuracy",
    "exact_match": "train/exact_match",
    "lr": "train/learning_rate",
    "validation_loss": "validation/loss",
    "validation_accuracy": "validation/accuracy",
    "validation_exact_match": "validation/exact_match",
}


class Run:
    """One run, read as far as it has been written."""

    def __init__(self, folder):
        self.metrics, self.events = Path(folder, "metrics.jsonl"), Path(folder, "tensorboard")
        self.file = self.writer = None

    def read(self):
        """Writes what is new. A resumed run has another file, which may lack what was written before."""
        if self.file is None or self.metrics.stat().st_ino != self.inode:
            if self.writer:
                self.writer.close()
            shutil.rmtree(self.events, ignore_errors=True)
            self.file, self.writer = self.metrics.open(encoding="utf-8"), EventFileWriter(str(self.events))
            self.inode, self.rest = self.metrics.stat().st_ino, ""
        lines = (self.rest + self.file.read()).split("\n")
        self.rest = lines.pop()
        for line in lines:
            point = json.loads(line)
            # A step is numbered from 0, a validation by the steps done before it.
            step = point["step"] + ("lr" in point)
            values = [Summary.Value(tag=tag, simple_value=point[key]) for key, tag in TAGS.items() if point.get(key) is not None]
            self.writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
        self.writer.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--follow", action="store_true", help="continue with what training appends")
    arguments = parser.parse_args()
    runs = [Run(folder) for folder in arguments.runs]
    try:
        for run in runs:
            run.read()
        while arguments.follow:
            time.sleep(2)
            for run in runs:
                run.read()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
