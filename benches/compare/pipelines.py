"""The compact model over whole data sets, as one would write it in Python: decoding beside computing, large passes."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import listings as data
from labels import normalise

PHOTOS_PER_PASS, LABELS_PER_PASS = 64, 256


class TorchEngine:
    """PyTorch: normalisations folded, channels last; the photo encoder in bfloat16 or compiled, if told so."""

    def __init__(self, arguments, half=False, compiled=False):
        import torch

        from model import load

        torch.set_num_threads(arguments.threads)
        self.torch = torch
        self.model = load(arguments.weights).fold().to(memory_format=torch.channels_last)
        self.config = self.model.config
        self.type = torch.bfloat16 if half else torch.float32
        self.encoder = self.model.image_encoder.to(self.type)
        self.mean, self.std = (torch.tensor(self.config[key]).view(3, 1, 1) for key in ("mean", "std"))
        self.least = 0
        if compiled:
            self.compile(arguments.threads)

    def compile(self, threads):
        """With Inductor, for full passes; weights are constants."""
        import torch._inductor.config

        torch._inductor.config.freezing = True
        torch._inductor.config.cpp.threads = threads
        self.encoder, self.least = self.torch.compile(self.encoder), PHOTOS_PER_PASS
        side = self.config["preprocess"]["steps"][0]["resize"]["width"]
        self.images(np.zeros((1, side, side, 3), np.uint8))

    def images(self, photos):
        count = len(photos)
        if count < self.least:
            # Another size would be compiled anew.
            photos = np.concatenate([photos, np.zeros((self.least - count, *photos.shape[1:]), np.uint8)])
        with self.torch.inference_mode():
            # Rows of pixels are channels last already.
            photos = self.torch.from_numpy(photos).permute(0, 3, 1, 2).to(self.torch.float32)
            photos = photos.sub_(255 * self.mean).div_(255 * self.std).to(self.type)
            return self.encoder(photos)[:count].float().numpy()

    def labels(self, *inputs):
        with self.torch.inference_mode():
            return self.model.label_encoder(*map(self.torch.from_numpy, inputs)).numpy()

    def scores(self, *inputs):
        with self.torch.inference_mode():
            return self.model.matcher(*map(self.torch.from_numpy, inputs)).numpy()


class OnnxEngine:
    """ONNX Runtime with the graphs that Peise exports."""

    def __init__(self, arguments, folder):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        # Otherwise threads that wait take the processor from the decoding.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.parts = {
            part: onnxruntime.InferenceSession(folder / f"{part}.onnx", options, ["CPUExecutionProvider"])
            for part in ("image_encoder", "label_encoder", "matcher")
        }
        self.config = json.loads((arguments.onnx / "config.json").read_text())
        mean, std = (np.array(self.config[key], np.float32)[:, None, None] for key in ("mean", "std"))
        self.scale, self.shift = 1 / (255 * std), -mean / std

    def run(self, part, **inputs):
        return self.parts[part].run(None, inputs)[0]

    def images(self, photos):
        photos = photos.transpose(0, 3, 1, 2).astype(np.float32, order="C")
        photos *= self.scale
        photos += self.shift
        return self.run("image_encoder", photos=photos)

    def labels(self, tokens, mask):
        return self.run("label_encoder", tokens=tokens, mask=mask)

    def scores(self, images, labels, image_mask, label_mask):
        return self.run("matcher", images=images, labels=labels, image_mask=image_mask, label_mask=label_mask)


class Threads:
    """Photos decoded in a pool of threads, one pass ahead of the encoder."""

    def __init__(self, arguments, side, scaled=True):
        self.pool = ThreadPoolExecutor(arguments.threads)
        self.pixels = lambda path: data.pixels(path, side, scaled)

    def passes(self, photos):
        ahead = None
        for paths in data.chunks(photos, PHOTOS_PER_PASS):
            now, ahead = ahead, [self.pool.submit(self.pixels, path) for path in paths]
            if now:
                yield np.stack([photo.result() for photo in now])
        yield np.stack([photo.result() for photo in ahead])


class Photos:
    """What a DataLoader's workers read."""

    def __init__(self, paths, side):
        self.paths, self.side = paths, side

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, at):
        return data.pixels(self.paths[at], self.side)


class Workers:
    """Photos decoded in the processes of a DataLoader, which are started once."""

    def __init__(self, arguments, side):
        from torch.utils.data import DataLoader

        paths = data.all_photos(data.read(arguments.data))
        self.loader = DataLoader(
            Photos(paths, side),
            PHOTOS_PER_PASS,
            num_workers=arguments.threads,
            persistent_workers=True,
            collate_fn=np.stack,
        )

    def passes(self, photos):
        assert len(photos) == len(self.loader.dataset), "a loader belongs to one data set"
        yield from self.loader


class Matching:
    """Every photo its most probable label. Equal labels are encoded once; the rule is `free`."""

    def __init__(self, arguments, engine, reader):
        self.folder, self.engine, self.reader = arguments.data, engine, reader
        self.tokenizer = data.Tokenizer(engine.config["label"])

    def encode_labels(self, listings):
        """Features of the distinct labels, and for each listing their rows."""
        place = {}
        rows = [[place.setdefault(normalise(label), len(place)) for label in one.labels] for one in listings]
        passes = data.chunks(list(place), LABELS_PER_PASS)
        return np.concatenate([self.engine.labels(*self.tokenizer.batch(labels)) for labels in passes]), rows

    def run(self):
        """For each listing the index of each photo's label, and the number of photos."""
        listings = data.read(self.folder)
        photos = data.all_photos(listings)
        images = np.concatenate([self.engine.images(photos) for photos in self.reader.passes(photos)])
        ends = np.cumsum([len(one.photos) for one in listings])
        photo_rows = [range(end - len(one.photos), end) for one, end in zip(listings, ends, strict=True)]
        labels, label_rows = self.encode_labels(listings)
        answers = [None] * len(listings)
        for taken in data.like_sizes([(len(one.photos), len(one.labels)) for one in listings]):
            (image_part, image_mask), (label_part, label_mask) = (
                data.gather(features, [rows[at] for at in taken])
                for features, rows in ((images, photo_rows), (labels, label_rows))
            )
            scores = self.engine.scores(image_part, label_part, image_mask, label_mask)
            found = np.where(label_mask[:, None], -np.inf, scores).argmax(2)
            for at, row in zip(taken, found, strict=True):
                answers[at] = row[: len(listings[at].photos)].tolist()
        return answers, len(photos)


class Decoding:
    """Nothing but decoding, in threads: no pipeline that reads photos can be faster."""

    def __init__(self, arguments, scaled):
        self.folder, self.side = arguments.data, 64 if scaled else None
        self.pool = ThreadPoolExecutor(arguments.threads)

    def run(self):
        photos = data.all_photos(data.read(self.folder))
        for photo in self.pool.map(lambda path: data.decode(path, self.side).size, photos):
            assert min(photo) >= 64
        return None, len(photos)
