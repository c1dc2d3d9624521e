"""What the sections share: child processes that end with us, a scratch folder, our own programs.

Every child runs in a session of its own and dies with this process, however that ends; `Lab` is
used as a context and stops what is left, servers included.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
BUILT = ROOT / ".build" / "peers"
FOLDER = "millrace-peers-"
PR_SET_PDEATHSIG = 1
# How long one answer of a peer may take.
PATIENCE_SECONDS = 120
# What a harness ends with where a result is wrong; our own benchmarks end with 1 then.
WRONG, BENCH_WRONG = 3, 1


class NotMeasured(Exception):
    """A peer that cannot be measured here; the message says why."""


class Wrong(Exception):
    """A result that is not what the peers agree on."""


def expect(found, wanted, what):
    if found != wanted:
        raise Wrong(f"{what}: {found}, not {wanted}")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def remove_abandoned(place):
    """Scratch folders of runs that were killed."""
    for folder in pathlib.Path(place).glob(FOLDER + "*"):
        process = folder.name.removeprefix(FOLDER).split("-")[0]
        if process.isdigit() and not os.path.exists(f"/proc/{process}"):
            shutil.rmtree(folder, ignore_errors=True)


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


class Lab:
    """One run: its options, children, scratch folder and what was found out about versions."""

    def __init__(self, options):
        self.quick, self.versions, self.children = options.quick, {}, []
        self.python, self.whys, self.not_built, self.endings = None, [], {}, []
        self.missing_python = "the Python packages are not installed"
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
        remove_abandoned(shared)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-", dir=shared))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            stop(child)
        for ending in self.endings:
            ending()
        shutil.rmtree(self.folder, ignore_errors=True)

    def at_end(self, work):
        """`work` is called when the children have ended."""
        self.endings.append(work)

    def say_why(self, text):
        """Something that will be missing: printed at once and in the result."""
        self.whys.append(text)
        print(f"tools/peers: {text}", file=sys.stderr)

    def size(self, usual, quick):
        return quick if self.quick else usual

    def start(self, words, **options):
        """Starts a child that ends with us."""
        child = subprocess.Popen(
            [str(word) for word in words], start_new_session=True, preexec_fn=die_with_parent,
            **options)
        self.children.append(child)
        return child

    def run(self, words, wrong=WRONG, patience=PATIENCE_SECONDS, cpus=None):
        """Runs a program to its end; its standard output.

        Throws Wrong where its exit code is `wrong`, NotMeasured where it fails otherwise.
        """
        words = (["taskset", "-c", cpus] if cpus else []) + [str(word) for word in words]
        child = self.start(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            output, errors = child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"{words[0]}: no end after {patience} s") from None
        finally:
            stop(child)
            self.children.remove(child)
        name = os.path.basename(words[3] if cpus else words[0])
        if child.returncode == wrong:
            raise Wrong(f"{name}: {last_line(errors)}")
        if child.returncode:
            raise NotMeasured(f"{name}: exit code {child.returncode}: {last_line(errors)}")
        return output

    def objects(self, words, **options):
        """Runs a program that prints one JSON object a line."""
        return [json.loads(line) for line in self.run(words, **options).splitlines() if line]

    def bench(self, name, *words):
        """One round of one of our own benchmarks: its figures by name, and the whole report."""
        release = ROOT / ".build" / "release" / "millrace-bench"
        if not release.exists():
            raise NotMeasured("millrace-bench is not built: run without --no-build")
        if name not in self.benches():
            raise NotMeasured(f"tools/bench has no benchmark {name}")
        report = json.loads(self.run(
            [release, name, "--json", "--rounds", "1", "--baselines",
             ROOT / ".build" / "baselines", *words], wrong=BENCH_WRONG))
        return {one["name"]: one["median"] for one in report["results"]}, report

    def tool(self, name):
        """The path of a program of a package."""
        path = shutil.which(name)
        if path is None:
            raise NotMeasured(f"there is no {name}: tools/setup --peers")
        return path

    def needed(self, path):
        if not os.path.exists(path):
            raise NotMeasured(f"there is no {path}: tools/setup --peers")
        return path

    def built(self, name):
        """One of the harnesses' programs."""
        if name in self.not_built:
            raise NotMeasured(f"{name} could not be built: {self.not_built[name]}")
        if not (BUILT / name).exists():
            raise NotMeasured(f"{name} is not built: run without --no-build")
        return BUILT / name

    def program(self, name):
        return PROGRAMS / name

    def package_version(self, name):
        """The version of a Debian package."""
        found = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", name],
                               capture_output=True, text=True, check=False)
        return found.stdout.strip() if found.returncode == 0 else "not installed"

    def benches(self):
        """Names of our own benchmarks."""
        listed = subprocess.run(
            [ROOT / ".build" / "release" / "millrace-bench"], capture_output=True, text=True,
            check=False).stderr
        return [line.split(":")[0].strip() for line in listed.splitlines() if ":" in line]

    def millrace(self, *words):
        return self.run([ROOT / ".build" / "release" / "millrace", *words])

    def worker(self, words, cpus=None, **environment):
        return Worker(self, words, cpus, environment)

    def python_worker(self, program, *words, cpus=None):
        """A peer's harness in the environment of the Python packages."""
        if self.python is None:
            raise NotMeasured(self.missing_python)
        return self.worker([self.python, "-B", PROGRAMS / program, *words], cpus,
                           PYTHONPATH=str(ROOT / "tools" / "python"))


class Worker:
    """A peer that stays loaded: a line goes in, one JSON object comes out.

    Its first line names the versions of what it measures.
    """

    def __init__(self, lab, words, cpus, environment):
        self.name = os.path.basename(str(next(
            (word for word in words if str(word).startswith(str(PROGRAMS))), words[0])))
        prefix = ["taskset", "-c", cpus] if cpus else []
        self.errors = open(lab.folder / f"{self.name}-{len(lab.children)}.log", "w+",
                           encoding="utf-8")
        self.child = lab.start(
            prefix + list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, text=True, env={**os.environ, **environment})
        lab.versions.update(self.answer())

    def answer(self):
        line = self.child.stdout.readline()
        if not line:
            code = self.child.wait()
            self.errors.seek(0)
            text = f"{self.name}: {last_line(self.errors.read())}"
            raise Wrong(text) if code == WRONG else NotMeasured(text)
        return json.loads(line)

    def ask(self, *words):
        """What the peer answers to these words."""
        try:
            self.child.stdin.write(" ".join(str(word) for word in words) + "\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            pass
        return self.answer()


def stop(child):
    """Ends a child and all that it has started: asked first, then made to."""
    end = time.monotonic() + 2
    signal_group(child, signal.SIGTERM)
    while child.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    signal_group(child, signal.SIGKILL)
    child.wait()


def signal_group(child, number):
    """To the session of a child, which may live on after it."""
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        pass
