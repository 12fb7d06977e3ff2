"""Label text; apart from the rest since the process that measures must stay small."""

import unicodedata


def normalise(label):
    """About what Peise does before it cleans labels, which is left out here."""
    return " ".join(unicodedata.normalize("NFKC", label).lower().split())
