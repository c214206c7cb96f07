"""Average the weights of two runs.

    python -m tests.training.average ONE OTHER --share 0.6 --out DIR/average.safetensors

Runs that began alike and saw different questions err differently; what lies between them errs less than either
(Wortsman et al., "Model soups", 2022). ONE and OTHER are weights as `train --start` takes them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.torch import save_file

from tests.training.network import Network
from tests.training.train import started


def averaged(one: Network, other: Network, share: float) -> Network:
    """A network between two: `share` of the second, the rest of the first."""
    mine, theirs = one.state_dict(), other.state_dict()
    between = Network()
    between.load_state_dict(
        {name: w.lerp(theirs[name], share) if w.is_floating_point() else w for name, w in mine.items()}
    )
    return between


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    network = averaged(started(given.one), started(given.other), given.share)
    save_file({name: weight.contiguous() for name, weight in network.state_dict().items()}, given.out)


if __name__ == "__main__":
    main()
