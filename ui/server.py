"""The process of the app: Streamlit, which meanwhile loads what the first page and the first answer would wait for.

python -m ui.server run ui/app.py --server.port 8501   (as `python -m streamlit`; `ui.serve` starts it)
"""

from __future__ import annotations

import threading
from contextlib import suppress

from streamlit.web.cli import main

from assistant.chat_model import is_model_name, load_chat_model
from assistant.embedding import load_encoder
from assistant.errors import FootnoteError
from assistant.reader import load_reader
from assistant.settings import load_settings


def prepare() -> None:
    """Import the pages and load the models: some seconds, in which a person opens the address.

    What is wrong with a model is told by the page, which asks for it again.
    """
    import chromadb  # noqa: F401 - the library imports it when it is first searched

    from ui.views import chat, quality, settings, shelf  # noqa: F401 - what `ui/app.py` imports

    with suppress(FootnoteError):
        configured = load_settings()
        load_encoder(configured.embedding_model)
        load_reader()
        if is_model_name(configured.model):
            load_chat_model(configured.model)


if __name__ == "__main__":
    # Streamlit is imported by now: two threads that import parts of it at once may wait for each other.
    threading.Thread(target=prepare, name="footnote-prepare", daemon=True).start()
    main(prog_name="streamlit")
