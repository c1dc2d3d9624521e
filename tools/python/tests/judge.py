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


def _theirs(records, name):
    """A field of their records as plain values."""
    if name[:6] in LEVEL_FIELDS:
        level, field = int(name[-2:]), name[:6]
        return [getattr(record.levels[level], field) for record in records]
    return [getattr(record, name) for record in records]


def _alike(theirs, ours):
    """Whether one value of theirs, an enumeration perhaps, stands for ours."""
    if isinstance(ours, bytes):
        ours = ours.decode("utf-8")
    if isinstance(theirs, str):
        theirs = str(theirs).rstrip("\0")
    if type(theirs) is bool or theirs is None:
        ours = TRI_STATE.get(ours, ours)
    elif isinstance(theirs, databento_dbn.SType):
        theirs = list(databento_dbn.SType.variants()).index(theirs)
    return theirs == ours or str(theirs) == str(ours)


def assert_same(records, rows):
    """Their records are ours, in the same order: each value of each field."""
    assert len(records) == len(rows)
    kinds = {}
    for number, row in enumerate(rows):
        kinds.setdefault(int(row["rtype"]), []).append(number)
    for numbers in kinds.values():
        theirs = [records[number] for number in numbers]
        ours = np.array([rows[number] for number in numbers], rows[numbers[0]].dtype)
        for name in ours.dtype.names:
            if name.startswith("_") or name == "length":
                continue
            one, two = _theirs(theirs, name), ours[name].tolist()
            if one != two:
                wrong = [(numbers[place], name, left, right)
                         for place, (left, right) in enumerate(zip(one, two))
                         if not _alike(left, right)]
                assert not wrong, (type(theirs[0]).__name__, wrong[:5])


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
