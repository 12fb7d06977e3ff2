"""The blocks of the models `report` and `compact` in PyTorch.

What a library already has is taken from it: BasicBlock and ResNet-18 from torchvision, BERT from transformers, GRU,
BatchNorm and multi-head attention from torch. The rest is written out from its formula. Padding masks are boolean,
True = padding.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock, conv1x1

INFINITY = float("inf")


def downsampling_block(channels, width, stride):
    """BasicBlock whose shortcut is a strided 1x1 convolution and a BatchNorm (He et al. 2016, option B)."""
    shortcut = nn.Sequential(conv1x1(channels, width, stride), nn.BatchNorm2d(width))
    return BasicBlock(channels, width, stride, shortcut)


def stage(channels, width, stride):
    """Two basic blocks; the first changes size and width, if any."""
    plain = stride == 1 and channels == width
    first = BasicBlock(channels, width) if plain else downsampling_block(channels, width, stride)
    return nn.Sequential(first, BasicBlock(width, width))


class ResNet18(nn.Module):
    """ResNet-18 (He et al. 2016) at any widths, state-dict names as in torchvision.

    form "imagenet": torchvision's topology, the report's frozen encoder.
    form "scratch":  the report's trained encoder: 3x3 stem of stride 1, no max-pool, average pool 4, `hidden`,
                     dropout, `fc`, with no activation between the two linear layers.
    """

    def __init__(self, widths, form, classes, hidden=None, input_size=None, dropout=0.0):
        super().__init__()
        assert form in ("imagenet", "scratch")
        self.form = form
        stem = dict(kernel_size=7, stride=2, padding=3) if form == "imagenet" else dict(kernel_size=3, padding=1)
        self.conv1 = nn.Conv2d(3, widths[0], bias=False, **stem)
        self.bn1 = nn.BatchNorm2d(widths[0])
        for index, width in enumerate(widths):
            channels, stride = widths[max(index - 1, 0)], 1 if index == 0 else 2
            setattr(self, f"layer{index + 1}", stage(channels, width, stride))
        if form == "imagenet":
            self.fc = nn.Linear(widths[-1], classes)
        else:
            self.flattened = flattened_size(widths, input_size)
            self.hidden = nn.Linear(self.flattened, hidden)
            self.dropout = nn.Dropout(dropout)
            self.fc = nn.Linear(hidden, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if self.form == "imagenet":
            x = F.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        if self.form == "imagenet":
            return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
        x = F.avg_pool2d(x, kernel_size=4, stride=4).flatten(1)
        return self.fc(self.dropout(self.hidden(x)))


def flattened_size(widths, input_size):
    """Features after the scratch form's average pool: three halvings that round up, then a pool that rounds down."""
    side = input_size
    for _ in widths[1:]:
        side = (side + 1) // 2
    return widths[-1] * (side // 4) ** 2


def assert_equals_torchvision():
    """The class above is torchvision's ResNet-18 where the widths are: same keys, shapes and outputs."""
    torch.manual_seed(0)
    theirs = resnet18(weights=None)
    ours = ResNet18([64, 128, 256, 512], "imagenet", classes=1000)
    shapes = [[(key, value.shape) for key, value in model.state_dict().items()] for model in (theirs, ours)]
    assert sorted(shapes[0]) == sorted(shapes[1])
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, 64, 64)
    for training in (True, False):
        assert torch.equal(theirs.train(training)(x), ours.train(training)(x))


def node_mlp(width):
    """f_node of the report: 2D-2D-D with ReLU (1024-1024-512)."""
    return nn.Sequential(nn.Linear(2 * width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))


def mlp(inputs, width):
    """The report's MLP behind either encoder: inputs-width-width with ReLU."""
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width))


