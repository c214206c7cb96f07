"""`python -m ingest PATH...`: `footnote ingest` without `ui`; it has --library, --prune and --json of its options."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from assistant.errors import FootnoteError
from ingest.command import Options, ingest_command, print_anything


def main() -> int:
    """Parse the command line and run it."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description="Take articles into a library.")
    parser.add_argument(
        "paths", nargs="+", metavar="PATH|URL", help="files, folders, web addresses; - for standard input"
    )
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library's folder")
    parser.add_argument("--prune", action="store_true", help="remove articles whose files are gone")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    print_anything()
    try:
        return ingest_command(given.paths, given.library, Options(prune=given.prune, as_json=given.json))
    except FootnoteError as error:
        if given.json:
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
