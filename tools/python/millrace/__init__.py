"""Millrace in Python: the shared memory of a running pipeline, and the journals it leaves.

    millrace.shm        follow the live rings (numpy alone is needed)
    millrace.journal    read segments, days and whole journals into numpy arrays
    millrace.columnar   one column of a columnar segment
    millrace.frames     the same as Arrow tables, Parquet files, pandas and polars frames
    millrace.export     the command: python -m millrace.export --help
"""
__version__ = "0.2.0"
