"""Writes a journal as Parquet files.

    python -m millrace.export /data/XNAS.ITCH/2026-11-21 --format parquet --output /data/parquet
    python -m millrace.export DAY --output OUT --schema trades,bbo-1s --symbols AAPL,MSFT \\
        --from 2026-11-21T14:30 --to 2026-11-21T21:00 --partition date --json

Exit codes: 0 all rows are there and counted; 1 they are not, or a part of the journal is damaged
(no file gets its name then); 64 a bad option; 66 no such journal; 69 a library is missing; 73 the
output cannot be written; 143 ended by SIGTERM, with nothing left behind.
"""
import argparse
import json
import signal
import sys
import time

from millrace.journal import JournalError
from millrace.optional import MissingLibrary
from millrace.parquet import ROW_GROUP_ROWS, export


class Progress:
    """One line on a terminal: share done, bytes a second, time left."""

    def __init__(self, stream, enabled):
        self._stream, self._enabled = stream, enabled
        self._begun = self._shown = time.monotonic()

    def __call__(self, done, total):
        now = time.monotonic()
        if not self._enabled or now - self._shown < 0.2 or not done:
            return
        self._shown = now
        seconds = now - self._begun
        left = seconds * max(total - done, 0) / done
        share = min(done / total, 1) if total else 1
        bar = "=" * int(share * 30)
        self._stream.write(f"\r[{bar:<30}] {share:6.1%}  {done / seconds / 1e6:7.1f} MB/s  "
                           f"{int(left) // 60}:{int(left) % 60:02d} left ")
        self._stream.flush()

    def end(self):
        if self._enabled:
            self._stream.write("\r" + " " * 72 + "\r")
            self._stream.flush()


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"millrace.export: {message}\n")


def _parser():
    parser = _Parser(prog="python -m millrace.export", description=__doc__,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="segments, days, journals")
    parser.add_argument("--format", choices=["parquet"], default="parquet")
    parser.add_argument("--output", required=True, metavar="DIR")
    parser.add_argument("--schema", "--schemas", dest="schemas", metavar="NAME,...")
    parser.add_argument("--symbols", metavar="SYMBOL,...")
    parser.add_argument("--from", dest="start", metavar="TIME",
                        help="first receive time, inclusive: ISO 8601 in UTC, or ns")
    parser.add_argument("--to", dest="end", metavar="TIME", help="last one, exclusive")
    parser.add_argument("--partition", default="date,symbol", metavar="date,symbol",
                        help="date, symbol, both (default) or none")
    parser.add_argument("--compression", default="zstd",
                        choices=["zstd", "snappy", "lz4", "gzip", "brotli", "none"])
    parser.add_argument("--prices", default="float64", choices=["float64", "decimal", "int64"])
    parser.add_argument("--row-group", type=int, default=ROW_GROUP_ROWS, metavar="ROWS")
    parser.add_argument("--overwrite", action="store_true",
                        help="take the place of an earlier export in the same folder")
    parser.add_argument("--progress", action="store_true",
                        help="show it where standard error is no terminal, too")
    parser.add_argument("--json", action="store_true", help="a JSON object at the end")
    return parser


def _list(text):
    return None if text is None else [word for word in text.split(",") if word]


def _report(summary, seconds, as_json):
    if as_json:
        print(json.dumps({
            "output": summary.output, "records": sum(summary.records.values()),
            "rows": sum(summary.rows.values()), "schemas": summary.records,
            "files": summary.files, "bytes": summary.bytes,
            "journal_records": summary.journal_records, "journal_bytes": summary.journal_bytes,
            "seconds": round(seconds, 3), "problems": summary.problems,
            "is_whole": summary.is_whole}))
        return
    for name, count in sorted(summary.records.items()):
        print(f"{name:16} {count:>14,} records")
    rows = sum(summary.rows.values())
    print(f"{rows:,} rows in {summary.files:,} files, {summary.bytes:,} bytes, "
          f"{rows / max(seconds, 1e-9) / 1e6:.2f} M rows/s: {summary.output}")


def _ended(*_):
    raise SystemExit(143)


def main(arguments=None):
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _ended)
    progress = Progress(sys.stderr, options.progress or sys.stderr.isatty())
    begun = time.monotonic()
    partition = () if options.partition == "none" else _list(options.partition)
    try:
        summary = export(
            options.paths, options.output, schemas=_list(options.schemas),
            symbols=_list(options.symbols), start=options.start, end=options.end,
            partition=partition, compression=options.compression, prices=options.prices,
            overwrite=options.overwrite, progress=progress, row_group_rows=options.row_group)
    except MissingLibrary as error:
        return _fail(progress, error, 69)
    except JournalError as error:
        return _fail(progress, error, 66)
    except OSError as error:
        return _fail(progress, error, 73)
    except KeyboardInterrupt:
        return _fail(progress, "interrupted: nothing was left behind", 130)
    progress.end()
    _report(summary, time.monotonic() - begun, options.json)
    for problem in summary.problems:
        print(f"millrace.export: {problem}", file=sys.stderr)
    return 0 if summary.is_whole else 1


def _fail(progress, error, code):
    progress.end()
    print(f"millrace.export: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
