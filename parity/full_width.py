"""Writes the full-width fixtures and their weight files: `python full_width.py OUTDIR`. See README.md."""

import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models import resnet18
from transformers import BertConfig, BertForMaskedLM, BertModel

import reference
from export import bert_inputs, bert_run, export, export_matcher, of_x, randomise

RESNET_GRADS = ("conv1.weight", "layer4.1.conv2.weight", "fc.weight")
BERT_GRADS = ("encoder.layer.0.attention.self.query.weight", "encoder.layer.11.output.dense.weight")


def residual_networks(folder):
    """ResNet-18 in both forms; the weights beside the fixture, the ImageNet form's in two file formats."""
    some = {"folder": folder, "weights": False, "grads": RESNET_GRADS}

    def keep(module):
        torch.save(module.state_dict(), folder / "resnet18.pth")
        save_file(module.state_dict(), folder / "resnet18.safetensors")

    config = {"form": "imagenet", "widths": [64, 128, 256, 512], "classes": 1000, "input_size": 224}
    inputs = lambda: {"x": torch.randn(2, 3, 224, 224)}
    export("resnet18_full", 201, lambda: resnet18(weights=None), inputs, of_x, config, keep=keep, **some)

    def keep_scratch(module):
        torch.save(module.state_dict(), folder / "resnet18_scratch.pth")

    widths = config["widths"]
    config |= {"form": "scratch", "hidden": 2048, "input_size": 124, "dropout": 0.5}
    config["flattened"] = reference.flattened_size(widths, 124)
    model = lambda: reference.ResNet18(widths, "scratch", 1000, hidden=2048, input_size=124, dropout=0.5)
    inputs = lambda: {"x": torch.randn(2, 3, 124, 124)}
    export("resnet18_scratch_full", 205, model, inputs, of_x, config, keep=keep_scratch, **some)


def bert(folder):
    """BERT at the size of bert-base-chinese: as a model folder, and as an older .bin that a language model saved."""

    def keep(module):
        module.save_pretrained(folder / "bert")
        older = BertForMaskedLM(module.config)
        older.bert.load_state_dict(module.state_dict(), strict=False)
        (folder / "bert-pth").mkdir(exist_ok=True)
        randomise(older.cls)
        torch.save(older.state_dict(), folder / "bert-pth" / "pytorch_model.bin")
        shutil.copy(folder / "bert" / "config.json", folder / "bert-pth")

    lengths = [5, 3, 4, 2]
    model_config = BertConfig(vocab_size=21128, attn_implementation="eager")
    known = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")
    known += ("max_position_embeddings", "type_vocab_size", "pad_token_id", "hidden_act", "layer_norm_eps")
    config = {key: getattr(model_config, key) for key in known} | {"lengths": lengths, "masked": True}
    kept = (~reference.padding(lengths))[:, :, None].float()
    inputs = lambda: bert_inputs(21128, lengths, masked=True)
    some = {"folder": folder, "weights": False, "grads": BERT_GRADS, "cotangents": {"hidden": kept}}
    export("bert_full", 203, lambda: BertModel(model_config), inputs, bert_run, config, keep=keep, **some)


def matcher(folder):
    """The report's matcher at its own size; the fixture holds the weights."""
    config = {"width": 512, "heads": 4, "scaled": True, "units": 3}
    config |= {"images_per_listing": [7, 4], "labels_per_listing": [3, 2], "double_softmax": False}
    export_matcher("matcher_full", 204, config, folder, grads=())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python full_width.py OUTDIR")
    outdir = Path(sys.argv[1])
    outdir.mkdir(parents=True, exist_ok=True)
    for blocks in (residual_networks, bert, matcher):
        blocks(outdir)
