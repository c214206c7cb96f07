"""Charts as a browser draws them, wherever it stands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A process of its own: the time zone is read once.
_DRAW = """
import vl_convert
from datetime import UTC, date, datetime
from assistant.types import ArticleSummary, Metadata
from ui.charts import articles_chart
from ui.shelf import by_month

now = datetime.now(UTC)
dates = [date(2024, month, day) for month, day in ((1, 1), (1, 31), (2, 15), (3, 1))]
made = [ArticleSummary(i, f"/{i}", Metadata("A", None, None, None, day), 1, 1, now) for i, day in enumerate(dates)]
print(vl_convert.vegalite_to_svg(articles_chart(by_month(made)).to_json()))
"""


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Asia/Tokyo"])
def test_articles_stand_in_the_month_of_their_date_everywhere(zone: str) -> None:
    drawn = subprocess.run(
        [sys.executable, "-c", _DRAW], capture_output=True, text=True, check=True, env=os.environ | {"TZ": zone}
    ).stdout
    for month, articles in (("Jan 2024", 2), ("Feb 2024", 1), ("Mar 2024", 1)):
        assert f"{month}; articles: {articles}" in drawn
    assert "2023; articles" not in drawn
