"""Writes fixtures/: every block of reference.py with its weights, inputs, outputs and gradients. See README.md."""

import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn
from torchvision.models.resnet import BasicBlock
from transformers import BertConfig, BertModel

import reference

FIXTURES = Path(__file__).parent / "fixtures"
TEMPERATURE = 0.1


def start(seed):
    """Makes what follows repeatable to the byte on one machine."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def randomise(module):
    """Gives every zero bias, norm scale and running statistic a value that matters."""
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
                part.running_mean.normal_(std=0.2)
                part.running_var.uniform_(0.5, 1.5)
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)):
                part.weight.uniform_(0.5, 1.5)
            if isinstance(part, nn.Embedding) and part.padding_idx is not None:
                part.weight[part.padding_idx] = part.weight.std() * torch.randn(part.embedding_dim)
        for name, parameter in module.named_parameters():
            if name.endswith("bias") and not parameter.any():
                parameter.normal_(std=0.1)
    return module


def tensors_of(module, inputs, run, cotangents={}, weights=True, grads=None):
    """Runs the block forward and backward and returns the fixture's tensors.

    run: takes (module, inputs), returns the outputs by name.
    cotangents: by output name, a factor of the random cotangent (0 where the output means nothing), or a function of
    the output that makes it. weights: whether to store them. grads: the parameters whose gradients to store, if not
    all.
    """
    tensors = {f"input/{name}": value.clone() for name, value in inputs.items()}
    state = {name: value for name, value in module.state_dict().items() if not name.endswith("num_batches_tracked")}
    if weights:
        tensors |= {f"weight/{name}": value.clone() for name, value in state.items()}
    leaves = {name: value for name, value in inputs.items() if value.is_floating_point()}
    for value in leaves.values():
        value.requires_grad_()

    outputs, loss = run(module, inputs), 0.0
    for name, output in outputs.items():
        factor = cotangents.get(name, 1.0)
        cotangent = factor(output) if callable(factor) else torch.randn_like(output) * factor
        tensors |= {f"output/{name}": output.detach(), f"cotangent/{name}": cotangent.detach()}
        loss = loss + (output * cotangent).sum()
    loss.backward()

    for name, value in leaves.items():
        tensors[f"grad/input/{name}"] = value.grad
    for name, value in module.named_parameters():
        if grads is None or name in grads:
            tensors[f"grad/weight/{name}"] = torch.zeros_like(value) if value.grad is None else value.grad
    if module.training:
        buffers = dict(module.named_buffers())
        tensors |= {f"after/{name}": buffers[name].clone() for name in state if name in buffers}
    return tensors


def write(path, tensors, config, mode, seed):
    """Saves as safetensors, floats as f32, with the metadata in a fixed order (the library's varies)."""
    tensors = {k: (v.float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
    for name, value in tensors.items():
        assert value.isfinite().all(), f"{path.name}: {name} is not finite"
    version = torch.__version__.split("+")[0]
    metadata = {"config": json.dumps(config), "mode": mode, "seed": str(seed), "torch": version}
    plain = save(tensors, metadata=metadata)
    length = int.from_bytes(plain[:8], "little")
    header = json.loads(plain[8 : 8 + length])
    header = {"__metadata__": metadata} | {k: v for k, v in header.items() if k != "__metadata__"}
    header = json.dumps(header, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(header).to_bytes(8, "little") + header + plain[8 + length :])
    print(f"{path.stat().st_size:>11,} {path.name}", flush=True)


def export(name, seed, module, inputs, run, config, mode="eval", folder=FIXTURES, keep=None, **rest):
    """Writes one fixture. `module` is called after seeding, `inputs` after the module is made.

    keep: takes the module before it runs, to save its weights elsewhere.
    """
    start(seed)
    module = randomise(module()).train(mode == "train")
    if keep:
        keep(module)
    write(folder / f"{name}.safetensors", tensors_of(module, inputs(), run, **rest), config, mode, seed)


def of_x(module, inputs):
    """The plainest run: one input x, one output y."""
    return {"y": module(inputs["x"])}


def residual_networks():
    # Seeds under which no input of a ReLU lies within 5e-5 of 0, where rounding would decide the gradient.
    for mode, seed, scratch_seed in (("eval", 11, 57), ("train", 12, 77)):
        plain = {"channels": 8, "width": 8, "stride": 1, "downsample": False}
        down = {"channels": 8, "width": 16, "stride": 2, "downsample": True}
        image = lambda: {"x": torch.randn(2, 8, 7, 7)}
        export(f"basic_block_{mode}", seed, lambda: BasicBlock(8, 8), image, of_x, plain, mode)
        block = lambda: reference.downsampling_block(8, 16, 2)
        export(f"basic_block_down_{mode}", seed + 10, block, image, of_x, down, mode)

        config = {"form": "imagenet", "widths": [4, 6, 8, 10], "classes": 10, "input_size": 40}
        network = lambda: reference.ResNet18(config["widths"], "imagenet", config["classes"])
        image = lambda: {"x": torch.randn(2, 3, 40, 40)}
        export(f"resnet18_imagenet_{mode}", seed + 20, network, image, of_x, config, mode)

        scratch = {"form": "scratch", "widths": [4, 6, 8, 10], "hidden": 20, "classes": 10, "input_size": 36}
        scratch |= {"dropout": 0.0, "flattened": reference.flattened_size(scratch["widths"], 36)}
        network = lambda: reference.ResNet18(scratch["widths"], "scratch", 10, hidden=20, input_size=36)
        image = lambda: {"x": torch.randn(2, 3, 36, 36)}
        export(f"resnet18_scratch_{mode}", scratch_seed, network, image, of_x, scratch, mode)


def bert_run(module, inputs):
    """Hidden states of the last layer."""
    return {"hidden": module(input_ids=inputs["tokens"], attention_mask=inputs["mask"]).last_hidden_state}


def bert_inputs(vocabulary, lengths, masked):
    """Token rows padded with id 0 to 5, and the mask (1 = real token; all ones if not masked)."""
    real = (~reference.padding(lengths)).long()
    tokens = torch.randint(1, vocabulary, real.shape) * real
    return {"tokens": tokens, "mask": real if masked else torch.ones_like(real)}


def bert():
    lengths = [5, 3, 4]
    config = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config |= {"vocab_size": 60, "max_position_embeddings": 16, "type_vocab_size": 2, "pad_token_id": 0}
    config |= {"hidden_act": "gelu", "layer_norm_eps": 1e-12, "initializer_range": 0.1, "lengths": lengths}
    known = {key: value for key, value in config.items() if key != "lengths"}
    model = lambda: BertModel(BertConfig(**known, attn_implementation="eager"), add_pooling_layer=False)
    for name, seed, masked in (("bert_masked", 51, True), ("bert_unmasked", 52, False)):
        inputs = lambda: bert_inputs(60, lengths, masked)
        kept = (~reference.padding(lengths))[:, :, None].float() if masked else 1.0
        export(name, seed, model, inputs, bert_run, config | {"masked": masked}, cotangents={"hidden": kept})


def recurrent():
    def run(module, inputs):
        output = module(inputs["x"])[0]
        rows = torch.arange(len(output))
        return {"last_padded": output[:, -1], "last_real": output[rows, inputs["lengths"] - 1]}

    config = {"input_size": 12, "hidden_size": 10}
    inputs = lambda: {"x": torch.randn(3, 5, 12), "lengths": torch.tensor([5, 3, 4])}
    export("gru", 61, lambda: nn.GRU(12, 10, batch_first=True), inputs, run, config)


def attention():
    run = lambda module, inputs: {"y": module(*[inputs["x"]] * 3, need_weights=False)[0]}
    module = lambda: nn.MultiheadAttention(16, 2, dropout=0.0, batch_first=True)
    inputs = lambda: {"x": torch.randn(3, 4, 16)}
    export("segment_attention", 71, module, inputs, run, {"width": 16, "heads": 2})

    images_padding, labels_padding = reference.padding([3, 2]), reference.padding([2, 1])
    for name, seed, heads, scaled in (("self_attention", 72, 4, True), ("self_attention_single", 73, 1, False)):
        inputs = lambda: {"x": torch.randn(2, 3, 16), "mask": images_padding.long()}
        run = lambda module, inputs: {"y": module(inputs["x"], inputs["mask"].bool())}
        config = {"width": 16, "heads": heads, "scaled": scaled}
        module = lambda: reference.SelfAttention(16, heads, scaled)
        export(name, seed, module, inputs, run, config, cotangents={"y": (~images_padding)[:, :, None]})

    def run(module, inputs):
        masks = inputs["image_mask"].bool(), inputs["label_mask"].bool()
        images, labels, scores = module(inputs["images"], masks[0], inputs["labels"], masks[1])
        return {"images": images, "labels": labels, "scores": scores}

    inputs = lambda: {
        "images": torch.randn(2, 3, 16),
        "image_mask": images_padding.long(),
        "labels": torch.randn(2, 2, 16),
        "label_mask": labels_padding.long(),
    }
    kept = {"images": (~images_padding)[:, :, None], "labels": (~labels_padding)[:, :, None]}
    kept["scores"] = kept["images"] & (~labels_padding)[:, None, :]
    export("cross_attention", 74, lambda: reference.CrossAttention(16), inputs, run, {"width": 16}, cotangents=kept)


def export_matcher(name, seed, config, folder=FIXTURES, **rest):
    """A matcher fixture in train mode: loss and scores, gradients of the loss alone."""
    images, labels = config["images_per_listing"], config["labels_per_listing"]

    def run(module, inputs):
        scores = module(inputs["images"], images, inputs["labels"], labels)
        loss = reference.matching_loss(scores, images, labels, inputs["targets"], config["double_softmax"])
        return {"loss": loss[None], "scores": scores}

    def inputs():
        targets = [torch.randint(0, count, (n,)) for n, count in zip(images, labels)]
        width = config["width"]
        features = {"images": torch.randn(sum(images), width), "labels": torch.randn(sum(labels), width)}
        masks = {"image_mask": reference.padding(images).long(), "label_mask": reference.padding(labels).long()}
        return features | masks | {"targets": torch.cat(targets)}

    module = lambda: reference.Matcher(config["width"], config["heads"], config["scaled"], config["units"])
    cotangents = {"loss": torch.ones_like, "scores": torch.zeros_like}
    export(name, seed, module, inputs, run, config, "train", folder, cotangents=cotangents, **rest)


def matcher():
    config = {"width": 16, "heads": 4, "scaled": True, "units": 2}
    config |= {"images_per_listing": [3, 2], "labels_per_listing": [2, 2], "double_softmax": False}
    export_matcher("matcher_train", 81, config)
    export_matcher("matcher_double_softmax", 82, config | {"double_softmax": True})


def contrastive():
    inputs = lambda: {"z": torch.randn(7, 6, dtype=torch.float64), "classes": torch.tensor([3, 1, 3, 0, 1, 3, 1])}
    # The gradient is computed in f64 from inputs that f32 holds exactly.
    exact = lambda: {name: value.float().double() if name == "z" else value for name, value in inputs().items()}
    for form, seed in (("out", 91), ("in", 92)):
        run = lambda _, inputs: {"loss": reference.supcon(inputs["z"], inputs["classes"], TEMPERATURE, form)[None]}
        config = {"form": form, "temperature": TEMPERATURE}
        export(f"supcon_{form}", seed, nn.Identity, exact, run, config, cotangents={"loss": torch.ones_like})


def heads():
    config = {"input_size": 12, "gru_hidden": 10, "width": 8}
    inputs = lambda: {"x": torch.randn(3, 5, 12)}
    export("label_head", 101, lambda: reference.LabelHead(12, 10, 8), inputs, of_x, config)
    config = {"inputs": 20, "width": 16, "segments": 4, "heads": 2}
    inputs = lambda: {"x": torch.randn(3, 20)}
    export("image_head", 102, lambda: reference.ImageHead(20, 16, 4, 2), inputs, of_x, config)


def compact():
    config = {"stem": 4, "widths": [4, 6, 8], "pool_queries": 2, "output": 5, "part_width": 3}
    module = lambda: reference.CompactImage(4, config["widths"], 2, 5, 3)
    inputs = lambda: {"x": torch.randn(2, 3, 18, 14)}
    for mode, seed in (("eval", 111), ("train", 112)):
        export(f"compact_image_{mode}", seed, module, inputs, of_x, config, mode)

    config = {"vocabulary": 20, "longest": 7, "width": 16, "heads": 4, "layers": 2, "output": 5, "part_width": 3}
    module = lambda: reference.CompactLabel(20, 7, 16, 4, 2, 5, 3)
    padded = reference.padding([5, 2, 4])
    inputs = lambda: {"tokens": torch.randint(1, 20, padded.shape) * ~padded, "mask": padded.long()}
    run = lambda module, inputs: {"y": module(inputs["tokens"], inputs["mask"].bool())}
    export("compact_label", 113, module, inputs, run, config)

    config = {"width": 16, "units": 2, "heads": 4, "edge_hidden": 6, "node_hidden": 24, "part_width": 3}
    masks = reference.padding([3, 2]), reference.padding([2, 1])
    inputs = lambda: {
        "images": torch.randn(2, 3, 16 + 4 * 3),
        "image_mask": masks[0].long(),
        "labels": torch.randn(2, 2, 16 + 5 * 4),
        "label_mask": masks[1].long(),
    }

    def run(module, inputs):
        scores, none = module(inputs["images"], masks[0], inputs["labels"], masks[1])
        return {"scores": scores, "none": none[:, :, None]}

    kept = {"scores": ~(masks[0][:, :, None] | masks[1][:, None, :]), "none": ~masks[0][:, :, None]}
    export("compact_matcher", 114, lambda: reference.CompactMatcher(**config), inputs, run, config, cotangents=kept)


if __name__ == "__main__":
    reference.assert_equals_torchvision()
    for blocks in (residual_networks, bert, recurrent, attention, matcher, contrastive, heads, compact):
        blocks()
