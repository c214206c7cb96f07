"""Footnote's retrieval as a LangChain retriever, for chains of your own.

from assistant.langchain import FootnoteRetriever
retriever = FootnoteRetriever(library=open_library())
documents = retriever.invoke("Who built it?")
"""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from assistant.library import Library
from assistant.retrieval import embed_question, retrieve
from assistant.types import Filters, Passage


class FootnoteRetriever(BaseRetriever):
    """Dense and keyword search, fused, over a Footnote library."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    filters: Filters = Field(default_factory=Filters)
    k: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        passages = retrieve(self.library, query, embed_question(self.library, query), self.filters, self.k)
        return [to_document(passage) for passage in passages]


def to_document(passage: Passage) -> Document:
    """A passage as LangChain knows it; `start` and `end` are offsets in the article's text."""
    return Document(
        id=str(passage.chunk_id),
        page_content=passage.text,
        metadata={
            "article_id": passage.article_id,
            "source": passage.source,
            **passage.metadata.as_json(),
            "start": passage.span.start,
            "end": passage.span.end,
            "score": passage.score,
        },
    )
