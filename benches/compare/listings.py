"""Listings in the course format, their photos, and what else every pipeline does outside its model."""

import json
from dataclasses import dataclass

import numpy as np
from PIL import Image
from xxhash import xxh3_64_intdigest

PADDING, START, FIRST_BUCKET = 0, 1, 2
PAIRS_PER_PASS = 1 << 15


@dataclass
class Listing:
    labels: list
    photos: list


def read(folder, most=None):
    """The test listings of a data set, in its order."""
    found = json.loads((folder / "test_all.json").read_text())
    listings = []
    for name, profile in list(found.items())[:most]:
        files = [file for photo in profile["imgs_tags"] for file in photo]
        listings.append(Listing(profile["optional_tags"], [folder / "test" / name / file for file in files]))
    return listings


def all_photos(listings):
    return [photo for listing in listings for photo in listing.photos]


def decode(path, side=None):
    """A photo in RGB; a JPEG no larger than it has to be to have `side` pixels, if that is given."""
    photo = Image.open(path)
    if side:
        photo.draft("RGB", (side, side))
    return photo.convert("RGB")


def pixels(path, side, scaled=True):
    """A photo as the compact model takes it, `[H, W, 3]`."""
    photo = decode(path, side if scaled else None)
    return np.asarray(photo.resize((side, side), Image.Resampling.BILINEAR))


class Tokenizer:
    """Characters to tokens, as `encoder/characters.rs` has them."""

    def __init__(self, config):
        self.buckets, self.most = config["hash_buckets"], config["max_length"]
        first = FIRST_BUCKET + self.buckets
        self.known = {character: first + place for place, character in enumerate(config["characters"])}

    def token(self, character):
        known = self.known.get(character)
        if known is not None:
            return known
        return FIRST_BUCKET + xxh3_64_intdigest(ord(character).to_bytes(4, "little")) % self.buckets

    def encode(self, label):
        if len(label) > self.most:
            head = -(-self.most // 2)
            label = label[:head] + label[len(label) - (self.most - head) :]
        return [START, *map(self.token, label)]

    def batch(self, labels):
        """Tokens `[N, T]` and their mask, True where padded."""
        rows = [self.encode(label) for label in labels]
        lengths = np.array([len(row) for row in rows])
        mask = np.arange(lengths.max()) >= lengths[:, None]
        tokens = np.full(mask.shape, PADDING, np.int64)
        tokens[~mask] = [token for row in rows for token in row]
        return tokens, mask


def chunks(rows, size):
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def like_sizes(shapes):
    """Indices of listings in passes of like size, by their numbers of photos and labels: little of it is padding."""
    order = sorted(range(len(shapes)), key=lambda at: shapes[at])
    taken = []
    for at in order:
        images, labels = shapes[at]
        widest = max([labels, *(shapes[other][1] for other in taken)])
        if taken and (len(taken) + 1) * images * widest > PAIRS_PER_PASS:
            yield taken
            taken = []
        taken.append(at)
    if taken:
        yield taken


def gather(features, rows):
    """Rows of features as a padded batch `[B, N, D]` and its mask."""
    most = max(map(len, rows))
    mask = np.array([[place >= len(row) for place in range(most)] for row in rows])
    index = np.array([list(row) + [0] * (most - len(row)) for row in rows])
    return features[index], mask
