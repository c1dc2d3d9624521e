"""The package is tested from the folder that it stands in, installed or not."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
