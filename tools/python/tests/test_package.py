"""The package as a whole: its version, and what it says when a library is not installed."""
import pathlib
import re
import subprocess
import sys

import pytest

import millrace
from millrace.optional import MissingLibrary, need

ROOT = pathlib.Path(__file__).parents[3]


def test_version_is_that_of_millrace():
    swift = (ROOT / "Sources/millrace/Version.swift").read_text()
    project = (ROOT / "tools/python/pyproject.toml").read_text()
    version = re.search(r'"(\d+\.\d+\.\d+)"', swift)[1]
    assert millrace.__version__ == version
    assert re.search(r'^version = "(.*)"$', project, re.M)[1] == version


def test_a_missing_library_is_named():
    with pytest.raises(MissingLibrary, match="Tables need no_such_thing, .*pip install no_such"):
        need("no_such_thing.part", "Tables")


@pytest.mark.parametrize("module", ["shm", "ring_layout", "records", "dbn", "segment", "merge",
                                    "journal", "foreign", "columnar", "frames", "parquet",
                                    "export"])
def test_import_needs_numpy_alone(module):
    script = ("import sys\n"
              "class Only:\n"
              "    def find_spec(self, name, path=None, target=None):\n"
              "        if name.split('.')[0] in ('pyarrow', 'pandas', 'polars', 'zstandard',"
              " 'lz4', 'xxhash', 'databento_dbn'):\n"
              "            raise ImportError(name)\n"
              "sys.meta_path.insert(0, Only())\n"
              f"import millrace.{module}")
    done = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT / "tools/python",
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
