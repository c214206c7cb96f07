"""Model files that ship with Footnote, and the commands that made them."""