class SelfAttention(nn.Module):
    """The report's update inside one side: x_i + f_node([x_i, sum_j softmax_j(q_i . k_j) v_j]).

    `heads` and the scaling by 1/sqrt(width of a head) are those of the published run; its formula has one head and
    the plain dot product.
    """

    def __init__(self, width, heads, scaled):
        super().__init__()
        self.heads, self.scaled = heads, scaled
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.node = node_mlp(width)

    def forward(self, x, padding):
        query, key, value = (
            linear(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for linear in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(-1, -2)
        if self.scaled:
            scores = scores / math.sqrt(query.shape[-1])
        weights = scores.masked_fill(padding[:, None, None, :], -INFINITY).softmax(dim=-1)
        message = (weights @ value).transpose(1, 2).flatten(-2)
        return x + self.node(torch.cat([x, message], dim=-1))


class CrossAttention(nn.Module):
    """The report's update between the sides, scored by an MLP: w_ij = softmax_j f_edge([q_i, k_j]).

    Both sides are updated at once from the old values with the same weights. Also returns the image->label scores
    before the softmax, as they are for padding too.
    """

    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.edge = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))
        self.node = node_mlp(width)

    def update(self, x, others, others_padding):
        query = self.query(x)[:, :, None, :].expand(-1, -1, others.shape[1], -1)
        key = self.key(others)[:, None, :, :].expand(-1, x.shape[1], -1, -1)
        scores = self.edge(torch.cat([query, key], dim=-1)).squeeze(-1)
        weights = scores.masked_fill(others_padding[:, None, :], -INFINITY).softmax(dim=-1)
        message = weights @ self.value(others)
        return x + self.node(torch.cat([x, message], dim=-1)), scores

    def forward(self, images, images_padding, labels, labels_padding):
        new_images, scores = self.update(images, labels, labels_padding)
        new_labels, _ = self.update(labels, images, images_padding)
        return new_images, new_labels, scores


class Unit(nn.Module):
    """One of the matcher's units: self-attention inside either side (shared weights), then between them."""

    def __init__(self, width, heads, scaled):
        super().__init__()
        self.within = SelfAttention(width, heads, scaled)
        self.across = CrossAttention(width)

    def forward(self, images, images_padding, labels, labels_padding):
        images, labels = self.within(images, images_padding), self.within(labels, labels_padding)
        return self.across(images, images_padding, labels, labels_padding)


class Matcher(nn.Module):
    """The report's matcher: BatchNorm on both inputs, `units` units, image->label scores of the last one.

    Takes the features of all listings one under another and how many belong to each listing; the BatchNorms see no
    padding. The scores are [listings, most images, most labels], 0 where padded.
    """

    def __init__(self, width, heads, scaled, units):
        super().__init__()
        self.image_norm = nn.BatchNorm1d(width)
        self.label_norm = nn.BatchNorm1d(width)
        self.units = nn.ModuleList(Unit(width, heads, scaled) for _ in range(units))

    def forward(self, images, images_per_listing, labels, labels_per_listing):
        images = pad_sequence(self.image_norm(images).split(images_per_listing), batch_first=True)
        labels = pad_sequence(self.label_norm(labels).split(labels_per_listing), batch_first=True)
        images_padding, labels_padding = padding(images_per_listing), padding(labels_per_listing)
        for unit in self.units:
            images, labels, scores = unit(images, images_padding, labels, labels_padding)
        return scores.masked_fill(images_padding[:, :, None] | labels_padding[:, None, :], 0.0)


def padding(counts):
    """True where a row of `max(counts)` places is beyond its count."""
    return torch.arange(max(counts))[None, :] >= torch.tensor(counts)[:, None]


def matching_loss(scores, images_per_listing, labels_per_listing, targets, double_softmax):
    """Mean cross entropy over all images, each over its own listing's labels.

    double_softmax: the published run's slip, probabilities where the cross entropy expects scores.
    """
    rows = [
        row[:labels]
        for listing, images, labels in zip(scores, images_per_listing, labels_per_listing)
        for row in listing[:images]
    ]
    if double_softmax:
        rows = [row.softmax(dim=0) for row in rows]
    return torch.stack([F.cross_entropy(row, target) for row, target in zip(rows, targets)]).mean()


