#!/usr/bin/env python3
"""Copies of a data set without colour: what a matcher gets from anything else.

    benches/results/controls.py FOLDER/web-sampled OUT

OUT/grey/web-sampled has every test photo in grey, OUT/blank/web-sampled a plain grey area in its place. Needs Pillow.
Then run.py --data OUT/grey --sets web-sampled --model random --model compact --out ELSEWHERE.
"""

import argparse
import shutil
from pathlib import Path

from PIL import Image, ImageOps


def grey(photo):
    return photo.convert("L").convert("RGB")


def blank(photo):
    return Image.new("RGB", photo.size, (128, 128, 128))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a data set with a folder test and files test_*.json")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    for change in (grey, blank):
        target = arguments.out / change.__name__ / arguments.data.name
        for source in sorted((arguments.data / "test").rglob("*")):
            copy = target / source.relative_to(arguments.data)
            if source.is_dir():
                copy.mkdir(parents=True, exist_ok=True)
            elif source.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"):
                copy.parent.mkdir(parents=True, exist_ok=True)
                with Image.open(source) as photo:
                    change(ImageOps.exif_transpose(photo).convert("RGB")).save(copy, quality=95)
            else:
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
        for source in arguments.data.glob("test_*.json"):
            shutil.copyfile(source, target / source.name)


if __name__ == "__main__":
    main()
