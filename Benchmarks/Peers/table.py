"""Figures of several rounds, the rows that compare them, and the table that is printed.

A row divides figures of the same round and takes the median of these quotients, because what a
shared machine does to both at once cancels out. A quotient above 1 means that ours is better,
whether more (rates) or less (times) is better.
"""
import math
import statistics

# Units of which less is better.
TIMES = ("ns", "us", "ms")
# The raw ping-pong of one line tells how far the two cores are from each other just now.
NEAR_NS = 200


def median(values):
    return statistics.median(values) if values else math.nan


class Row:
    """One comparison: `ours` and `peer` name figures; `bar` is the quotient that is wanted.

    `needs` names the parts of the section that must have been measured, `raw` the ping-pong that
    belongs beside it. `why` says why there is no figure; then the row is printed with it.
    """

    def __init__(self, what, ours, peer, unit, verified, *, needs, bar=None, raw=None, note=None):
        self.what, self.ours, self.peer, self.unit = what, ours, peer, unit
        self.verified, self.needs, self.bar, self.raw, self.note = verified, needs, bar, raw, note
        self.why = None


class Figures:
    """Values by name and round."""

    def __init__(self):
        self.rounds = {}

    def add(self, name, number, value):
        self.rounds.setdefault(name, {})[number] = float(value)

    def values(self, name):
        return list(self.rounds.get(name, {}).values())

    def median(self, name):
        return median(self.values(name))

    def quotient(self, row):
        """How much better ours is: the median over the rounds that have both figures."""
        ours, peer = self.rounds.get(row.ours, {}), self.rounds.get(row.peer, {})
        pairs = [(ours[one], peer[one]) for one in ours if one in peer]
        if row.unit in TIMES:
            pairs = [(other, one) for one, other in pairs]
        return median([one / other for one, other in pairs if other > 0])


def state_of(raw):
    """Near, far, or disturbed: what a raw round trip in nanoseconds says about the two cores."""
    if math.isnan(raw):
        return "unknown"
    return "near" if raw < NEAR_NS else "far" if raw < 1_000 else "disturbed"


def result(row, figures):
    """A row as an object: what --json prints and the table is made of."""
    ours, peer = figures.median(row.ours), figures.median(row.peer)
    quotient = figures.quotient(row)
    why = row.why
    if why is None and math.isnan(peer):
        why = "no figure"
    raw = figures.median(row.raw) if row.raw else math.nan
    met = None
    # With the cores busy elsewhere a figure between them says nothing: no verdict.
    if row.bar is not None and not math.isnan(quotient) and state_of(raw) != "disturbed":
        met = quotient >= row.bar
    return {
        "what": row.what, "unit": row.unit, "ours": number(ours), "peer": number(peer),
        "ratio": number(quotient), "bar": row.bar, "ok": met, "raw_ns": number(raw),
        "rounds": len(figures.values(row.peer)), "verified": row.verified, "note": row.note,
        "not_measured": why}


def number(value):
    """A figure for JSON: None where there is none."""
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")


def text(value):
    """A figure with three significant digits, or a dash."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 0.01 else f"{value:.{2 if value < 10 else 1}f}"


def table(sections):
    """The printed table: `sections` are pairs of a title and the results of its rows."""
    head = ["what", "unit", "ours", "peer", "ratio", "bar", "raw ns", "verified how"]
    cells = []
    for title, results in sections:
        cells.append([title])
        for one in results:
            cells.append(line(one))
            if one["not_measured"]:
                cells.append([f"    not measured: {one['not_measured']}"])
            elif one["note"]:
                cells.append([f"    {one['note']}"])
    whole = [row for row in cells if len(row) > 1]
    widths = [max(len(row[index]) for row in [head] + whole) for index in range(len(head))]
    lines = []
    for row in [head] + cells:
        if len(row) == 1:
            lines.append(row[0])
            continue
        padded = [cell.ljust(width) if index in (0, 1, 7) else cell.rjust(width)
                  for index, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def line(one):
    """The cells of one result."""
    bar = "-"
    if one["bar"] is not None:
        bar = f">= {one['bar']:g}"
        bar += {True: " yes", False: " no", None: " ?"}[one["ok"]]
    return ["  " + one["what"], one["unit"], text(one["ours"]), text(one["peer"]),
            text(one["ratio"]), bar, text(one["raw_ns"]), one["verified"]]
