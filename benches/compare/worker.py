"""One contender in a process of its own, which is loaded once and then told when to run.

    python worker.py CONTENDER OPTIONS

Reads `go` or `answers` lines from stdin, writes one line of JSON for each, and one when it is ready. That the process
is there already takes start-up, seconds for PyTorch alone, out of every measurement.
"""

import argparse
import json
import sys
import time
from pathlib import Path


def matching(arguments, engine, reader="Threads"):
    import pipelines

    side = engine.config["preprocess"]["steps"][0]["resize"]["width"]
    return pipelines.Matching(arguments, engine, getattr(pipelines, reader)(arguments, side))


def pytorch(arguments, reader="Threads", **options):
    from pipelines import TorchEngine

    return matching(arguments, TorchEngine(arguments, **options), reader)


def onnxruntime(arguments, folder):
    from pipelines import OnnxEngine

    return matching(arguments, OnnxEngine(arguments, folder))


def decoding(arguments, scaled):
    from pipelines import Decoding

    return Decoding(arguments, scaled)


def report(arguments):
    from report import Report

    return Report(arguments)


def training(arguments, **options):
    from training import Training

    return Training(arguments, **options)


CONTENDERS = {
    "floor": lambda arguments: decoding(arguments, True),
    "full-decode": lambda arguments: decoding(arguments, False),
    "pytorch": pytorch,
    "pytorch-loader": lambda arguments: pytorch(arguments, "Workers"),
    "pytorch-compiled": lambda arguments: pytorch(arguments, compiled=True),
    "pytorch-bf16": lambda arguments: pytorch(arguments, half=True),
    "onnxruntime": lambda arguments: onnxruntime(arguments, arguments.onnx),
    "onnxruntime-int8": lambda arguments: onnxruntime(arguments, arguments.int8),
    "report": report,
    "train": training,
    "train-channels-last": lambda arguments: training(arguments, channels_last=True),
    "train-bf16": lambda arguments: training(arguments, channels_last=True, half=True),
}


def peak():
    """The most memory that this process and its children held, MiB."""
    children = Path("/proc/self/task").glob("*/children")
    processes = ["self", *(child for found in children for child in found.read_text().split())]
    lines = [line for process in processes for line in Path(f"/proc/{process}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("--data", type=Path, help="a data set in the course format")
    parser.add_argument("--weights", type=Path, help="a model folder of Peise's")
    parser.add_argument("--onnx", type=Path, help="what Peise exports of it")
    parser.add_argument("--int8", type=Path, help="the same, quantised")
    parser.add_argument("--report-listings", type=int, help="the report's system matches so many")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()

    # What libraries print must not come between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    contender = CONTENDERS[arguments.contender](arguments)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        found, photos = contender.run()
        seconds = time.perf_counter() - start
        said = {"seconds": seconds, "photos": photos, "peak": peak()}
        if line.strip() == "answers":
            said["answers"] = found
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
