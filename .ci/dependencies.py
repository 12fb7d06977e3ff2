#!/usr/bin/env python3
"""Checks the dependency graph: permissive licences only, and the edges that the house plan allows."""

import json
import re
import subprocess
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip
# Used unmodified; docs/decisions/003 says why each is there.
EXCEPTIONS = {"colored": "MPL-2.0", "buildid": "MPL-2.0"}
EDGES = {
    "peise-convolution": set(),
    "peise": {"peise-convolution"},
    "peise-listings": {"peise"},
    "peise-eval": {"peise", "peise-listings"},
    "peise-data": {"peise", "peise-listings"},
    "peise-train": {"peise", "peise-convolution", "peise-data", "peise-eval"},
    "peise-pages": {"peise", "peise-eval"},
    "peise-serve": {"peise", "peise-listings", "peise-eval", "peise-pages"},
    "peise-python": {"peise", "peise-listings", "peise-eval", "peise-pages"},
    "peise-cli": {
        "peise", "peise-convolution", "peise-data", "peise-eval", "peise-listings", "peise-pages", "peise-serve",
        "peise-train",
    },
}  # fmt: skip
# Who only matches must not pay for training.
FORBIDDEN_IN_PEISE = re.compile(r"optim|autodiff|burn-train")
# Who embeds Peise builds them all.
MOST_CRATES_OF_PEISE = 150


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def permissive(expression):
    """Whether an SPDX expression can be satisfied by allowed licences alone: AND binds tighter than OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    # Join "X WITH Y".
    joined = []
    for token in tokens:
        if joined and (joined[-1].endswith(" WITH") or token == "WITH"):
            joined[-1] += " " + token
        else:
            joined.append(token)
    words = [
        token.lower() if token in ("AND", "OR") else token if token in "()" else str(token in ALLOWED)
        for token in joined
    ]
    return eval(" ".join(words), {"__builtins__": {}})  # only True, False, and, or, parentheses


def main():
    failures = []
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked"))
    members = set(metadata["workspace_members"])
    for package in metadata["packages"]:
        if package["id"] in members:
            inside = {d["name"] for d in package["dependencies"] if d["name"].startswith("peise") and d["kind"] is None}
            for other in inside - EDGES.get(package["name"], set()):
                failures.append(f"{package['name']} must not depend on {other}")
    # What is built, tests and the optional GPU backend included; not what Cargo.lock holds for other options.
    built = cargo("tree", "--workspace", "--features", "peise-cli/vulkan", "--prefix", "none", "--locked",
                  "-e", "normal,build,dev", "-f", "{p}\t{l}")  # fmt: skip
    packages = {tuple(line.removesuffix(" (*)").split("\t")) for line in built.splitlines() if line.strip()}
    for name, licence in packages:
        if EXCEPTIONS.get(name.split()[0]) != licence and not permissive(licence or "none"):
            failures.append(f"{name}: licence {licence!r} is not on the list of permissive ones")
    lines = cargo("tree", "-p", "peise", "-e", "normal", "--prefix", "none", "--locked").splitlines()
    crates = {line.removesuffix(" (*)") for line in lines if line}
    for name in {crate.split()[0] for crate in crates}:
        if FORBIDDEN_IN_PEISE.search(name):
            failures.append(f"peise depends on {name}: training must stay out of the inference library")
    if len(crates) > MOST_CRATES_OF_PEISE:
        failures.append(f"peise needs {len(crates)} crates, at most {MOST_CRATES_OF_PEISE} are allowed")
    for failure in sorted(set(failures)):
        print(failure, file=sys.stderr)
    print(f"{len(packages)} packages checked, {len(crates)} of them in peise, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
