"""`python -m ui`: the `footnote` command."""

from ui.cli import main

main()
