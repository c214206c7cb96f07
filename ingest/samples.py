"""Where the sample articles and the golden questions over them are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent / "data"


def sample_articles() -> Path:
    """The folder of sample articles: inside the package when installed, else in the checkout."""
    packed = _PACKAGE / "sample_articles"
    return packed if packed.is_dir() else _CHECKOUT / "articles"


def golden_questions() -> Path:
    """The golden questions over the sample articles."""
    packed = _PACKAGE / "sample_golden.jsonl"
    return packed if packed.is_file() else _CHECKOUT / "golden.jsonl"
