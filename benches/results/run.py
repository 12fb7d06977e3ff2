#!/usr/bin/env python3
"""Every matcher under every rule on the test listings of docs/data.md: the tables of docs/results.md.

    benches/results/run.py --peise target/release/peise --data FOLDER [--model NAME_OR_FOLDER]...

FOLDER holds web-sampled, small-sampled and small-family as docs/data.md makes them. Predictions and pages stay in --out.
"""

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path

from lexicon import term

SETS = ["web-sampled", "small-sampled", "small-family"]
RULES = ["free", "cover"]
MODELS = ["random", "majority", "nearest-colour", "compact"]


def majority(folder, rule):
    """Every photo the label whose colour is the commonest of the training photos; under `cover` the first photos the others."""
    read = lambda name: json.loads((folder / name).read_text())
    tags = (tag for profile in read("train_all.json").values() for tag in profile["imgs_tags"])
    common = Counter(term(label) for tag in tags for label in tag.values())
    listings = read("test_all.json")
    for profile in listings.values():
        labels = sorted(profile["optional_tags"], key=lambda label: common[term(label)])
        given = iter(labels[:-1] if rule == "cover" else [])
        profile["imgs_tags"] = [{photo: next(given, labels[-1]) for photo in tag} for tag in profile["imgs_tags"]]
    return listings


def measure(arguments, model, data, rule):
    """The evaluation of one model on one set."""
    name = f"{model.strip('/').replace('/', '-')}-{data}-{rule}"
    pred, scores = arguments.out / f"{name}.json", arguments.out / f"{name}.jsonl"
    folder = arguments.data / data
    truth = ["--truth", folder / "test_truth.json", "--report", arguments.out / f"{name}.html"]
    if model == "majority":
        pred.write_text(json.dumps(majority(folder, rule), ensure_ascii=False))
    else:
        predict = ["predict", "--model", model, "--data", folder, "--split", "test", "--rule", rule, "--engine", "flex"]
        command = [arguments.peise, *predict, "--out", pred, "--scores", scores]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        truth += ["--scores", scores]
    found = subprocess.run([arguments.peise, "eval", "--pred", pred, *truth, "--json"], check=True, stdout=subprocess.PIPE)
    return json.loads(found.stdout)


def estimate(found):
    return f"{found['value']:.4f} [{found['low']:.3f}, {found['high']:.3f}]"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def accuracy(results, sets):
    """Acc and EM of every model under every rule."""
    lines = [row(["matcher", "rule", *(f"{data}, Acc | {data}, EM" for data in sets)])]
    lines.append("|---|---|" + "---|" * (2 * len(sets)))
    for (model, rule), found in results.items():
        cells = [cell for data in sets for cell in (estimate(found[data]["acc"]), estimate(found[data]["em"]))]
        lines.append(row([model, rule, *cells]))
    return lines


def probabilities(found, sets):
    """What one model's probabilities are worth, set by set."""
    head = ["", "NLL", "Brier", "ECE per photo (perfect)", "AURC", "ECE per listing (perfect)", "AURC"]
    lines = [row([*head, *(f"{kind} at {goal} %" for kind in ("photos", "listings") for goal in (95, 99))])]
    lines.append("|---|" + "---:|" * (len(head) + 3))
    for data in sets:
        report = found[data]["probabilities"]
        cells = [f"{report['nll']:.4f}", f"{report['brier']:.4f}"]
        for kind in ("images", "listings"):
            one = report[kind]
            cells += [f"{one['ece']:.4f} ({one['ece_if_perfect']['value']:.4f})", f"{one['aurc']:.4f}"]
        for kind in ("image_coverage", "listing_coverage"):
            cells += [f"{100 * one['coverage']:.1f} %" for one in report[kind]]
        lines.append(row([data, *cells]))
    return lines


def slices(found, sets):
    """Acc and EM by kind of listing, set by set."""
    lines = []
    kinds = ["by_labels", "by_distance", "by_hue", "by_parts", "by_writing"]
    for kind in kinds:
        names = list(dict.fromkeys(one["size"] for data in sets for one in found[data][kind]))
        names.sort(key=lambda name: not name.startswith("<"))
        lines += ["", row([kind.replace("_", " "), *sets]), "|---|" + "---|" * len(sets)]
        for name in names:
            cells = []
            for data in sets:
                one = next((one for one in found[data][kind] if one["size"] == name), None)
                cells.append(f"{one['acc']:.3f} / {one['em']:.3f} ({one['listings']})" if one else "")
            lines.append(row([name, *cells]))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peise", type=Path, default=Path("target/release/peise"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", action="append", help=f"again for each; by default {', '.join(MODELS)}")
    parser.add_argument("--sets", nargs="+", default=SETS, help="folders of FOLDER (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("target/results"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = {}
    for model in arguments.model or MODELS:
        for rule in RULES:
            results[model, rule] = {data: measure(arguments, model, data, rule) for data in arguments.sets}
    last = list(results)[-1]
    page = ["## Accuracy", "", *accuracy(results, arguments.sets)]
    if results[last][arguments.sets[0]]["probabilities"]:
        page += ["", f"## Probabilities of {last[0]}, rule {last[1]}", "", *probabilities(results[last], arguments.sets)]
    page += ["", f"## Kinds of listings: {last[0]}, rule {last[1]}; Acc / EM (listings)", *slices(results[last], arguments.sets)]
    text = "\n".join(page) + "\n"
    (arguments.out / "tables.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
