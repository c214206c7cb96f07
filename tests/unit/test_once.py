"""Loading once a process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.once import once


def test_who_comes_while_something_is_loading_waits_for_it() -> None:
    loaded, entered, may = [], threading.Event(), threading.Event()

    @once
    def load(name: str) -> object:
        loaded.append(name)
        entered.set()
        assert may.wait(10)
        return object()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(load, "model")
        assert entered.wait(10)
        second = threads.submit(load, "model")
        may.set()
        assert first.result() is second.result()
    assert loaded == ["model"]


def test_what_failed_is_tried_again() -> None:
    results = iter([ValueError("damaged"), "loaded"])

    @once
    def load() -> str:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    with pytest.raises(ValueError, match="damaged"):
        load()
    assert load() == "loaded"
