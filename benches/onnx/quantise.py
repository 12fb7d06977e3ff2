#!/usr/bin/env python3
"""Makes a photo encoder of 8-bit integers: smaller, and faster on processors with 8-bit dot products (AVX-VNNI).

    python quantise.py MODEL PHOTOS OUT

MODEL   a folder with the ONNX files that `peise` exports
PHOTOS  a folder with photos like those to be matched, a few hundred; read recursively
OUT     the folder that the ONNX files are written to: image_encoder.onnx quantised, the others as they are

Weights get a scale per channel, activations a scale per tensor that is calibrated on the photos. A fifth of the photos
is not calibrated on but compared: printed are the deviation of the features and the time a photo takes.

Needs: pip install numpy onnx onnxruntime pillow
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

ENCODER = "image_encoder.onnx"
OTHERS = ("label_encoder.onnx", "matcher.onnx")
# The layers over maps. The linear layers behind them take little of the time and cost more of the features' precision.
OPERATORS = ["Conv", "Relu", "Add", "MaxPool"]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
CALIBRATIONS = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
}


def resize(photo, width, height):
    return photo.resize((max(width, 1), max(height, 1)), Image.Resampling.BILINEAR)


def middle(photo, width, height):
    left, top = (photo.width - width) // 2, (photo.height - height) // 2
    return photo.crop((left, top, left + width, top + height))


def apply(step, photo):
    """One preprocessing step as `peise` does it, up to rounding."""
    (name, values), *_ = step.items()
    if name == "resize":
        return resize(photo, values["width"], values["height"])
    if name == "resize_short":
        scale = values["short"] / min(photo.size)
        return resize(photo, int(photo.width * scale), int(photo.height * scale))
    if name == "center_crop":
        return middle(photo, min(values["width"], photo.width), min(values["height"], photo.height))
    if name == "crop_square":
        side = min(photo.size)
        return resize(middle(photo, side, side), values["size"], values["size"])
    if name == "pad":
        return ImageOps.pad(photo, (values["size"],) * 2, Image.Resampling.BILINEAR, tuple(values["fill"]))
    if name == "gaussian_blur":
        return photo.filter(ImageFilter.GaussianBlur(values["sigma"]))
    raise SystemExit(f"unknown preprocessing step `{name}`: this script is older than the model")


class Preprocessing:
    """From a photo's file to what the encoder is fed, by the metadata of the encoder's file."""

    def __init__(self, model):
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        try:
            self.steps = json.loads(metadata["preprocess"])["steps"]
            self.mean, self.std = (np.array(json.loads(metadata[key]), np.float32) for key in ("mean", "std"))
        except KeyError as missing:
            raise SystemExit(f"{ENCODER} lacks the metadata {missing}: it was not exported by peise") from None

    def __call__(self, path):
        """`[3, H, W]`."""
        with Image.open(path) as file:
            photo = ImageOps.exif_transpose(file).convert("RGB")
        for step in self.steps:
            photo = apply(step, photo)
        pixels = np.asarray(photo, np.float32) / 255
        return ((pixels - self.mean) / self.std).transpose(2, 0, 1)


def read_photos(folder, most, preprocessing):
    """Some of a folder's photos, always the same ones, `[N, 3, H, W]`."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    random.Random(0).shuffle(paths)
    photos = []
    for path in paths[:most]:
        try:
            photos.append(preprocessing(path))
        except (UnidentifiedImageError, OSError) as error:
            print(f"left out {path}: {error}", file=sys.stderr)
    if len(photos) < 10:
        raise SystemExit(f"{folder} holds {len(photos)} readable photos; give some hundred, 10 at the least")
    return np.stack(photos)


class Batches(CalibrationDataReader):
    """Photos in batches, as the calibration asks for them."""

    def __init__(self, photos, size=32):
        self.batches = iter([photos[at : at + size] for at in range(0, len(photos), size)])

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"photos": batch}


