"""Loading a model once a process, also where several threads ask for it at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


def once(load: Callable[P, T]) -> Callable[P, T]:
    """`functools.cache`, but who comes while something is loading waits for it instead of loading it again."""
    kept, loading = cast(Callable[P, T], cache(load)), Lock()

    @wraps(load)
    def wait_for(*args: P.args, **kwargs: P.kwargs) -> T:
        with loading:
            return kept(*args, **kwargs)

    return wait_for
