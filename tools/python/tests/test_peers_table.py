"""The table of tools/peers: quotients of the same round, bars, and what is said of the missing."""
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "Benchmarks" / "Peers"))

from lab import NotMeasured, Wrong  # noqa: E402
from section import Part, Section  # noqa: E402
from section_text import messages  # noqa: E402
from table import Figures, Row, result, state_of, table  # noqa: E402


def figures_of(**values):
    figures = Figures()
    for name, rounds in values.items():
        for number, value in enumerate(rounds):
            if value is not None:
                figures.add(name, number, value)
    return figures


def row(unit="M msg/s", **more):
    return Row("a peer", "ours", "peer", unit, "added up", needs=["ours", "peer"], **more)


@pytest.mark.parametrize("unit, expected", [("M msg/s", 4.0), ("ns", 0.25), ("us", 0.25)])
def test_ratio_is_above_one_where_ours_is_better(unit, expected):
    figures = figures_of(ours=[40, 80, 20], peer=[10, 20, 5])
    assert result(row(unit), figures)["ratio"] == expected


def test_ratio_is_the_median_of_the_rounds_that_have_both():
    figures = figures_of(ours=[10, 100, 30, 7], peer=[10, 10, 10, None])
    found = result(row(), figures)
    assert (found["ratio"], found["ours"], found["peer"]) == (3, 20, 10)


@pytest.mark.parametrize("raw, bar, expected", [
    (100, 2, True), (100, 4, False), (420, 2, True), (5_000, 2, None), (100, None, None)])
def test_verdicts_are_given_unless_the_cores_are_busy(raw, bar, expected):
    figures = figures_of(ours=[30], peer=[10], raw=[raw])
    assert result(row(bar=bar, raw="raw"), figures)["ok"] is expected


@pytest.mark.parametrize("raw, state", [
    (90, "near"), (430, "far"), (2_000, "disturbed"), (float("nan"), "unknown")])
def test_state_of_the_cores(raw, state):
    assert state_of(raw) == state


def fails(error):
    def work(_):
        raise error
    return work


@pytest.mark.parametrize("error, is_wrong, text", [
    (NotMeasured("no network"), False, "peer: no network"),
    (Wrong("sum 3, not 4"), True, "peer: wrong result: sum 3, not 4"),
    (FileNotFoundError(2, "No such file", "java"), False, "FileNotFoundError")])
def test_what_is_not_measured_stands_in_the_table_with_its_reason(error, is_wrong, text):
    section = Section("s", "Title", [Part("ours", lambda _: {"a": 3}),
                                     Part("peer", fails(error))],
                      [Row("it", "s/a", "s/b", "ns", "-", needs=["ours", "peer"])])
    figures = Figures()
    section.start(lambda _: None)
    section.round(0, figures, lambda _: None)
    section.settle()
    found = result(section.rows[0], figures)
    assert found["ours"] == 3 and found["peer"] is None and found["ratio"] is None
    assert text in found["not_measured"]
    assert section.is_wrong is is_wrong
    assert f"not measured: {found['not_measured']}" in table([("Title", [found])])


def test_a_part_that_has_failed_is_not_run_again():
    calls = []

    def work(_):
        calls.append(1)
        raise NotMeasured("gone")

    part = Part("peer", work)
    assert [part.run(), part.run()] == [{}, {}]
    assert len(calls) == 1


def test_columns_of_the_table_line_up():
    figures = figures_of(ours=[1234567], peer=[0.5])
    lines = table([("Title", [result(row(bar=2), figures)] * 2)]).splitlines()
    assert lines[1] == "Title"
    assert lines[2] == lines[3]
    assert lines[0].index("verified how") == lines[2].index("added up")
    assert "1,234,570" in lines[2] and ">= 2 yes" in lines[2]


def test_the_texts_are_trades_and_quotes_in_turn_with_exact_decimals():
    data = [json.loads(line)["data"] for line in messages(50)]
    assert [one.get("e", "quote") for one in data] == ["quote", "aggTrade"] * 25
    assert [one["a"] for one in data[1::2]] == list(range(1, 50, 2))
    for one in data[::2]:
        bid, ask = (int(one[key].replace(".", "")) for key in ("b", "a"))
        assert ask - bid == 10**6 and len(one["b"].split(".")[1]) == 8
