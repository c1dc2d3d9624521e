"""Libraries that only some of the functions need, imported when they are first asked for."""
import importlib

_WANTED_BY = {
    "zstandard": "journal", "lz4.frame": "journal", "lz4.block": "journal", "xxhash": "journal",
    "pyarrow": "arrow", "pyarrow.parquet": "arrow", "pandas": "pandas", "polars": "polars",
    "databento_dbn": "dbn",
}


class MissingLibrary(ImportError):
    """A library that this call needs is not installed; the text says how to get it."""


def need(name, purpose):
    """The module `name`; MissingLibrary, which says what to install, where it is not there."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package, extra = name.split(".", maxsplit=1)[0], _WANTED_BY[name]
        raise MissingLibrary(
            f"{purpose} needs {package}, which is not installed: pip install {package}, "
            f"or pip install 'millrace[{extra}]'") from error


def maybe(name):
    """The module `name`, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
