"""DBN records: databento-dbn and our Python package on the same file, one core.

    dbn_peers.py FILE

    file in memory ──▶ databento_dbn.DBNDecoder ──▶ a Python object a record
    file           ──▶ millrace.journal         ──▶ arrays of records

`run` is answered with millions of records a second and the sums of both, which must be equal.
"""
import pathlib
import sys

import databento_dbn
from millrace import journal
from peer_loop import expect, seconds_of, serve


def main():
    path = sys.argv[1]
    data = pathlib.Path(path).read_bytes()

    def decode():
        decoder = databento_dbn.DBNDecoder()
        decoder.write(data)
        return decoder.decode()

    def objects():
        return sum(1 for record in decode() if hasattr(record, "ts_event"))

    def arrays():
        return journal.open(path).read()

    def answer(_):
        count, one = seconds_of(objects)
        tables, other = seconds_of(arrays)
        expect(sum(len(rows) for rows in tables.values()), count, "records of the arrays")
        return {"objects": count / one / 1e6, "arrays": count / other / 1e6, "records": count}

    orders = [record for record in decode() if isinstance(record, databento_dbn.MBOMsg)]
    rows = arrays()["mbo"]
    expect(len(rows), len(orders), "orders")
    expect(int(rows["order_id"].sum(dtype="u8")), sum(one.order_id for one in orders),
           "sum of the orders' references")
    expect(int(rows["size"].sum(dtype="u8")), sum(one.size for one in orders), "sum of the sizes")
    del orders, rows
    serve(["databento-dbn", "numpy"], answer)


main()
