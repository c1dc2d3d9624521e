"""64-byte records from process to process without shared memory: Redis streams and NATS."""
import os
import socket
import subprocess
import time

from lab import NotMeasured
from section import Part, Section
from table import Row

START_SECONDS = 10
ADDED = "every record added up"


def ours(lab):
    found, _ = lab.bench("shm", "--quick")
    return {"raw": found["raw round trip"], "round trip": found["Millrace round trip"],
            "received": found["received, 1 readers"] * 1_000}


def wait_for(server, connect):
    """Waits until `connect` succeeds."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise NotMeasured(f"the server has ended with exit code {server.returncode}")
        try:
            connect().close()
            return
        except OSError:
            time.sleep(0.02)
    raise NotMeasured(f"the server does not answer after {START_SECONDS} s")


def connect_unix(path):
    one = socket.socket(socket.AF_UNIX)
    try:
        one.connect(path)
    except OSError:
        one.close()
        raise
    return one


def version_of(words):
    """The version that a server's own program tells."""
    text = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return next((word.strip("v=,") for word in text.replace("v=", "v= ").split()
                 if word.strip("v=,")[:1].isdigit()), "unknown")


def redis(lab):
    """A Redis server on a socket of its own, which keeps nothing."""
    program = lab.tool("redis-server")
    lab.built("redis_hop")
    lab.versions["Redis"] = version_of([program, "--version"])
    path = str(lab.folder / "redis.sock")
    server = lab.start(
        [program, "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no",
         "--dir", lab.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(server, lambda: connect_unix(path))
    return path


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def nats(lab):
    """A NATS server on a port of its own, with JetStream in memory."""
    os.environ["PATH"] += ":/usr/sbin"
    program = lab.tool("nats-server")
    lab.built("nats_hop")
    lab.versions["NATS"] = version_of([program, "--version"])
    port = free_port()
    server = lab.start(
        [program, "--addr", "127.0.0.1", "--port", port, "--jetstream", "--store_dir",
         lab.folder / "jetstream"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(server, lambda: socket.create_connection(("127.0.0.1", port), timeout=1))
    return f"nats://127.0.0.1:{port}"


def run_redis(lab, path):
    found = lab.objects([lab.built("redis_hop"), path, lab.size(160_000, 16_000),
                         lab.size(10_000, 1_000)])[0]
    return {"redis each": found["each"] / 1e3, "redis pipelined": found["pipelined"] / 1e3,
            "redis round trip": found["round_trip_ns"]}


def run_nats(lab, url):
    found = lab.objects([lab.built("nats_hop"), url, lab.size(400_000, 40_000),
                         lab.size(10_000, 1_000)])[0]
    kept = {"nats jetstream": found["jetstream"] / 1e3} if found["jetstream"] > 0 else {}
    return {"nats core": found["core"] / 1e3, "nats round trip": found["round_trip_ns"], **kept}


def make(lab):
    def row(what, mine, peer, unit, needs, **more):
        return Row(what, f"brokers/{mine}", f"brokers/{peer}", unit, ADDED, raw="brokers/raw",
                   needs=["ours", needs], **more)

    rows = [
        row("Redis streams, XADD one by one", "received", "redis each", "K rec/s", "Redis"),
        row("Redis streams, XADD 64 pipelined", "received", "redis pipelined", "K rec/s", "Redis"),
        row("Redis streams, round trip", "round trip", "redis round trip", "ns", "Redis"),
        row("NATS core", "received", "nats core", "K rec/s", "NATS"),
        row("NATS JetStream, in memory, async", "received", "nats jetstream", "K rec/s", "NATS"),
        row("NATS core, round trip", "round trip", "nats round trip", "ns", "NATS")]
    parts = [
        Part("ours", lambda _: ours(lab)),
        Part("Redis", lambda path: run_redis(lab, path), lambda: redis(lab)),
        Part("NATS", lambda url: run_nats(lab, url), lambda: nats(lab))]
    return Section("brokers", "64-byte records from process to process through a broker "
                   "(C clients: hiredis, libnats)", parts, rows)
