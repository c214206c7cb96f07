"""Two who use a ledger at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_HEAD_START = 1.0  # seconds; where the ledger keeps the other waiting, this one goes on after so long


@contextmanager
def meanwhile(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Have another thread act right after this one's first statement to a database that begins so; both are done."""
    this, failed = threading.get_ident(), list[BaseException]()

    def work() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)

    other = threading.Thread(target=work)

    def after(_connection: Any, _cursor: Any, said: str, *_: Any) -> None:
        if threading.get_ident() == this and said.lstrip().startswith(statement) and other.ident is None:
            other.start()
            other.join(_HEAD_START)

    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", after)
    assert other.ident is not None, f"nothing began with {statement}"
    other.join()
    assert not failed
