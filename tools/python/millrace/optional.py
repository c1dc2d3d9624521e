"""Libraries that only some of the functions need, imported when they are first asked for."""
import importlib

# What pip calls a module, where it is not the first part of its name.
_PACKAGES = {"databento_dbn": "databento-dbn"}


class MissingLibrary(ImportError):
    """A library that this call needs is not installed; the text says how to get it."""


def need(name, purpose):
    """The module `name`; MissingLibrary, which says what to install, where it is not there."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = _PACKAGES.get(name, name.split(".", maxsplit=1)[0])
        raise MissingLibrary(f"{purpose} need {package}, which is not installed: "
                             f"pip install {package}") from error


def maybe(name):
    """The module `name`, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
