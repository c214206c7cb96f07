"""Storage: the ledger (one SQL database, the truth) and the vector index (Chroma, derived from it)."""

from assistant.library.conversations import Conversations, ConversationSummary, Feedback, StoredTurn
from assistant.library.ledger import NewArticle, Origin, OriginState, SourceState, StoredChunk, content_hash, vector_key
from assistant.library.library import Library, Problem, Verification, Writer, open_library

__all__ = [
    "ConversationSummary",
    "Conversations",
    "Feedback",
    "Library",
    "NewArticle",
    "Origin",
    "OriginState",
    "Problem",
    "SourceState",
    "StoredChunk",
    "StoredTurn",
    "Verification",
    "Writer",
    "content_hash",
    "open_library",
    "vector_key",
]
