"""Training steps of the compact model in PyTorch: forward, backward, AdamW."""

import torch
import torch.nn.functional as F

from model import RESERVED, load

LISTINGS, PHOTOS, LABELS, LENGTH, STEPS = 16, 5, 3, 8, 8


class Training:
    """Always the same batch: what is in it does not change the cost."""

    def __init__(self, arguments, channels_last=False, half=False):
        torch.set_num_threads(arguments.threads)
        torch.manual_seed(0)
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.half = half
        self.model = load(arguments.weights).train().to(memory_format=self.format)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), 1e-4, weight_decay=0.02, fused=True)
        side = self.model.config["preprocess"]["steps"][0]["resize"]["width"]
        self.photos = torch.randn(LISTINGS * PHOTOS, 3, side, side).to(memory_format=self.format)
        known = self.model.label_encoder.embedding.num_embeddings
        self.tokens = torch.randint(RESERVED, known, (LISTINGS * LABELS, LENGTH))
        self.targets = torch.randint(LABELS, (LISTINGS, PHOTOS))
        self.masks = [torch.zeros(size, dtype=torch.bool) for size in (self.tokens.shape, (LISTINGS, PHOTOS))]
        self.label_mask = torch.zeros(LISTINGS, LABELS, dtype=torch.bool)

    def step(self):
        token_mask, image_mask = self.masks
        with torch.autocast("cpu", torch.bfloat16, self.half):
            images = self.model.image_encoder(self.photos).unflatten(0, (LISTINGS, PHOTOS))
            labels = self.model.label_encoder(self.tokens, token_mask).unflatten(0, (LISTINGS, LABELS))
            units = self.model.matcher.every_unit(images, labels, image_mask, self.label_mask)
        loss = sum(F.cross_entropy(scores.float().flatten(0, 1), self.targets.flatten()) for scores, _ in units)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def run(self):
        for _ in range(STEPS):
            self.step()
        return None, STEPS * LISTINGS * PHOTOS
