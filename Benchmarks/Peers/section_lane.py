"""Records of 64 bytes from thread to thread: our lane beside Disruptor, boost and moodycamel."""
from section import Part, Section
from table import Row

DISRUPTOR = "/usr/share/java/disruptor.jar"
OURS = "ours, boost, ReaderWriterQueue"
ADDED = "every message added up"


def ours(lab):
    """`tools/bench lane` runs boost, ReaderWriterQueue, our C++ ceiling and the raw ping-pong."""
    found, _ = lab.bench("lane", *lab.size([], ["--quick"]))
    names = {
        "raw": "C++ raw round trip", "each": "Millrace each", "batched": "Millrace batched",
        "round trip": "Millrace round trip", "boost": "C++ boost",
        "boost arrays": "C++ boostarrays", "boost round trip": "C++ boost round trip",
        "rwq": "C++ moodycamel", "rwq round trip": "C++ moodycamel round trip"}
    return {name: found[source] for name, source in names.items()}


def disruptor(lab):
    version = lab.package_version("libdisruptor-java")
    worker = lab.worker(
        [lab.tool("java"), f"-Dpeer.version={version}", "-XX:+UseParallelGC", "-cp",
         f"{lab.built('java')}:{lab.needed(DISRUPTOR)}", "DisruptorPeer"], cpus="0,1")
    # Until its loops are compiled.
    for _ in range(2):
        worker.ask("run", lab.size(2_000_000, 500_000), lab.size(50_000, 5_000))
    return worker


def run_disruptor(worker, lab):
    found = worker.ask("run", lab.size(4_000_000, 500_000), lab.size(100_000, 10_000))
    return {"disruptor each": found["each"], "disruptor batched": found["batched"],
            "disruptor round trip": found["round_trip_ns"]}


def concurrent_queue(lab):
    found = lab.objects([lab.built("concurrent_queue"), lab.size(2_000_000, 200_000)])
    return {"cq": found[0]["rate"]}


def make(lab):
    def row(what, mine, peer, unit="M msg/s", needs=None, **more):
        needed = [OURS] if needs is None else [OURS, needs]
        return Row(what, f"lane/{mine}", f"lane/{peer}", unit, ADDED, raw="lane/raw",
                   needs=needed, **more)

    lmax = "LMAX Disruptor"
    rows = [
        row("Disruptor, one a publish", "each", "disruptor each", needs=lmax),
        row("Disruptor, 64 a publish", "batched", "disruptor batched", needs=lmax),
        row("Disruptor, round trip", "round trip", "disruptor round trip", "ns", needs=lmax),
        row("boost spsc_queue, one a call", "each", "boost", bar=1.4),
        row("boost spsc_queue, arrays of 64", "batched", "boost arrays", bar=1.3),
        row("boost spsc_queue, round trip", "round trip", "boost round trip", "ns"),
        row("moodycamel ReaderWriterQueue", "each", "rwq", bar=1.4),
        row("moodycamel ReaderWriterQueue, round trip", "round trip", "rwq round trip", "ns"),
        row("moodycamel ConcurrentQueue, 64 a call", "batched", "cq",
            needs="moodycamel ConcurrentQueue"),
        row("the raw ping-pong of one line", "round trip", "raw", "ns",
            note="not a peer: what the two cores need to see each other's stores")]
    parts = [
        Part(OURS, lambda _: ours(lab)),
        Part(lmax, lambda worker: run_disruptor(worker, lab), lambda: disruptor(lab)),
        Part("moodycamel ConcurrentQueue", lambda _: concurrent_queue(lab),
             lambda: lab.built("concurrent_queue"))]
    return Section("lane", "64-byte records from thread to thread (4,096 places, CPU 1 to CPU 0)",
                   parts, rows)
