#!/usr/bin/env python3
"""A lexicon, a small classifier of photos by colour, and the best assignment: the course's leading approach, in PyTorch.

    benches/results/classifier.py --data FOLDER [--size 64] [--pad] [--weighted] [--lab] [--epochs 6]

Needs the environment of benches/compare/requirements.txt. FOLDER holds the sets of docs/data.md. It learns each distinct training
photo's colour: its label's, by the product's own table of colour words. A label's score is its colour's log-probability.
"""

import argparse
import hashlib
import io
import json
import time
from pathlib import Path

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from lexicon import term

SETS = ["web-sampled", "small-sampled", "small-family"]
UNKNOWN = -20.0
# Linear sRGB to XYZ over D65's white (IEC 61966-2-1), and about what CIELAB is in photos of products.
TO_XYZ = torch.tensor([[0.4339, 0.3763, 0.1898], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]])
LAB_MEAN, LAB_DEVIATION = (torch.tensor(values)[:, None, None] for values in ([65.0, 3.0, 4.0], [30.0, 12.0, 14.0]))


def prepare(data, arguments):
    """8-bit pixels [3, S, S]: stretched, or padded to square."""
    image, size = Image.open(io.BytesIO(data)).convert("RGB"), arguments.size
    if not arguments.pad:
        return numpy.asarray(image.resize((size, size), Image.BILINEAR)).transpose(2, 0, 1)
    ratio = size / max(image.size)
    image = image.resize([max(1, round(side * ratio)) for side in image.size], Image.BILINEAR)
    square = Image.new("RGB", (size, size), (255, 255, 255))
    square.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    return numpy.asarray(square).transpose(2, 0, 1)


def read(folder, split, pixels, arguments):
    """Listings as (labels, [(photo, label)]); each distinct photo goes into `pixels` once."""
    listings = json.loads((folder / ("test_truth.json" if split == "test" else f"{split}_all.json")).read_text())
    known = {}
    for number, profile in listings.items():
        photos = []
        for name, label in (pair for tags in profile["imgs_tags"] for pair in tags.items()):
            path = folder / split / number / name
            file = path.stat().st_ino  # `peise import` links equal photos
            if file not in known:
                data = path.read_bytes()
                known[file] = hashlib.sha256(data).digest()
                if known[file] not in pixels:
                    pixels[known[file]] = prepare(data, arguments)
            photos.append((known[file], label))
        yield profile["optional_tags"], photos


