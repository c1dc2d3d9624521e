"""Columnar payloads."""
from millrace.segment import JournalError


def records(payload, record_count, raw_bytes):
    """The records of a payload."""
    raise JournalError("columnar payloads are not read here")
