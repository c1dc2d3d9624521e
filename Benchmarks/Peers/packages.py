"""Puts in place what the peers need: Debian packages, PyPI packages, the harnesses' programs.

Nothing is copied into the repository. What cannot be had is not fatal: its peer is then printed as
not measured, with the reason.
"""
import subprocess

from lab import BUILT, PROGRAMS, ROOT, last_line

DISRUPTOR = "/usr/share/java/disruptor.jar"
# Program: source, compiler and what is linked.
C_PROGRAMS = {
    "redis_hop": (["gcc", "-O3"], "redis_hop.c", ["-lhiredis"]),
    "nats_hop": (["gcc", "-O3"], "nats_hop.c", ["-lnats"]),
    "concurrent_queue": (["g++", "-std=c++20", "-O3", "-march=native", "-pthread"],
                         "concurrent_queue.cpp", []),
}


def run(words):
    return subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True,
                          check=False)


def install_debian(lab, say):
    say("Debian packages")
    done = run(["tools/setup", "--bench", "--peers"])
    if done.returncode:
        lab.say_why(f"tools/setup --peers: {last_line(done.stderr)}")


def install_python(lab, say):
    say("Python packages")
    done = run(["tools/python-venv", "--peers"])
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        lab.python = lines[-1]
    else:
        lab.missing_python = f"tools/python-venv --peers: {last_line(done.stderr)}"
        lab.say_why(lab.missing_python)


def build_ours(lab, say):
    """Our benchmarks and their baselines, and `millrace` itself."""
    say("our own programs, in release (minutes where nothing is built yet)")
    for words in (["tools/bench", "--build"],
                  ["swift", "build", "--configuration", "release", "--product", "millrace"]):
        done = run(words)
        if done.returncode:
            lab.say_why(f"{' '.join(words)}: {last_line(done.stdout + done.stderr)}")


def is_newer(made, sources):
    return made.exists() and all(made.stat().st_mtime >= source.stat().st_mtime
                                 for source in sources)


def build_peers(lab, say):
    """The harnesses in C, C++ and Java; why one could not be built is kept for its row."""
    say("the peers' harnesses")
    BUILT.mkdir(parents=True, exist_ok=True)
    for name, (compiler, source, libraries) in C_PROGRAMS.items():
        made, path = BUILT / name, PROGRAMS / source
        if is_newer(made, [path, PROGRAMS / "hop.h"]):
            continue
        attempt(lab, name, [*compiler, "-o", made, path, *libraries])
    made, path = BUILT / "java" / "DisruptorPeer.class", PROGRAMS / "DisruptorPeer.java"
    if not is_newer(made, [path]):
        attempt(lab, "java", ["javac", "-cp", DISRUPTOR, "-d", BUILT / "java", path])


def attempt(lab, name, words):
    try:
        done = run(words)
    except FileNotFoundError:
        lab.not_built[name] = f"there is no {words[0]}"
        return
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        lab.not_built[name] = f"{words[0]}: {errors[0] if errors else last_line(done.stderr)}"


def find_python(lab):
    """The environment of the Python packages, where it was made before, whole or in part."""
    made = run(["tools/python-venv", "--peers", "--find"])
    lines = made.stdout.strip().splitlines()
    if made.returncode == 0 and lines:
        lab.python = lines[-1]
    else:
        lab.missing_python = "the Python packages are not installed: run without --no-build"
