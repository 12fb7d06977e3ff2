"""The course report's system in PyTorch, listing by listing as it was run; random weights, which cost the same."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.models import resnet18
from transformers import BertConfig, BertModel

import listings as data

sys.path.insert(0, str(Path(__file__).parents[2] / "parity"))
import reference  # noqa: E402

# `TokenConfig`'s and `ReportMatcherConfig`'s defaults: the published run's.
TOKENS, VOCABULARY, WIDTH, HEADS, UNITS, SEGMENTS, SEGMENT_HEADS = 5, 21_128, 512, 4, 3, 8, 2
CLS, SEP, PAD = 101, 102, 0
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def pixels(path):
    """`Preprocess::report(224)`: stretch to 224, keep the middle 200, stretch to 224."""
    photo = data.decode(path).resize((224, 224), Image.Resampling.BILINEAR)
    photo = photo.crop((12, 12, 212, 212)).resize((224, 224), Image.Resampling.BILINEAR)
    return (np.asarray(photo, np.float32) / 255 - MEAN) / STD


def tokens(label):
    """Of BERT's number and kind, though not BERT's: its vocabulary is not here."""
    row = [CLS, *(ord(character) % VOCABULARY for character in label[: TOKENS - 2]), SEP]
    return row + [PAD] * (TOKENS - len(row))


class Report:
    def __init__(self, arguments):
        torch.set_num_threads(arguments.threads)
        torch.manual_seed(0)
        self.folder, self.most = arguments.data, arguments.report_listings
        self.pool = ThreadPoolExecutor(arguments.threads)
        parts = [
            resnet18(weights=None),
            reference.ImageHead(1000, WIDTH, SEGMENTS, SEGMENT_HEADS),
            BertModel(BertConfig(vocab_size=VOCABULARY), add_pooling_layer=False),
            reference.LabelHead(768, 768, WIDTH),
            reference.Matcher(WIDTH, HEADS, True, UNITS),
        ]
        self.resnet, self.image_head, self.bert, self.label_head, self.matcher = (part.eval() for part in parts)
        self.resnet.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def match(self, listing):
        photos = torch.from_numpy(np.stack(list(self.pool.map(pixels, listing.photos)))).permute(0, 3, 1, 2)
        images = self.image_head(self.resnet(photos))
        states = self.bert(torch.tensor([tokens(label) for label in listing.labels])).last_hidden_state
        labels = self.label_head(states)
        return self.matcher(images, [len(images)], labels, [len(labels)])[0].argmax(1).tolist()

    def run(self):
        listings = data.read(self.folder, self.most)
        return [self.match(listing) for listing in listings], len(data.all_photos(listings))
