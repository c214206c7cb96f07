"""Every setting in one frozen object; the only module that reads the environment (`FOOTNOTE_...`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import FootnoteError


class Settings(BaseSettings):
    """Settings, each from the environment variable `FOOTNOTE_<NAME>` or its default."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", env_ignore_empty=True, frozen=True, extra="ignore")

    # Where things are
    library: Path = Field(default_factory=lambda: user_data_path("footnote", appauthor=False) / "library")
    database_url: str | None = None  # the ledger elsewhere than in the library folder

    # A Chroma server instead of the embedded one
    chroma_url: str | None = None  # http://localhost:8000 or https://...
    chroma_token: SecretStr | None = None
    chroma_token_header: str = "X-Chroma-Token"
    chroma_ca_file: Path | None = None  # certificate authority, for a server with a private one

    # Embeddings
    embedding_model: str = "all-MiniLM-L6-v2"  # or a sentence-transformers model: a folder, or a name

    # Ingest
    max_file_megabytes: float = Field(default=20.0, gt=0)
    parse_seconds: float = Field(default=25.0, gt=0)  # for one file
    parse_megabytes: int = Field(default=1_500, ge=500)  # memory of the process that parses
    fetch_seconds: float = Field(default=30.0, gt=0)  # for one page, redirects and robots.txt included
    allowed_hosts: str = ""  # hosts that may have private addresses: "wiki.local, localhost:8000"

    # Retrieval
    candidates: int = Field(default=300, ge=10)  # from each of dense and keyword search
    passages: int = Field(default=10, ge=1)  # kept after fusion
    keyword_weight: float = Field(default=0.4, ge=0)

    # Reading
    read_passages: int = Field(default=6, ge=1)  # how many of them are read beside the question

    # Answering
    refuse_below: float = Field(default=0.25, ge=0, le=1)  # confidence under which the answer is a refusal
    max_sentences: int = Field(default=4, ge=1, le=10)

    trace: Path | None = None  # a file to which each answer is added with all it was made from, a line of JSON each

    # A language model that writes; every sentence of it is checked
    model: str = "quotes"  # "quotes" for none, or provider:model ("ollama:llama3.2", "openai:...")
    model_base_url: str | None = None  # a server that speaks the provider's protocol
    model_api_key: SecretStr | None = None  # where the provider's own variable does not hold it
    model_silence_seconds: float = Field(default=45.0, gt=0)  # without a word from it before it is given up
    model_retries: int = Field(default=2, ge=0)
    unsupported: Literal["show", "drop"] = "show"  # sentences of it that the articles do not support

    @property
    def hosts_allowed(self) -> frozenset[str]:
        """`allowed_hosts` one by one, in lower case."""
        return frozenset(host.lower() for host in re.split(r"[\s,]+", self.allowed_hosts) if host)


@cache
def load_settings() -> Settings:
    """Read the settings from the environment, once.

    Raises:
        FootnoteError: a variable holds a value that does not fit; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"FOOTNOTE_{'_'.join(map(str, e['loc'])).upper()}={e['input']!r}: {e['msg']}" for e in error.errors()
        )
        raise FootnoteError(f"a setting does not fit: {problems}. Change or unset it.") from None
