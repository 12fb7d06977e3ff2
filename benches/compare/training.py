"""Training steps of the compact model in PyTorch: forward, backward, AdamW."""

import json

import torch
import torch.nn.functional as F

from model import RESERVED, load

LISTINGS, MOST_PHOTOS, STEPS = 16, 10, 8


def padded(counts):
    """Which of all that lies in a row belongs where in a padded table, `[listings, most]`, and what is padding."""
    table = torch.full((len(counts), max(counts)), -1)
    first = 0
    for row, count in zip(table, counts, strict=True):
        row[:count] = torch.arange(first, first + count)
        first += count
    return table.clamp(min=0), table < 0


class Batch:
    """Listings of so many photos and labels; what they show and say does not change the cost."""

    def __init__(self, photos, labels, lengths, side, known, longest, memory_format):
        self.photos = torch.randn(sum(photos), 3, side, side).to(memory_format=memory_format)
        # A start token, then one a character.
        lengths = torch.tensor(lengths).clamp(max=longest) + 1
        self.token_mask = torch.arange(int(lengths.max())) >= lengths[:, None]
        self.tokens = torch.randint(RESERVED, known, self.token_mask.shape)
        self.photo_places, self.photo_mask = padded(photos)
        places, self.label_mask = padded(labels)
        self.label_places = places % len(lengths)
        rows = [torch.randint(count, (self.photo_places.shape[1],)) for count in labels]
        self.targets = torch.stack(rows).masked_fill(self.photo_mask, -100)


def batches(data, **options):
    """Of the sizes that the data set's listings have, in order."""
    listings = list(json.loads((data / "train_all.json").read_text()).values())
    for first in range(0, min(STEPS * LISTINGS, len(listings)), LISTINGS):
        some = listings[first : first + LISTINGS]
        texts = [listing["optional_tags"] for listing in some]
        photos = [min(len(listing["imgs_tags"]), MOST_PHOTOS) for listing in some]
        lengths = [len(text) for text in {text for listing in texts for text in listing}]
        yield Batch(photos, [len(listing) for listing in texts], lengths, **options)


class Training:
    """The same few batches again and again."""

    def __init__(self, arguments, channels_last=False, half=False):
        torch.set_num_threads(arguments.threads)
        torch.manual_seed(0)
        memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.half = half
        self.model = load(arguments.weights).train().to(memory_format=memory_format)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), 1e-4, weight_decay=0.02, fused=True)
        side = self.model.config["preprocess"]["steps"][0]["resize"]["width"]
        sizes = {"known": self.model.label_encoder.embedding.num_embeddings, "side": side}
        sizes["longest"] = self.model.config["label"]["max_length"]
        self.batches = list(batches(arguments.data, **sizes, memory_format=memory_format))

    def step(self, batch):
        with torch.autocast("cpu", torch.bfloat16, self.half):
            images = self.model.image_encoder(batch.photos)[batch.photo_places]
            labels = self.model.label_encoder(batch.tokens, batch.token_mask)[batch.label_places]
            units = self.model.matcher.every_unit(images, labels, batch.photo_mask, batch.label_mask)
        targets = batch.targets.flatten()
        loss = sum(F.cross_entropy(scores.float().flatten(0, 1), targets) for scores, _ in units)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def run(self):
        for batch in self.batches:
            self.step(batch)
        return None, sum(len(batch.photos) for batch in self.batches)
