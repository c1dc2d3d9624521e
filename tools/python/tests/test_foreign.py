"""DBN files of other programs, read as if they were segments."""
import pathlib

import databento
import lz4.frame
import pytest
import zstandard

import judge
from millrace import frames, journal
from millrace.records import RECORDS
from samples import SYMBOLS, random_stream
from writer import metadata

CAPTURES = pathlib.Path(__file__).parents[4] / "shared/captures/databento-dbn"
PACK = {"dbn": bytes, "dbn.zst": zstandard.ZstdCompressor(level=3).compress,
        "dbn.lz4": lz4.frame.compress}


@pytest.mark.parametrize("ending", PACK)
def test_whole_and_cut(tmp_path, ending, monkeypatch):
    monkeypatch.setattr("millrace.foreign.CHUNK_BYTES", 5000)
    rows = random_stream(RECORDS, 2000, 4)
    data = metadata(symbols=SYMBOLS) + b"".join(row.tobytes() for row in rows)
    path = tmp_path / f"other.{ending}"
    path.write_bytes(PACK[ending](data))
    found = journal.open(path)
    assert [row.tobytes() for batch in found for _, row in batch.rows()] == [
        row.tobytes() for row in rows]
    assert not found.findings
    assert len(frames.to_arrow(path, "mbo", symbols=["AAA"])) > 0
    path.write_bytes(PACK[ending](data[:-5]))
    found = journal.open(path)
    assert sum(found.counts().values()) == len(rows) - 1
    assert "no whole record" in found.findings[0].text


def test_no_dbn(tmp_path):
    for content in (b"", b"DBN", b"something else altogether", zstandard.compress(b"nothing")):
        path = tmp_path / "14-0.dbn"
        path.write_bytes(content)
        with pytest.raises(journal.JournalError):
            journal.open(path)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("official/*.v3.dbn.zst")),
                         ids=lambda path: path.name)
def test_official_files_of_version_3(path):
    rows = [row for batch in journal.open(path) for _, row in batch.rows()]
    judge.assert_same(list(databento.DBNStore.from_file(str(path))), rows)
