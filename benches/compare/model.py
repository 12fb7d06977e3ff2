"""The compact model in PyTorch, to be run and to be trained. Reads Peise's weights as they are.

Modules are named as the tensors of the file, so that loading is a renaming: see `load`. Masks are True where padded.
"""

import json
import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

RESERVED = 2  # Tokens: padding and start.
SILENT = -30.0  # Log-odds of padding.


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(self.conv(x))

    def fold(self):
        """For inference: the normalisation becomes part of the convolution."""
        self.conv, self.norm = fuse_conv_bn_eval(self.conv, self.norm), nn.Identity()


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = ConvNorm(inputs, outputs, 3, stride)
        self.second = ConvNorm(outputs, outputs, 3, 1)
        plain = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if plain else ConvNorm(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class ImageEncoder(nn.Module):
    """`[N, 3, H, W]` to `[N, D + S W]`: features, then those of parts of width W in S places."""

    def __init__(self, config):
        super().__init__()
        self.stem = ConvNorm(3, config["stem"], 3, 2)
        blocks, channels = [], config["stem"]
        for stage, (width, count) in enumerate(zip(config["widths"], config["blocks"], strict=True)):
            for block in range(count):
                blocks.append(BasicBlock(channels, width, 2 if stage and not block else 1))
                channels = width
        self.blocks = nn.Sequential(*blocks)
        self.attention = nn.Linear(channels, config["pool_queries"])
        self.projection = nn.Linear(channels * (1 + config["pool_queries"]), config["output"])
        width = config.get("part_width", 0)
        self.parts = nn.Linear(channels, width) if width else None

    def forward(self, x):
        segments = self.blocks(F.relu(self.stem(x))).flatten(2)
        shares = self.attention(segments.transpose(1, 2)).softmax(1)
        features = self.projection(torch.cat([segments.mean(2), (segments @ shares).flatten(1)], 1))
        return features if self.parts is None else torch.cat([features, self.parts(segments.transpose(1, 2)).flatten(1)], 1)


class HeadAttention(nn.Module):
    """Queries, keys and values of one sequence, `[B, N, D]` each; what is done with the message is the owner's."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def message(self, x, mask):
        query, key, value = (
            linear(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for linear in (self.query, self.key, self.value)
        )
        found = F.scaled_dot_product_attention(query, key, value, ~mask[:, None, None])
        return found.transpose(1, 2).flatten(2)


class LabelAttention(HeadAttention):
    def __init__(self, width, heads):
        super().__init__(width, heads)
        self.output = nn.Linear(width, width)

    def forward(self, x, mask):
        return self.output(self.message(x, mask))


class FeedForward(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        self.linear_inner = nn.Linear(width, 4 * width)
        self.linear_outer = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear_outer(self.dropout(F.gelu(self.linear_inner(x))))


class LabelLayer(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.mha = LabelAttention(width, heads)
        self.pwff = FeedForward(width, dropout)
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        x = x + self.dropout(self.mha(self.norm_2(x), mask))
        return x + self.dropout(self.pwff(self.norm_1(x)))


class LabelTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        parts = config["width"], config["heads"], config["dropout"]
        self.layers = nn.ModuleList(LabelLayer(*parts) for _ in range(config["layers"]))

    def forward(self, x, mask):
        for layer in self.layers:
            x = layer(x, mask)
        return x


class LabelEncoder(nn.Module):
    """Tokens `[M, T]` and their mask to `[M, D + T (W + 1)]`: features, then those of each character with its log-odds."""

    def __init__(self, config):
        super().__init__()
        width = config["width"]
        self.embedding = nn.Embedding(RESERVED + config["hash_buckets"] + len(config["characters"]), width)
        self.position = nn.Embedding(config["max_length"] + 1, width)
        self.transformer = LabelTransformer(config)
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, config["output"])
        self.parts = nn.Linear(width, config["part_width"] + 1) if config.get("part_width") else None

    def forward(self, tokens, mask):
        x = self.embedding(tokens) + self.position.weight[: tokens.shape[1]]
        x = self.norm(self.transformer(x, mask))
        features = self.projection(x[:, 0])
        if self.parts is None:
            return features
        parts = self.parts(x).masked_fill(mask[..., None], SILENT)
        parts = F.pad(parts, (0, 0, 0, len(self.position.weight) - tokens.shape[1]), value=SILENT)
        return torch.cat([features, parts.flatten(1)], 1)


class NodeUpdate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.first = nn.Linear(2 * config["width"], config["node_hidden"])
        self.second = nn.Linear(config["node_hidden"], config["width"])
        self.dropout = nn.Dropout(config["dropout"])

    def forward(self, state, normalised, message):
        hidden = F.relu(self.first(torch.cat([normalised, message], 2)))
        return state + self.second(self.dropout(hidden))


class SelfAttention(HeadAttention):
    def __init__(self, config):
        super().__init__(config["width"], config["heads"])
        self.norm = nn.LayerNorm(config["width"])
        self.update = NodeUpdate(config)

    def forward(self, x, mask):
        normalised = self.norm(x)
        return self.update(x, normalised, self.message(normalised, mask))


class EdgeScore(nn.Module):
    """An MLP over pairs; its first layer is computed per node."""

    def __init__(self, config):
        super().__init__()
        width, hidden = config["width"], config["edge_hidden"]
        self.query = nn.Linear(width, hidden)
        self.key = nn.Linear(width, hidden, bias=False)
        self.output = nn.Linear(hidden, 1, bias=False)

    def forward(self, queries, keys):
        pairs = self.query(queries)[:, :, None] + self.key(keys)[:, None]
        return self.output(F.relu(pairs)).squeeze(-1)


class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["width"]
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.edge = EdgeScore(config)
        self.update = NodeUpdate(config)

    def forward(self, x, others, mask):
        normalised, others = self.norm(x), self.norm(others)
        scores = self.edge(self.query(normalised), self.key(others))
        weights = scores.masked_fill(mask[:, None], torch.finfo(scores.dtype).min).softmax(2)
        return self.update(x, normalised, weights @ self.value(others))


class Unit(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.within = SelfAttention(config)
        self.across = CrossAttention(config)

    def forward(self, images, labels, image_mask, label_mask):
        images, labels = self.within(images, image_mask), self.within(labels, label_mask)
        return self.across(images, labels, label_mask), self.across(labels, images, image_mask)


class ScoreHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["width"]
        self.norm = nn.LayerNorm(width)
        self.image, self.label = nn.Linear(width, width), nn.Linear(width, width)
        self.edge = EdgeScore(config)
        self.none = nn.Linear(width, 1)

    def forward(self, images, labels):
        images, labels = self.norm(images), self.norm(labels)
        query, key = self.image(images), self.label(labels)
        dot = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
        return dot + self.edge(query, key), self.none(images).squeeze(-1)


class PartScore(nn.Module):
    """Parts of photos `[B, I, S W]` and labels `[B, L, T (W + 1)]` to `[B, I, L]`."""

    def __init__(self, width):
        super().__init__()
        self.width, self.scale = width, nn.Parameter(torch.ones(1))

    def forward(self, images, labels):
        places = images.unflatten(2, (-1, self.width))
        characters, odds = labels.unflatten(2, (-1, self.width + 1)).split([self.width, 1], 3)
        pairs = torch.einsum("bisw,bltw->bilts", places, characters) / math.sqrt(self.width)
        best = (pairs * pairs.softmax(4)).sum(4)
        return (best * odds.sigmoid().squeeze(3)[:, None]).sum(3) * self.scale


class Matcher(nn.Module):
    """Rows of the encoders `[B, I, ..]` and `[B, L, ..]` with their masks to scores `[B, I, L]`."""

    def __init__(self, config):
        super().__init__()
        width = config["width"]
        self.image_norm, self.label_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.units = nn.ModuleList(Unit(config) for _ in range(config["units"]))
        self.head = ScoreHead(config)
        self.parts = PartScore(config["part_width"]) if config.get("part_width") else None

    def split(self, rows):
        """What is said of the whole, and of the parts."""
        return rows.split([self.head.image.in_features, rows.shape[2] - self.head.image.in_features], 2)

    def states(self, images, labels, image_mask, label_mask):
        images, labels = self.image_norm(self.split(images)[0]), self.label_norm(self.split(labels)[0])
        for unit in self.units:
            images, labels = unit(images, labels, image_mask, label_mask)
            yield images, labels

    def forward(self, *inputs):
        """The last unit's scores."""
        *_, last = self.states(*inputs)
        return self.add_parts(self.head(*last)[0], *inputs)

    def every_unit(self, *inputs):
        """Scores and no-label scores of every unit, to train on."""
        found = [self.head(*states) for states in self.states(*inputs)]
        return [(self.add_parts(scores, *inputs), none) for scores, none in found]

    def add_parts(self, scores, images, labels, *_):
        return scores if self.parts is None else scores + self.parts(self.split(images)[1], self.split(labels)[1])


class Compact(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.image_encoder = ImageEncoder(config["image"])
        self.label_encoder = LabelEncoder(config["label"])
        self.matcher = Matcher(config["matcher"])

    def fold(self):
        """For inference."""
        for module in list(self.eval().modules()):
            if isinstance(module, ConvNorm):
                module.fold()
        return self


NAMES = {"gamma": "weight", "beta": "bias"}


def load(folder):
    """The model of a folder of Peise's: linear weights lie there as `[in, out]`, and norms are called otherwise."""
    model = Compact(json.loads((folder / "config.json").read_text()))
    linear = {name + ".weight" for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    state = {}
    for key, tensor in load_file(folder / "model.safetensors").items():
        owner, _, name = key.rpartition(".")
        key = f"{owner}.{NAMES.get(name, name)}"
        state[key] = (tensor.T if key in linear else tensor).float()
    # The learnt reward of a covered label belongs to the decision, which is not computed here.
    state.pop(".cover_reward")
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"{folder} does not fit the model: missing {missing}, unexpected {unexpected}")
    return model
