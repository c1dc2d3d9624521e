"""64-byte records from process to process: our shared-memory ring beside iceoryx2."""
import glob
import os

from section import Part, Section
from table import NEAR_NS, Row

# Round trip of iceoryx2's own benchmark in Rust, divided by the raw ping-pong of the same minute:
# 424-480 ns at 92-140 ns (near cores), about 1,450 ns at 430-465 ns (far), EPYC (Zen 5), KVM.
NATIVE_NEAR, NATIVE_FAR = 452 / 116, 1_450 / 447


def ours(lab):
    found, _ = lab.bench("shm", *lab.size([], ["--quick"]))
    raw = found["raw round trip"]
    return {"raw": raw, "round trip": found["Millrace round trip"],
            "received": found["received, 1 readers"],
            "iox2 native": raw * (NATIVE_NEAR if raw < NEAR_NS else NATIVE_FAR)}


def iceoryx2(lab):
    prefix = f"mlrcpeers{os.getpid()}_"

    def clean():
        for path in glob.glob(f"/dev/shm/{prefix}*"):
            os.remove(path)

    lab.at_end(clean)
    worker = lab.python_worker("iox2_hop.py", lab.folder, prefix)
    worker.ask("run", 1_000)
    return worker


def ring(lab):
    worker = lab.python_worker("ring_hop.py", lab.folder)
    worker.ask("run", 1_000)
    return worker


def make(lab):
    trips = lab.size(30_000, 5_000)
    answered = "every answer is its question"
    common = {"raw": "shm/raw"}
    rows = [
        Row("iceoryx2 wheel, from our Swift", "shm/round trip", "shm/iox2", "ns", answered, bar=20,
            needs=["ours", "iceoryx2"], note="ours: Swift; iceoryx2: its Python package", **common),
        Row("iceoryx2 wheel, Python to Python", "shm/python", "shm/iox2", "ns", answered, bar=1,
            needs=["ours in Python", "iceoryx2"],
            note="both sides Python on both systems: ours with the reader of tools/python",
            **common),
        Row("iceoryx2 native, scaled", "shm/round trip", "shm/iox2 native", "ns",
            "not run: a figure scaled by raw", bar=2.5, needs=["ours"],
            note=f"{NATIVE_NEAR:.2f} x raw near, {NATIVE_FAR:.2f} x raw far: see docs/peers.md",
            **common),
        Row("the raw ping-pong of one line", "shm/round trip", "shm/raw", "ns", answered,
            needs=["ours"], note="not a peer", **common)]
    parts = [
        Part("ours", lambda _: ours(lab)),
        Part("ours in Python", lambda worker: {"python": worker.ask("run", trips)["median_ns"]},
             lambda: ring(lab)),
        Part("iceoryx2", lambda worker: {"iox2": worker.ask("run", trips)["median_ns"]},
             lambda: iceoryx2(lab))]
    return Section("shm", "64-byte records from process to process, round trip (CPU 1, CPU 0)",
                   parts, rows)
