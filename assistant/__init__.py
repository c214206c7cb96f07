"""Footnote's core: storage, retrieval, reading, answering, evaluation.

from assistant import ask, open_library
answer = ask(open_library(), "Who built it?")
"""
