"""What the tests of the package share."""
# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_tables():
    """The folder of real tables, or None."""
    given = os.environ.get("GRADUS_DATA_DIR")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    return folder / "tables" if (folder / "tables").is_dir() else None


@pytest.fixture
def program():
    """The program gradus."""
    path = os.environ.get("GRADUS_PROGRAM")
    if not path:
        pytest.skip("GRADUS_PROGRAM does not name the program")
    return path
