"""The gate: figures over the golden questions must not fall below their floors (floors.json)."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.evaluation import evaluate, load_questions
from assistant.library import Library
from tests.conftest import GOLDEN, GoldenRun

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text())


def check(name: str, figures: dict[str, float | None]) -> None:
    """Print the figures and compare them with their floors (or ceilings, named `max_...`)."""
    print(f"\n{name}: {figures}")
    floors = FLOORS[name]["floors"]
    for key, bound in floors.items():
        value = figures[key.removeprefix("max_")]
        assert value is not None
        if key.startswith("max_"):
            assert value <= bound, f"{name}: {key.removeprefix('max_')} is {value}, the most allowed is {bound}"
        else:
            assert value >= bound, f"{name}: {key} is {value}, the floor is {bound}"
    assert floors, f"no floor is set for {name}"


def test_golden_questions(golden_run: GoldenRun) -> None:
    result = golden_run.evaluation
    figures = {name: getattr(result.overall, name) for name in result.overall.__slots__}
    check("golden", figures)
    check("golden_single_fact", {"sentence_hit_at_1": result.by_category["single_fact"].sentence_hit_at_1})


def test_hard_golden_questions(sample_library: Library) -> None:
    result = evaluate(sample_library, load_questions(GOLDEN.with_name("golden_hard.jsonl")))
    check("golden_hard", {name: getattr(result.overall, name) for name in result.overall.__slots__})