def supcon(z, classes, temperature, form):
    """Supervised contrastive loss (Khosla et al. 2020, equations 2 and 3), literally, summed over the anchors.

    form "out" has the mean over positives outside the logarithm, form "in" inside. Rows of z are normalised here;
    anchors without a positive are left out.
    """
    z = F.normalize(z, dim=1)
    count, total = len(z), 0.0
    for i in range(count):
        others = [a for a in range(count) if a != i]
        positives = [p for p in others if classes[p] == classes[i]]
        if not positives:
            continue
        denominator = sum(torch.exp(z[i] @ z[a] / temperature) for a in others)
        shares = [torch.exp(z[i] @ z[p] / temperature) / denominator for p in positives]
        if form == "out":
            total = total - sum(torch.log(share) for share in shares) / len(positives)
        else:
            total = total - torch.log(sum(shares) / len(positives))
    return total


class LabelHead(nn.Module):
    """The report's label side behind BERT: last (padded) step of a GRU, then the MLP."""

    def __init__(self, inputs, hidden, width):
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, batch_first=True)
        self.mlp = mlp(hidden, width)

    def forward(self, x):
        return self.mlp(self.gru(x)[0][:, -1])


class ImageHead(nn.Module):
    """The report's image side behind ResNet, as in its published run: MLP, then attention among segments of it."""

    def __init__(self, inputs, width, segments, heads):
        super().__init__()
        self.segments = segments
        self.mlp = mlp(inputs, width)
        self.attention = nn.MultiheadAttention(width // segments, heads, batch_first=True)

    def forward(self, x):
        x = self.mlp(x).unflatten(-1, (self.segments, -1))
        return self.attention(x, x, x, need_weights=False)[0].flatten(-2)


class CompactImage(nn.Module):
    """`compact`'s photo encoder: stem of stride 2, basic blocks; pooled by average and by learned queries; then the places."""

    def __init__(self, stem, widths, queries, output, part_width):
        super().__init__()
        self.stem = nn.ModuleDict(
            {"conv": nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False), "norm": nn.BatchNorm2d(stem)}
        )
        blocks = []
        for index, width in enumerate(widths):
            channels, stride = widths[index - 1] if index else stem, 2 if index else 1
            plain = stride == 1 and channels == width
            blocks.append(BasicBlock(channels, width) if plain else downsampling_block(channels, width, stride))
        self.blocks = nn.ModuleList(blocks)
        self.attention = nn.Linear(widths[-1], queries)
        self.projection = nn.Linear(widths[-1] * (1 + queries), output)
        self.parts = nn.Linear(widths[-1], part_width)

    def forward(self, x):
        x = F.relu(self.stem["norm"](self.stem["conv"](x)))
        for block in self.blocks:
            x = block(x)
        places = x.flatten(2)
        attended = places @ self.attention(places.transpose(1, 2)).softmax(dim=1)
        features = self.projection(torch.cat([places.mean(dim=2), attended.flatten(1)], dim=1))
        return torch.cat([features, self.parts(places.transpose(1, 2)).flatten(1)], dim=1)


class CompactLabel(nn.Module):
    """`compact`'s label encoder: a pre-norm transformer of characters; the start's features, then every character's.

    What is padding, or beyond the longest label of the batch, is -30 throughout.
    """

    def __init__(self, vocabulary, longest, width, heads, layers, output, part_width):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(longest, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.transformer = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, output)
        self.parts = nn.Linear(width, part_width + 1)

    def forward(self, tokens, padding):
        x = self.embedding(tokens) + self.position(torch.arange(tokens.shape[1]))
        x = self.norm(self.transformer(x, src_key_padding_mask=padding))
        parts = self.parts(x).masked_fill(padding[:, :, None], -30.0)
        parts = F.pad(parts, (0, 0, 0, self.position.num_embeddings - tokens.shape[1]), value=-30.0)
        return torch.cat([self.projection(x[:, 0]), parts.flatten(1)], dim=1)


