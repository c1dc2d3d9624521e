"""Round trip of 64-byte samples between two Python processes through iceoryx2 (PyPI wheel).

    this process, CPU 1 ══ publish/subscribe ══▶ another process, CPU 0, and back; both poll

A line on standard input, `run TRIPS`, is answered with one JSON object. What iceoryx2 keeps in
files is put under the folder that is given, and its shared memory under a name of its own.
"""
import ctypes
import os
import sys
import time

import iceoryx2 as iox2
from peer_loop import die_with_parent, expect, serve


class Sample(ctypes.Structure):
    _fields_ = [("words", ctypes.c_uint64 * 8)]


def ends(config, out, back):
    """A node, a publisher of the service `out` and a subscriber of `back`."""
    node = iox2.NodeBuilder.new().config(config).create(iox2.ServiceType.Ipc)

    def service(name):
        return node.service_builder(
            iox2.ServiceName.new(name)).publish_subscribe(Sample).open_or_create()

    # Both sides open both services before either of them sends.
    one, other = service(out), service(back)
    return node, one.publisher_builder().create(), other.subscriber_builder().create()


def send(publisher, number):
    sample = Sample()
    sample.words[0] = number
    publisher.loan_uninit().write_payload(sample).send()


def wait(subscriber):
    receive = subscriber.receive
    while True:
        sample = receive()
        if sample is not None:
            number = sample.payload().contents.words[0]
            sample.delete()
            return number


def echo(config, ready, trips):
    os.sched_setaffinity(0, {0})
    node, publisher, subscriber = ends(config, "back", "there")
    os.write(ready, b"1")
    for _ in range(trips):
        send(publisher, wait(subscriber))
    # The last answer is taken before its memory goes.
    time.sleep(0.2)
    del publisher, subscriber, node


def run(config, trips):
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            die_with_parent()
            echo(config, tell, trips)
        finally:
            os._exit(0)
    os.close(tell)
    if not os.read(ready, 1):
        print("the other process has ended", file=sys.stderr)
        sys.exit(69)
    os.close(ready)
    os.sched_setaffinity(0, {1})
    node, publisher, subscriber = ends(config, "there", "back")
    time.sleep(0.3)
    times, total = [], 0
    for number in range(trips):
        begin = time.perf_counter_ns()
        send(publisher, number)
        total += wait(subscriber)
        times.append(time.perf_counter_ns() - begin)
    os.waitpid(child, 0)
    expect(total, trips * (trips - 1) // 2, "sum of the answers")
    times.sort()
    del publisher, subscriber, node
    return {"median_ns": times[trips // 2], "p99_ns": times[trips * 99 // 100]}


def main():
    iox2.set_log_level(iox2.LogLevel.Error)
    config = iox2.config.default()
    config.global_cfg.root_path = iox2.Path.new(sys.argv[1] + "/iceoryx2/")
    config.global_cfg.prefix = iox2.FileName.new(sys.argv[2])
    serve(["iceoryx2"], lambda words: run(config, int(words[1])))


main()
