"""The loop of a harness in Python: versions first, then an answer to each line."""
import ctypes
import importlib.metadata
import json
import signal
import sys
import time


def die_with_parent():
    """For a forked child that spins: it ends when the harness ends, however that ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def seconds_of(work):
    """What `work` answers, and how long it took."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


# The exit code of a harness whose result is wrong; Python's own 1 says that something is missing.
WRONG = 3


def expect(found, wanted, what):
    """Ends the harness where a result is wrong."""
    if found != wanted:
        print(f"{what}: {found}, not {wanted}", file=sys.stderr)
        sys.exit(WRONG)


def serve(packages, answer):
    """Prints the packages' versions, then `answer(words)` for each line of standard input."""
    print(json.dumps({name: importlib.metadata.version(name) for name in packages}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line.split())), flush=True)
