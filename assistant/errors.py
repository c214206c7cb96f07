"""Errors a person can mend. Front ends show the message, never a traceback."""


class FootnoteError(Exception):
    """Something went wrong that the user can do something about; the message says what and how."""


class LibraryBusyError(FootnoteError):
    """Another process is writing to the library."""


class FingerprintError(FootnoteError):
    """The library was made with another embedding model or chunker than the one now configured."""


class ArticleNotFoundError(FootnoteError):
    """No article has the asked-for id."""
