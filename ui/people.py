"""Who is asking. Login is Streamlit's OpenID Connect login; it is off until `[auth]` stands in its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st


def signed_in() -> Mapping[str, Any]:
    """What is known of the person; empty where login is off."""
    return st.user.to_dict()


def owner_of(user: Mapping[str, Any]) -> str | None:
    """Whose conversations these are: "" where login is off, None where nobody has signed in.

    The provider's own name for a person is used, as addresses can be given to somebody else.
    """
    if "is_logged_in" not in user:
        return ""
    subject = user.get("sub") or user.get("email")
    if not user["is_logged_in"] or not subject:
        return None
    return f"{user.get('iss', '')}|{subject}"


def name_of(user: Mapping[str, Any]) -> str:
    """What to call the person."""
    return str(user.get("name") or user.get("email") or user.get("sub") or "")
