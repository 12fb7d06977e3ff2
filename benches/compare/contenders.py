"""What is compared: commands of Peise, and workers in Python. Everything runs in processes of its own.

Nothing large is imported here: a child's peak memory counts from that of the process that forked it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from labels import normalise

HERE = Path(__file__).parent


@dataclass
class Measurement:
    seconds: float
    photos: int
    peak: float  # MiB
    startup: float = 0.0  # Seconds, not part of `seconds`.
    left_out: float = 0.0  # Seconds of work that is no part of `seconds`, nor are its photos of `photos`.
    photos_left_out: int = 0

    @property
    def milliseconds(self):
        """Of a photo."""
        return 1000 * self.seconds / self.photos

    @property
    def all_milliseconds(self):
        """Of a photo, start-up included."""
        return 1000 * (self.startup + self.left_out + self.seconds) / (self.photos + self.photos_left_out)


def command(words, environment=None):
    """Runs a command; seconds, peak memory in MiB, and what it said on stderr."""
    start = time.perf_counter()
    words = [str(word) for word in words]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, text=True, env=environment, **pipes) as child:
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {child.returncode}\n{said}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, said


class Predict:
    """`peise predict`; what the same command takes for one listing is taken off."""

    def __init__(self, arguments, engine, data):
        self.arguments, self.engine, self.data = arguments, engine, data
        self.one = one_listing(data)

    def run(self, data, *options):
        """Seconds, peak memory and predictions."""
        out = self.arguments.out / "predicted.jsonl"
        out.unlink(missing_ok=True)
        words = [self.arguments.peise, "predict", "--engine", self.engine, "--format", "jsonl"]
        environment = os.environ | {"VIRTUAL_ENV": sys.prefix}
        seconds, peak, said = command([*words, "--data", data, "--out", out, *options], environment)
        if ("computing with onnxruntime" in said) != self.engine.startswith("onnxruntime"):
            raise SystemExit(f"peise predict --engine {self.engine} computed with something else:\n{said}")
        return seconds, peak, [json.loads(line) for line in out.read_text().splitlines()]

    def measure(self):
        whole, peak, predicted = self.run(self.data)
        part, _, first = self.run(self.one)
        photos, few = (sum(len(listing["images"]) for listing in found) for found in (predicted, first))
        # The listing that is taken off takes its photos along.
        seconds = whole - part
        work = few * seconds / (photos - few)
        return Measurement(seconds, photos - few, peak, part - work, work, few)

    def answers(self, cleaned=False):
        """Each photo's label by itself: cleaning, and rules and what they reward, are not computed by the others."""
        options = ["--rule", "free", "--none", "forbid"]
        if cleaned:
            _, _, predicted = self.run(self.data, *options)
        else:
            model = without_cleaning(self.arguments.weights, self.arguments.out / "uncleaned")
            _, _, predicted = self.run(normalised(self.data), *options, "--model", model)
        return [[image["index"] for image in listing["images"]] for listing in predicted]

    def close(self):
        pass


def one_listing(data):
    """A data set of the first listing of another."""
    name, profile = next(iter(json.loads((data / "test_all.json").read_text()).items()))
    folder = data.with_name(data.name + "-one")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(data / "test" / name, folder / "test" / name)
    (folder / "test_all.json").write_text(json.dumps({name: profile}, ensure_ascii=False))
    return folder


def normalised(data):
    """A data set with the labels of another as the others read them."""
    folder = data.with_name(data.name + "-normalised")
    folder.mkdir(exist_ok=True)
    profiles = json.loads((data / "test_all.json").read_text())
    for profile in profiles.values():
        profile["optional_tags"] = [normalise(label) for label in profile["optional_tags"]]
    (folder / "test_all.json").write_text(json.dumps(profiles, ensure_ascii=False))
    shutil.rmtree(folder / "test", ignore_errors=True)
    shutil.copytree(data / "test", folder / "test")
    return folder


def without_cleaning(weights, folder):
    """The model that takes labels as they are."""
    folder.mkdir(exist_ok=True)
    config = json.loads((weights / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"cleaner": "none"}, ensure_ascii=False))
    shutil.copyfile(weights / "model.safetensors", folder / "model.safetensors")
    return folder


class Worker:
    """`worker.py`: loaded once, then told when to run."""

    def __init__(self, arguments, contender, data, spin=False):
        """`spin`: OpenMP's threads wait actively for a while, its default; not where decoding wants the cores."""
        words = [sys.executable, HERE / "worker.py", contender, "--data", data]
        for name in ("weights", "onnx", "int8", "threads", "report_listings"):
            words += ["--" + name.replace("_", "-"), getattr(arguments, name)]
        environment = os.environ | {"TRANSFORMERS_OFFLINE": "1"}
        environment.pop("OMP_WAIT_POLICY", None)
        if not spin:
            environment["OMP_WAIT_POLICY"] = "passive"
        start = time.perf_counter()
        self.contender = contender
        self.child = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.heard()
        self.startup = time.perf_counter() - start

    def heard(self):
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit(f"the worker `{self.contender}` died")
        return json.loads(line)

    def ask(self, what):
        print(what, file=self.child.stdin, flush=True)
        return self.heard()

    def measure(self):
        found = self.ask("go")
        return Measurement(found["seconds"], found["photos"], found["peak"], self.startup)

    def answers(self):
        return self.ask("answers")["answers"]

    def close(self):
        self.child.stdin.close()
        self.child.wait()


class Train:
    """`peise train`: the steps' own times, without those in which buffers and threads are still made."""

    STEPS, SKIPPED = 40, 10

    def __init__(self, arguments, data):
        self.arguments, self.data = arguments, data

    def measure(self):
        out = self.arguments.out / "trained"
        shutil.rmtree(out, ignore_errors=True)
        changes = [f"stages.0.steps={self.STEPS}", "stages.0.warmup=5", "validate_every=1000"]
        words = [self.arguments.peise, "train", "--recipe", self.arguments.recipe, "--data", self.data, "--out", out]
        _, peak, _ = command([*words, *(word for change in changes for word in ("--set", change))])
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        rates = [line["photos_per_second"] for line in lines if "photos_per_second" in line]
        return Measurement(1, median(rates[self.SKIPPED :]), peak)

    def close(self):
        pass
