"""Writes the weight files of crates/peise/tests/fixtures: `python parity/hostile.py FOLDER`.

good.pth is a small ResNet-18 as torch.save writes it. evil.pth asks whoever unpickles it to run a command.
"""

import os
import sys
from pathlib import Path

import torch

from reference import ResNet18


class Evil:
    """Unpickled by Python, it would leave a file."""

    def __reduce__(self):
        return os.system, ("touch PWNED",)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    torch.manual_seed(1)
    good = ResNet18([4, 6, 8, 10], "imagenet", 10).state_dict()
    torch.save(good, folder / "good.pth")
    torch.save({"conv1.weight": good["conv1.weight"], "payload": Evil()}, folder / "evil.pth")
