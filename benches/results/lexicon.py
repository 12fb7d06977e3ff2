"""The product's own table of colour words."""

import re
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).parents[2] / "crates/peise/src/colour/terms.rs"
ROW = re.compile(r'"([^"]+)"\s+\[[\d\s]+\]\s+\[([^\]]*)\]\s+\[([^\]]*)\]')


@lru_cache
def lexicon():
    """Words and their terms, in the table's order: a term's commonest word comes first."""
    rows = ROW.findall(TABLE.read_text())
    return {word: name for name, *columns in rows for text in columns for word in re.findall(r'"([^"]+)"', text)}


@lru_cache(maxsize=None)
def term(label):
    """The term of the longest word in a label, if there is one; inside longer words, too, where the product asks for whole ones."""
    return lexicon().get(max((word for word in lexicon() if word in label.lower()), key=len, default=None))
