"""A section of the table: our own neighbour, its peers, and the rows that compare them.

In each round every part runs once, one after the other; so a row's figures are of the same minute.
A part that cannot be started or run says why, and its rows are printed with that.
"""
from lab import NotMeasured, Wrong


class Part:
    """Something to be measured: `start` makes what `run` needs; `run` gives figures by name."""

    def __init__(self, name, run, start=None):
        self.name, self._run, self._start = name, run, start
        self.state, self.why, self.is_wrong = None, None, False

    def _guarded(self, work):
        try:
            return work()
        except NotMeasured as error:
            self.why = str(error)
        except Wrong as error:
            self.why, self.is_wrong = f"wrong result: {error}", True
        except (OSError, KeyError, ValueError) as error:
            self.why = f"{type(error).__name__}: {error}"
        return None

    def start(self):
        if self._start is not None:
            self.state = self._guarded(self._start)

    def run(self):
        """Figures of one round; nothing where this part is not measured."""
        if self.why is not None:
            return {}
        found = self._guarded(lambda: self._run(self.state))
        return found or {}


class Section:
    """Parts and rows; the first part is ours."""

    def __init__(self, name, title, parts, rows):
        self.name, self.title, self.parts, self.rows = name, title, parts, rows

    def start(self, say):
        for part in self.parts:
            say(f"{self.name}: {part.name}")
            part.start()

    def round(self, number, figures, say):
        for part in self.parts:
            say(f"round {number + 1}, {self.name}: {part.name}")
            for name, value in part.run().items():
                figures.add(f"{self.name}/{name}", number, value)

    def settle(self):
        """Gives each row the reason of the part that it needs and that was not measured."""
        whys = {part.name: part.why for part in self.parts if part.why}
        for row in self.rows:
            for needed in row.needs:
                if needed in whys and row.why is None:
                    row.why = f"{needed}: {whys[needed]}"

    @property
    def is_wrong(self):
        return any(part.is_wrong for part in self.parts)