class Block(nn.Module):
    """A basic residual block."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        convolution = lambda i, side, stride: nn.Conv2d(i, outputs, side, stride, side // 2, bias=False)
        self.body = nn.Sequential(
            convolution(inputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(), convolution(outputs, 3, 1), nn.BatchNorm2d(outputs)
        )
        same = stride == 1 and inputs == outputs
        self.side = nn.Identity() if same else nn.Sequential(convolution(inputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return functional.relu(self.body(x) + self.side(x))


def network(classes):
    stem = [nn.Conv2d(3, 24, 3, 2, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU()]
    blocks = [Block(24, 24, 1), Block(24, 48, 2), Block(48, 96, 2), Block(96, 192, 2)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(192, classes)]
    return nn.Sequential(*stem, *blocks, *head).to(memory_format=torch.channels_last)


def normalised(pixels, arguments, factor=1.0):
    """What the network takes: R, G, B, or with --lab CIELAB (D65), around 0; `factor` of contrast, with --lab of light."""
    x = pixels.float() / 255
    if not arguments.lab:
        return ((x - 0.5) / 0.28 * factor).contiguous(memory_format=torch.channels_last)
    linear = torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4) * factor
    xyz = torch.einsum("ij,njhw->nihw", TO_XYZ, linear)
    f = torch.where(xyz > (6 / 29) ** 3, xyz.clamp(min=1e-6) ** (1 / 3), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = torch.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)
    return ((lab - LAB_MEAN) / LAB_DEVIATION).contiguous(memory_format=torch.channels_last)


def changed(pixels, arguments):
    """Flip, shift and contrast, with --lab exposure, within a tenth."""
    shift = arguments.size // 12
    x = normalised(pixels, arguments, 0.9 + 0.2 * torch.rand(len(pixels), 1, 1, 1))
    flip = torch.rand(len(x)) < 0.5
    x[flip] = x[flip].flip(3)
    return torch.roll(x, torch.randint(-shift, shift + 1, (2,)).tolist(), (2, 3))


def train(pixels, truth, classes, arguments):
    model, batch = network(classes), 64
    weight = None
    if arguments.weighted:
        counts = torch.bincount(truth, minlength=classes).float()
        weight = (counts.sum() / classes / counts).clamp(max=10)
    steps = len(pixels) // batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.lr, total_steps=steps * arguments.epochs)
    begun = time.time()
    for epoch in range(arguments.epochs):
        right = 0
        for chosen in torch.randperm(len(pixels))[: steps * batch].split(batch):
            output = model(changed(pixels[chosen], arguments))
            optimiser.zero_grad()
            functional.cross_entropy(output, truth[chosen], weight=weight).backward()
            optimiser.step()
            schedule.step()
            right += (output.argmax(1) == truth[chosen]).sum().item()
        print(f"epoch {epoch + 1}: {right / (steps * batch):.4f} right, {time.time() - begun:.0f} s", flush=True)
    return model.eval()


@torch.no_grad()
def log_probabilities(model, pixels, arguments):
    names = list(pixels)
    parts = [names[at : at + 256] for at in range(0, len(names), 256)]
    stacked = (torch.from_numpy(numpy.stack([pixels[name] for name in part])) for part in parts)
    rows = [functional.log_softmax(model(normalised(part, arguments)), 1) for part in stacked]
    return dict(zip(names, torch.cat(rows).numpy()))


def cover(scores):
    """The best assignment in which every label has a photo: over the sets of labels that have one so far."""
    photos, labels = scores.shape
    assert labels <= min(photos, 14), "a listing of the sets of docs/data.md"
    sets = numpy.arange(1 << labels)
    best, back = numpy.where(sets == 0, 0.0, -numpy.inf), []
    for row in scores:
        after, step = numpy.full(1 << labels, -numpy.inf), numpy.zeros((1 << labels, 2), int)
        for label, score in enumerate(row):
            for before in numpy.flatnonzero(best > -numpy.inf):
                reached, value = before | 1 << label, best[before] + score
                if value > after[reached]:
                    after[reached], step[reached] = value, (before, label)
        best = after
        back.append(step)
    at, answer = sets[-1], []
    for step in reversed(back):
        at, label = step[at]
        answer.append(label)
    return answer[::-1]


def measure(listings, rows, classes):
    """Acc and EM, free and under cover."""
    counts = numpy.zeros((2, 4))
    for labels, photos in listings:
        places = [classes.get(term(label)) for label in labels]
        scores = numpy.array([[UNKNOWN if at is None else rows[photo][at] for at in places] for photo, _ in photos])
        truth = [labels.index(label) for _, label in photos]
        for rule, found in enumerate((list(scores.argmax(1)), cover(scores))):
            right = sum(one == other for one, other in zip(found, truth))
            counts[rule] += right, len(truth), right == len(truth), 1
    return [f"{right / photos:.4f} / {whole / listings:.4f}" for right, photos, whole, listings in counts]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--pad", action="store_true")
    parser.add_argument("--weighted", action="store_true", help="rare colours weigh more in the loss")
    parser.add_argument("--lab", action="store_true", help="CIELAB in place of R, G, B")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--lr", type=float, default=2e-3)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    photos, colours = {}, {}
    for data in SETS:
        for _, pairs in read(arguments.data / data, "train", photos, arguments):
            for photo, label in pairs:
                colours[photo] = colours.get(photo) or term(label)
    names = [photo for photo, colour in colours.items() if colour]
    classes = {colour: at for at, colour in enumerate(sorted({colours[photo] for photo in names}))}
    print(f"{len(names)} photos of {len(classes)} colours", flush=True)
    pixels = torch.from_numpy(numpy.stack([photos[photo] for photo in names]))
    truth = torch.tensor([classes[colours[photo]] for photo in names])
    model = train(pixels, truth, len(classes), arguments)
    print("| Acc / EM | free | cover |\n|---|---|---|")
    for data in SETS:
        seen = {}
        listings = list(read(arguments.data / data, "test", seen, arguments))
        cells = measure(listings, log_probabilities(model, seen, arguments), classes)
        print(f"| {data} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