def quantise(source, target, photos, arguments):
    """Writes the quantised encoder."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / ENCODER
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(target),
            Batches(photos),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=arguments.reduce_range,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CALIBRATIONS[arguments.calibration],
            op_types_to_quantize=arguments.operators,
        )
    # Quantisation drops the metadata that say how photos are prepared.
    original, quantised = onnx.load(source), onnx.load(target)
    onnx.helper.set_model_props(quantised, {entry.key: entry.value for entry in original.metadata_props})
    quantised.producer_name = f"{original.producer_name}, quantised"
    onnx.save(quantised, target)


class Encoder:
    """A photo encoder's file, run by ONNX Runtime on the processor."""

    def __init__(self, path, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def features(self, photos, size=64):
        batches = [photos[at : at + size] for at in range(0, len(photos), size)]
        return np.concatenate([self.session.run(None, {"photos": batch})[0] for batch in batches])

    def milliseconds(self, batch):
        """A batch takes this long."""
        start = time.perf_counter()
        self.session.run(None, {"photos": batch})
        return 1000 * (time.perf_counter() - start)


def compare(source, target, photos, arguments):
    """Prints what was lost and gained, on photos that were not calibrated on."""
    encoders = [Encoder(path, arguments.threads) for path in (source, target)]
    before, after = (encoder.features(photos) for encoder in encoders)
    deviation = np.abs(after - before)
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    cosine = (before * after).sum(axis=1) / lengths
    print(f"features of {len(photos)} photos: largest {np.abs(before).max():.4f}, root mean square {before.std():.4f}")
    print(f"deviation: largest {deviation.max():.4f}, root mean square {np.sqrt((deviation**2).mean()):.4f}")
    print(f"cosine of features before and after: least {cosine.min():.5f}, mean {cosine.mean():.5f}")
    batch = np.resize(photos, (arguments.batch, *photos.shape[1:]))
    # By turns, so that whatever else the machine does slows both; the first run is a warm-up.
    rounds = [[encoder.milliseconds(batch) for encoder in encoders] for _ in range(arguments.rounds + 1)][1:]
    for name, path, times in zip(("32-bit floats", "8-bit integers"), (source, target), zip(*rounds)):
        best, median = min(times), sorted(times)[len(times) // 2]
        size = path.stat().st_size / 1e6
        print(f"{name}: {size:.2f} MB; batch of {arguments.batch}: median {median:.1f} ms, best {best:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("photos", type=Path, metavar="PHOTOS")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--most", type=int, default=500, help="photos read (%(default)s)")
    ranges, operators = "how ranges are found (%(default)s)", "what is quantised (%(default)s)"
    parser.add_argument("--calibration", choices=CALIBRATIONS, default="minmax", help=ranges)
    parser.add_argument("--operators", nargs="+", metavar="OPERATOR", default=OPERATORS, help=operators)
    parser.add_argument("--reduce-range", action="store_true", help="7-bit weights, for processors without AVX-VNNI")
    parser.add_argument("--threads", type=int, default=2, help="threads when timing (%(default)s)")
    parser.add_argument("--batch", type=int, default=64, help="photos in a batch when timing (%(default)s)")
    parser.add_argument("--rounds", type=int, default=30, help="batches timed (%(default)s)")
    arguments = parser.parse_args()

    source, target = arguments.model / ENCODER, arguments.out / ENCODER
    if not source.is_file():
        raise SystemExit(f"{source} is missing: export the model first")
    arguments.out.mkdir(parents=True, exist_ok=True)
    if source.resolve() == target.resolve():
        raise SystemExit("OUT is MODEL: the encoder would be overwritten")
    photos = read_photos(arguments.photos, arguments.most, Preprocessing(onnx.load(source)))
    held_out = len(photos) // 5
    quantise(source, target, photos[held_out:], arguments)
    for name in OTHERS:
        if (arguments.model / name).is_file():
            shutil.copyfile(arguments.model / name, arguments.out / name)
    compare(source, target, photos[:held_out], arguments)


if __name__ == "__main__":
    main()
