"""Measurements as Markdown."""

import os
import platform
import subprocess
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

PACKAGES = ("torch", "torchvision", "transformers", "onnxruntime", "pillow", "numpy")
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile")


def rows(cells):
    head, *rest = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([head, "|---" + "|---:" * (len(cells[0]) - 1) + "|", *rest])


def spread(values, places):
    return f"{min(values):.{places}f}–{max(values):.{places}f}"


def matching(measured, floor):
    """`measured`: contender to measurements; ratios are to the median of `floor`."""
    cells = [("", "ms a photo", "least–most", "× floor", "photos/s", "peak MiB", "start-up s", "all, ms a photo")]
    least = median(one.milliseconds for one in measured[floor])
    for name, found in measured.items():
        times = [one.milliseconds for one in found]
        middle = median(times)
        peak, startup = max(one.peak for one in found), median(one.startup for one in found)
        cells.append(
            (
                name,
                f"{middle:.3f}",
                spread(times, 3),
                f"{middle / least:.2f}",
                f"{1000 / middle:.0f}",
                f"{peak:.0f}",
                f"{startup:.2f}",
                f"{median(one.all_milliseconds for one in found):.2f}",
            )
        )
    return rows(cells)


def training(measured):
    cells = [("", "photos/s", "least–most", "peak MiB")]
    for name, found in measured.items():
        rates = [one.photos / one.seconds for one in found]
        cells.append((name, f"{median(rates):.0f}", spread(rates, 0), f"{max(one.peak for one in found):.0f}"))
    return rows(cells)


def processor():
    """Its name, and those of its instructions that matter here."""
    facts = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    known = facts.get("flags", "").split()
    return f"{facts.get('model name', platform.machine())} ({', '.join(flag for flag in FLAGS if flag in known)})"


def said(*words):
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


class Others:
    """What the machine did meanwhile that this process and its children did not do."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        """The time, and seconds of processor that others have had."""
        user, nice, system, _, _, *rest = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
        busy = (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")
        return time.monotonic(), busy - sum(os.times()[:4])

    def cores(self):
        """Cores that they kept busy on average. Children count once they have ended."""
        (since, before), (now, after) = self.start, self.now()
        return max(0.0, (after - before) / (now - since))


def header(arguments, others):
    """When, where and with what; `others` had so many cores meanwhile."""
    commit = said("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{date.today()}, {processor()}, {arguments.threads} threads, {os.cpu_count()} cores.",
        f"{said(str(arguments.peise), '--version')} ({commit}), Python {platform.python_version()}, {packages}.",
        f"Medians of {arguments.rounds - 1} rounds by turns after one of warm-up; other work had {others:.2f} cores.",
    ]
    if others > 0.1:
        lines.append("**The machine was busy with something else: these numbers are for checking the script alone.**")
    return "\n".join(lines)
