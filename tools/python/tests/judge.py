"""What public readers say of our files, compared with our own reading field by field."""
import subprocess

import databento
import databento_dbn
import lz4.frame
import numpy as np

LEVEL_FIELDS = ("bid_px", "ask_px", "bid_sz", "ask_sz", "bid_ct", "ask_ct", "bid_pb", "ask_pb")
TRI_STATE = {"Y": True, "N": False, "~": None}


def content(path):
    """The file as the usual tools decompress it."""
    if path.endswith(".zst"):
        return tool("zstd", "-dc", path)
    return tool("lz4", "-dc", path) if path.endswith(".lz4") else open(path, "rb").read()


def tool(*command):
    """What a command wrote to its standard output; it must end well."""
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stderr[-500:])
    return done.stdout


def test_frames(path):
    """`zstd -t` or `lz4 -t`."""
    if path.endswith((".zst", ".mrc")):
        tool("zstd", "-t", "-q", path)
    elif path.endswith(".lz4"):
        tool("lz4", "-t", "-q", path)


test_frames.__test__ = False


def decode(data):
    """The metadata and the records that databento_dbn.DBNDecoder finds in DBN bytes."""
    decoder = databento_dbn.DBNDecoder(
        upgrade_policy=databento_dbn.VersionUpgradePolicy.AS_IS)
    decoder.write(data)
    metadata, *records = decoder.decode()
    return metadata, records


def stored(path):
    """The records that databento.DBNStore finds in a file."""
    return list(databento.DBNStore.from_file(path))


def differences(record, row):
    """[(field, their value, ours)] of a record of theirs and one of ours."""
    found = []
    for name in row.dtype.names:
        if name.startswith("_") or name == "length":
            continue
        ours = row[name].item()
        ours = ours.decode("utf-8") if isinstance(ours, bytes) else ours
        if name[:6] in LEVEL_FIELDS:
            theirs = getattr(record.levels[int(name[-2:])], name[:6])
        else:
            theirs = getattr(record, name)
        if type(theirs) is bool or theirs is None:
            ours = TRI_STATE.get(ours, ours)
        elif name in ("stype_in", "stype_out"):
            if not isinstance(theirs, int):  # an unknown one is left as a number
                theirs = list(databento_dbn.SType.variants()).index(theirs)
        if theirs != ours and str(theirs) != str(ours):
            found.append((name, theirs, ours))
    return found


def assert_same(records, rows):
    """Their records are ours, each value of each field."""
    assert len(records) == len(rows)
    for number, (record, row) in enumerate(zip(records, rows)):
        wrong = differences(record, row)
        assert not wrong, (number, type(record).__name__, wrong)


def assert_arrays_equal(theirs, ours):
    """databento's structured arrays hold what ours hold; their field names are flattened ours."""
    assert len(theirs) == len(ours)
    checked = 0
    for name in theirs.dtype.names:
        if name in ours.dtype.names and not name.startswith("_") and name != "length":
            one, two = theirs[name], ours[name]
            assert np.array_equal(one, two), name
            checked += 1
    assert checked >= 6, theirs.dtype.names


def lz4_content(data):
    """The frames of an LZ4 file one after the other, skippable ones passed over."""
    result = b""
    while data:
        decoder = lz4.frame.LZ4FrameDecompressor()
        result += decoder.decompress(data)
        data = decoder.unused_data or b""
    return result
