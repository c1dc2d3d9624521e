"""Journals as Arrow tables, pandas and polars frames, through pyarrow.

    from millrace import frames

    table = frames.to_arrow("/data/XNAS.ITCH/2026-11-21", "trades", symbols=["AAPL"])
    frame = frames.to_pandas("/data/XNAS.ITCH/2026-11-21", "bbo-1s", start="2026-11-21T14:30")

Columns are typed: times are timestamp[ns, UTC]; prices float64 (`prices="decimal"` for exact
decimal128(19, 9), `prices="int64"` for the units of 1e-9 that the records hold); letters, texts
and symbols are dictionaries. What is not defined (times, prices, sizes, quantities, a NUL for a
letter) is null, except in int64 prices. float64 is the default because data frames compute with it:
the quotient of two integers below 2^53 is the nearest double, that of the decimal literal.
"""
import numpy as np

from millrace.journal import Journal
from millrace.optional import need
from millrace.records import (DTYPES, RECORDS, RTYPES, UNDEFINED_PRICE, UNDEFINED_SIZE,
                              UNDEFINED_TIME, kind_of)

PRICES = ("float64", "decimal", "int64")
# Which value of a number stands for none.
_UNDEFINED = {"size": UNDEFINED_SIZE, "quantity": UNDEFINED_PRICE}


def column_names(schema):
    """The names of a schema's columns: receive and event time first, then the record's order."""
    names = DTYPES[RTYPES[schema]].names
    first = [name for name in ("ts_recv", "ts_event") if name in names]
    rest = [name for name in names if name not in first and name != "length"
            and not name.startswith("_")]
    place = rest.index("instrument_id") + 1
    return first + rest[:place] + ["symbol"] + rest[place:]


def arrow_schema(schema, prices="float64", symbol=True):
    """The pyarrow schema of a table of `schema`."""
    arrow = need("pyarrow", "Arrow tables")
    if prices not in PRICES:
        raise ValueError(f"prices {prices!r}: one of " + ", ".join(PRICES))
    price = {"float64": arrow.float64(), "decimal": arrow.decimal128(19, 9),
             "int64": arrow.int64()}[prices]
    text = arrow.dictionary(arrow.int32(), arrow.string())
    dtype = DTYPES[RTYPES[schema]]
    fields = []
    for name in column_names(schema):
        if name == "symbol":
            if symbol:
                fields.append(arrow.field(name, text))
            continue
        kind = kind_of(name, dtype[name])
        fields.append(arrow.field(name, {
            "time": arrow.timestamp("ns", "UTC"), "price": price, "text": text,
            "char": arrow.dictionary(arrow.int8(), arrow.string()),
        }.get(kind) or arrow.from_numpy_dtype(dtype[name])))
    return arrow.schema(fields, metadata={"schema": schema, "prices": prices})


def to_batch(rows, schema, symbols=None, prices="float64"):
    """A pyarrow RecordBatch of a structured array; symbols: (codes, names) of its records."""
    arrow = need("pyarrow", "Arrow tables")
    result = arrow_schema(schema, prices, symbols is not None)
    columns = []
    for field in result:
        if field.name == "symbol":
            columns.append(_symbols(arrow, *symbols))
            continue
        values = rows[field.name]
        kind = kind_of(field.name, values.dtype)
        if kind == "time":
            columns.append(_times(arrow, values))
        elif kind == "price":
            columns.append(_prices(arrow, values, prices))
        elif kind == "char":
            columns.append(_letters(arrow, values))
        elif kind == "text":
            columns.append(_texts(arrow, values))
        else:
            columns.append(_numbers(arrow, values, _UNDEFINED.get(field.name)))
    return arrow.RecordBatch.from_arrays(columns, schema=result)


def _validity(arrow, good):
    """An Arrow bit map; None where all are good."""
    return None if good.all() else arrow.py_buffer(np.packbits(good, bitorder="little"))


