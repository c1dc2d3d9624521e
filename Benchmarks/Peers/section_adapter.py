"""A plain Python adapter, as people write it today, beside our pipeline on the same bytes."""
import section_decode as itch
import section_text as text
from lab import expect
from section import Part, Section
from table import Row


def ours(lab):
    """A file of ITCH to records in shared memory, without books."""
    found, report = lab.bench("pipeline", "--quick", "--seed", itch.SEED)
    size = itch.day(lab, itch.SMALL).stat().st_size
    # The file ends with an empty message of two bytes.
    expect(report["input"]["day"], f"{itch.SMALL} ITCH 5.0 messages, {size - 2} bytes",
           "the day of tools/bench pipeline")
    return {"itch": found["without books"] * 1e3}


def ours_text(lab):
    return {"binance": text.ours(lab)["whole"]}


def plain(lab, kind, path):
    limit = lab.size([], [3_000_000]) if kind == "itch" else []
    return lab.worker(["python3", "-B", lab.program("plain_adapter.py"), kind, path, *limit],
                      cpus="0,1")


def run(worker, kind):
    found = worker.ask("run")
    return {f"{kind} adapter": found["rate"], f"{kind} alone": found["decode"]}


def make(lab):
    def row(what, mine, peer, needs, **more):
        return Row(what, f"adapter/{mine}", f"adapter/{peer}", "K msg/s",
                   "ticks, sum of their numbers", needs=needs, **more)

    itch_parts = ["our pipeline", "plain adapter, ITCH"]
    text_parts = ["our text pipeline", "plain adapter, Binance"]
    rows = [
        row("ITCH: socket, struct, dict, queue.Queue", "itch", "itch adapter", itch_parts,
            note="ours: a file of the same bytes to records in shared memory"),
        row("ITCH: struct to dict alone", "itch", "itch alone", itch_parts),
        row("Binance: socket, json, dict, queue.Queue", "binance", "binance adapter", text_parts),
        row("Binance: json to dict alone", "binance", "binance alone", text_parts)]
    parts = [
        Part("our pipeline", lambda _: ours(lab)),
        Part("our text pipeline", lambda _: ours_text(lab)),
        Part("plain adapter, ITCH", lambda worker: run(worker, "itch"),
             lambda: plain(lab, "itch", itch.day(lab, itch.SMALL))),
        Part("plain adapter, Binance", lambda worker: run(worker, "binance"),
             lambda: plain(lab, "binance", text.text_file(lab)))]
    return Section("adapter", "A plain Python adapter as people write it (both sides on two cores)",
                   parts, rows)
