#!/usr/bin/env python3
"""Writes the seeds: small inputs of every kind that a target reads (pip install pillow numpy safetensors)."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy
from PIL import Image
from safetensors.numpy import save

HERE = Path(__file__).parent


def write(target, name, data):
    folder = HERE / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def photo(width=40, height=48):
    y, x = numpy.mgrid[:height, :width]
    pixels = numpy.stack([x * 255 // width, y * 255 // height, (x * y) % 256], axis=-1)
    return Image.fromarray(pixels.astype("uint8"))


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photos():
    small = photo(12, 9)
    exif = Image.Exif()
    exif[0x0112] = 6
    jpegs = {
        "plain.jpg": encoded(photo(), "JPEG", quality=60, subsampling=0),
        "halved.jpg": encoded(photo(), "JPEG", quality=40, subsampling=2),
        "grey.jpg": encoded(photo().convert("L"), "JPEG", quality=50),
        "progressive.jpg": encoded(photo(), "JPEG", quality=40, progressive=True),
        "turned.jpg": encoded(photo(), "JPEG", quality=40, exif=exif),
        "restarts.jpg": encoded(photo(), "JPEG", quality=40, restart_marker_blocks=2),
    }
    for name, data in jpegs.items():
        write("jpeg_scaled", name, data)
        write("decode_photo", name, data)
    # Any other first byte: width, height and quality, then pixels to encode.
    write("jpeg_scaled", "pixels", bytes([0, 33, 12, 80]) + bytes(range(0, 255, 3)))
    write("decode_photo", "cmyk.jpg", encoded(small.convert("CMYK"), "JPEG", quality=40))
    for name, image in {
        "rgb.png": small, "grey.png": small.convert("L"), "palette.png": small.quantize(8), "clear.png": small.convert("RGBA"),
        "deep.png": Image.fromarray(numpy.arange(108, dtype="uint16").reshape(9, 12) * 600),
    }.items():  # fmt: skip
        write("decode_photo", name, encoded(image, "PNG"))
    write("decode_photo", "lossy.webp", encoded(small, "WEBP", quality=40))
    write("decode_photo", "lossless.webp", encoded(small, "WEBP", lossless=True))
    frames = [small.quantize(8), small.quantize(4)]
    write("decode_photo", "moving.gif", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    write("decode_photo", "rgb.bmp", encoded(small, "BMP"))
    write("decode_photo", "plain.tiff", encoded(small, "TIFF"))
    write("decode_photo", "packed.tiff", encoded(small, "TIFF", compression="tiff_lzw"))


def models():
    config = (HERE / "../../crates/peise/assets/compact/config.json").read_text()
    write("config_and_weights", "compact.json", json.dumps(json.loads(config), ensure_ascii=False))
    values = numpy.arange(6, dtype="float32").reshape(2, 3)
    write("config_and_weights", "three.safetensors", save({"a": values, "b": values.astype("float16")}, {"k": "v"}))
    write("config_and_weights", "empty.safetensors", save({}))
    write("pth", "one.pth", pth({"a.weight": values}))


def pth(tensors):
    """What torch.save writes, without torch."""

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        # Without the time of day, so that the seed stays the same.
        entry = lambda name, data: archive.writestr(zipfile.ZipInfo(f"archive/{name}"), data)
        body = bytearray(b"\x80\x02}(")
        for key, (name, values) in enumerate(tensors.items()):
            text = lambda value: b"X" + struct.pack("<I", len(value)) + value.encode()
            number = lambda value: b"K" + bytes([value])
            body += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(("
            body += text("storage") + b"ctorch\nFloatStorage\n" + text(str(key)) + text("cpu") + number(values.size) + b"tQ"
            strides = [stride // values.itemsize for stride in values.strides]
            body += number(0) + b"(" + b"".join(map(number, values.shape)) + b"t(" + b"".join(map(number, strides)) + b"t"
            body += b"\x89ccollections\nOrderedDict\n)RtR"
            entry(f"data/{key}", values.tobytes())
        entry("data.pkl", bytes(body + b"u."))
        entry("version", b"3\n")
        entry("byteorder", b"little")
    return out.getvalue()


def listings():
    profile = {"optional_tags": ["绛红", "米色"], "imgs_tags": [{"1_0.jpg": "绛红"}, {"1_1.jpg": None}]}
    extra = {**profile, "title": "连衣裙", "colours": {"绛红": "#8c4356"}, "shows_none": ["1_1.jpg"]}
    dump = lambda value: json.dumps(value, ensure_ascii=False)
    write("course_json", "profile.json", dump(profile))
    write("course_json", "extra.json", dump(extra))
    write("course_json", "merged.json", dump({"1": profile, "2": extra}))
    image = {
        "file": "a.jpg", "label": "黑", "index": 0, "probability": 0.9, "marginals": [0.9, 0.1], "none": 0.0, "runner_up": 1,
        "same_as": None, "error": None,
    }  # fmt: skip
    answer = {
        "id": "1", "labels": ["黑", "白"], "images": [image, {"file": "b.jpg", "error": {"code": "unreadable", "text": "no"}}],
        "options": [{"label": "黑", "photos": [0], "bare": 0.0, "same_as": None}],
        "notes": [{"code": "option-without-photo", "labels": [1], "images": [], "text": "白"}],
        "joint_probability": 0.9, "rule": "cover", "exact": True, "error": None,
    }  # fmt: skip
    write("jsonl_answers", "answers.jsonl", dump(answer) + "\n\n" + dump({"id": "2", "error": "no"}) + "\n")
    given = {"id": "1", "labels": ["黑"], "images": ["a.jpg", {"file": "b/c.jpg"}, {"base64": "/9j/2Q==", "alt": "x"}]}
    wishes = {"labels": ["a"], "images": [], "title": "t", "colours": {"a": "#ff0000"}, "rule": "free", "none": "allow"}
    write("listings_jsonl", "listings.jsonl", dump(given) + "\n" + dump({**wishes, "min_confidence": 0.5}) + "\n")
    write("csv", "listings.csv", "id,photo,label\n1,a.jpg,黑色|白色\n,b.jpg,\n2,\"c,d.jpg\",\"=1+1\"\n")
    write("csv", "tabs.tsv", "id\tphoto\tlabel\n1\ta.jpg\t黑色\n")


def texts():
    for name, labels in {
        "shared": ["黑色T恤", "白色T恤"], "noise": ["213#黑色(付款后30天内发货)", "213#白色【现货】"], "latin": ["Navy Blue-M", "RED_L"],
        "equal": ["黑", "黑色", "黑 色"], "empty": ["", " ", "色"],
    }.items():  # fmt: skip
        write("labels", name, "\n".join(labels))
    write("escape", "tags", "<b a=\"1\" b='2'>&amp;\0</b>")


photos()
models()
listings()
texts()