def _times(arrow, values):
    good = values != np.uint64(UNDEFINED_TIME)
    data = arrow.py_buffer(np.ascontiguousarray(values).view("<i8"))
    return arrow.Array.from_buffers(
        arrow.timestamp("ns", "UTC"), len(values), [_validity(arrow, good), data])


def _prices(arrow, values, prices):
    if prices == "int64":
        return arrow.array(np.ascontiguousarray(values))
    good = values != UNDEFINED_PRICE
    if prices == "float64":
        data, kind = values / 1e9, arrow.float64()
    else:
        data, kind = np.empty((len(values), 2), "<i8"), arrow.decimal128(19, 9)
        data[:, 0], data[:, 1] = values, values >> 63
    return arrow.Array.from_buffers(
        kind, len(values), [_validity(arrow, good), arrow.py_buffer(data)])


def _numbers(arrow, values, undefined):
    values = np.ascontiguousarray(values)
    if undefined is None:
        return arrow.array(values)
    return arrow.array(values, mask=values == undefined)


def _letters(arrow, values):
    """One letter a record: a dictionary of those that occur; NUL is null."""
    codes = np.ascontiguousarray(values).view("u1")
    found = np.flatnonzero(np.bincount(codes, minlength=256))
    places = np.zeros(256, np.int8)
    places[found] = np.arange(len(found))
    # More than 127 different letters cannot be meant, yet damaged data must not stop a reader.
    if len(found) > 127:
        places[:] = 0
        found = found[:1]
    index = arrow.array(places[codes], mask=codes == 0)
    return arrow.DictionaryArray.from_arrays(index, [chr(code) for code in found])


def _texts(arrow, values):
    found, index = np.unique(values, return_inverse=True)
    texts = [text.decode("utf-8", "replace") for text in found.tolist()]
    return arrow.DictionaryArray.from_arrays(
        arrow.array(index.reshape(-1).astype(np.int32)), texts or [""])


def _symbols(arrow, codes, names):
    found, index = np.unique(codes, return_inverse=True)
    index = index.reshape(-1).astype(np.int32)
    return arrow.DictionaryArray.from_arrays(
        arrow.array(index, mask=codes == 0), [names[code] for code in found.tolist()] or [""])


def record_batches(paths, schema, prices="float64", symbol=True, **query):
    """Yields pyarrow RecordBatches of one schema, a few blocks each: for more than fits in memory.

    paths, query: as for millrace.journal.open. symbol: whether there is a symbol column.
    """
    with Journal(paths, schemas=[schema], with_symbols=symbol, **query) as found:
        for batch in found:
            symbols = (batch.symbols[schema], found.symbol_names) if symbol else None
            yield to_batch(batch[schema], schema, symbols, prices)


def to_arrow(paths, schema, prices="float64", symbol=True, **query):
    """A pyarrow Table of all records of one schema, in the order of the merge."""
    arrow = need("pyarrow", "Arrow tables")
    batches = list(record_batches(paths, schema, prices, symbol, **query))
    table = arrow.Table.from_batches(batches, arrow_schema(schema, prices, symbol))
    return table.unify_dictionaries()


def to_pandas(paths, schema, prices="float64", symbol=True, **query):
    """A pandas DataFrame of one schema; ts_recv (ts_event where there is none) is its index."""
    need("pandas", "pandas frames")
    table = to_arrow(paths, schema, prices, symbol, **query)
    return table.to_pandas().set_index(table.column_names[0])


def to_polars(paths, schema, prices="float64", symbol=True, **query):
    """A polars DataFrame of one schema."""
    polars = need("polars", "polars frames")
    return polars.from_arrow(to_arrow(paths, schema, prices, symbol, **query))


def to_parquet(paths, output, schemas=None, **options):
    """Parquet files of a journal below the folder `output`; see millrace.parquet.export."""
    from millrace.parquet import export
    return export(paths, output, schemas=schemas or [name for name, _ in RECORDS.values()],
                  **options)