def compact_mlp(inputs, hidden, output):
    """Two linear layers with a ReLU between."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, output))


def edge_scores(edge, queries, keys):
    """f_edge([q_i, k_j]) for all i and j."""
    rows = queries[:, :, None, :].expand(-1, -1, keys.shape[1], -1)
    columns = keys[:, None, :, :].expand(-1, queries.shape[1], -1, -1)
    return edge(torch.cat([rows, columns], dim=-1)).squeeze(-1)


class CompactWithin(nn.Module):
    """`compact`'s self-attention: pre-norm, and f_node of the normalised state and what it attended to."""

    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.node = compact_mlp(2 * width, hidden, width)

    def forward(self, x, padding):
        normalised = self.norm(x)
        split = lambda linear: linear(normalised).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        kept = ~padding[:, None, None, :]
        message = F.scaled_dot_product_attention(split(self.query), split(self.key), split(self.value), attn_mask=kept)
        return x + self.node(torch.cat([normalised, message.transpose(1, 2).flatten(-2)], dim=-1))


class CompactAcross(nn.Module):
    """`compact`'s cross-attention: pre-norm, weights by f_edge."""

    def __init__(self, width, edge_hidden, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.edge = compact_mlp(2 * width, edge_hidden, 1)
        self.node = compact_mlp(2 * width, hidden, width)

    def forward(self, x, others, others_padding):
        normalised, others = self.norm(x), self.norm(others)
        scores = edge_scores(self.edge, self.query(normalised), self.key(others))
        weights = scores.masked_fill(others_padding[:, None, :], -INFINITY).softmax(dim=-1)
        return x + self.node(torch.cat([normalised, weights @ self.value(others)], dim=-1))


class CompactParts(nn.Module):
    """Places against characters (ColBERT's late interaction with a soft maximum, characters weighted)."""

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.scale = nn.Parameter(torch.tensor([0.8]))

    def forward(self, images, labels):
        places = images.unflatten(-1, (-1, self.width))
        characters = labels.unflatten(-1, (-1, self.width + 1))
        weight = characters[..., self.width].sigmoid()
        fit = torch.einsum("bisw,bltw->bilts", places, characters[..., : self.width]) / math.sqrt(self.width)
        best = (fit * fit.softmax(dim=-1)).sum(dim=-1)
        return self.scale * (best * weight[:, None]).sum(dim=-1)


class CompactMatcher(nn.Module):
    """`compact`'s matcher: the scores after its last unit, and of "no label"."""

    def __init__(self, width, units, heads, edge_hidden, node_hidden, part_width):
        super().__init__()
        self.width = width
        self.image_norm, self.label_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.units = nn.ModuleList(
            nn.ModuleDict(
                {
                    "within": CompactWithin(width, heads, node_hidden),
                    "across": CompactAcross(width, edge_hidden, node_hidden),
                }
            )
            for _ in range(units)
        )
        self.head = nn.ModuleDict(
            {
                "norm": nn.LayerNorm(width),
                "image": nn.Linear(width, width),
                "label": nn.Linear(width, width),
                "edge": compact_mlp(2 * width, edge_hidden, 1),
                "none": nn.Linear(width, 1),
            }
        )
        self.parts = CompactParts(part_width)

    def forward(self, images, images_padding, labels, labels_padding):
        fine = self.parts(images[..., self.width :], labels[..., self.width :])
        images, labels = self.image_norm(images[..., : self.width]), self.label_norm(labels[..., : self.width])
        for unit in self.units:
            images, labels = unit["within"](images, images_padding), unit["within"](labels, labels_padding)
            images, labels = unit["across"](images, labels, labels_padding), unit["across"](labels, images, images_padding)
        images, labels = self.head["norm"](images), self.head["norm"](labels)
        query, key = self.head["image"](images), self.head["label"](labels)
        scores = query @ key.transpose(1, 2) / math.sqrt(self.width) + edge_scores(self.head["edge"], query, key)
        return scores + fine, self.head["none"](images).squeeze(-1)
