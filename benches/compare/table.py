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


def busy_cores(seconds=2):
    """How many cores something else keeps busy."""

    def ticks():
        user, nice, system, idle, waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
        return idle + waiting, user + nice + system + idle + waiting + sum(rest[:3])

    (idle, every), _, (idle_then, every_then) = ticks(), time.sleep(seconds), ticks()
    return os.cpu_count() * (1 - (idle_then - idle) / (every_then - every))


def header(arguments, busy):
    """When, where and with what; `busy` cores were so before anything ran here."""
    commit = said("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{date.today()}, {processor()}, {arguments.threads} threads, {os.cpu_count()} cores.",
        f"{said(str(arguments.peise), '--version')} ({commit}), Python {platform.python_version()}, {packages}.",
        f"Medians of {arguments.rounds - 1} rounds by turns after one of warm-up; {busy:.1f} cores were busy before.",
    ]
    if busy > 0.2:
        lines.append("**The machine was busy with something else: these numbers are for checking the script alone.**")
    return "\n".join(lines)
