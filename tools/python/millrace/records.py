"""The records as numpy structured types: DBN version 3, byte for byte.

Prices are integers in units of 1e-9, times are ns since the Unix epoch; what is not known has the
value of UNDEFINED_PRICE, UNDEFINED_TIME or UNDEFINED_SIZE.
"""
import numpy as np

UNDEFINED_PRICE = 2**63 - 1
UNDEFINED_TIME = 2**64 - 1
UNDEFINED_SIZE = 2**32 - 1


def _record(byte_count, text):
    """A DBN version 3 record: the common header, then `name type` pairs without gaps."""
    head = "length u1, rtype u1, publisher_id u2, instrument_id u4, ts_event u8, "
    fields = []
    for pair in (head + text).split(","):
        name, kind = pair.split()
        fields.append((name, kind if kind[0] == "S" or kind[1:] == "1" else "<" + kind))
    dtype = np.dtype(fields)
    assert dtype.itemsize == byte_count, (text, dtype.itemsize)
    return dtype


def _levels(count, text):
    return "".join(", " + ", ".join(
        "{}_{:02d} {}".format(*pair.split()[:1], level, pair.split()[1])
        for pair in text.split(",")) for level in range(count))


_LEVEL = "bid_px i8, ask_px i8, bid_sz u4, ask_sz u4, bid_ct u4, ask_ct u4"
_VENUE_LEVEL = ("bid_px i8, ask_px i8, bid_sz u4, ask_sz u4, bid_pb u2, _reserved_bid u2, "
                "ask_pb u2, _reserved_ask u2")
_TRADE = ("price i8, size u4, action S1, side S1, flags u1, depth u1, ts_recv u8, ts_in_delta i4, "
          "sequence u4")
_BBO = ("price i8, size u4, _reserved1 u1, side S1, flags u1, _reserved2 u1, ts_recv u8, "
        "_reserved3 u4, sequence u4")
_CMBP = ("price i8, size u4, action S1, side S1, flags u1, _reserved1 u1, ts_recv u8, "
         "ts_in_delta i4, _reserved2 u4")
_CBBO = ("price i8, size u4, _reserved1 u1, side S1, flags u1, _reserved2 u1, ts_recv u8, "
         "_reserved3 u8")
_OHLCV = "open i8, high i8, low i8, close i8, volume u8"

MBO = _record(56, "order_id u8, price i8, size u4, flags u1, channel_id u1, action S1, side S1, "
                  "ts_recv u8, ts_in_delta i4, sequence u4")
TRADE = _record(48, _TRADE)
MBP_1 = _record(80, _TRADE + _levels(1, _LEVEL))
MBP_10 = _record(368, _TRADE + _levels(10, _LEVEL))
BBO = _record(80, _BBO + _levels(1, _LEVEL))
CMBP_1 = _record(80, _CMBP + _levels(1, _VENUE_LEVEL))
CBBO = _record(80, _CBBO + _levels(1, _VENUE_LEVEL))
OHLCV = _record(56, _OHLCV)
STATUS = _record(40, "ts_recv u8, action u2, reason u2, trading_event u2, is_trading S1, "
                     "is_quoting S1, is_short_sell_restricted S1, _reserved S7")
IMBALANCE = _record(112, (
    "ts_recv u8, ref_price i8, auction_time u8, cont_book_clr_price i8, "
    "auct_interest_clr_price i8, ssr_filling_price i8, ind_match_price i8, upper_collar i8, "
    "lower_collar i8, paired_qty u4, total_imbalance_qty u4, market_imbalance_qty u4, "
    "unpaired_qty u4, auction_type S1, side S1, auction_status u1, freeze_status u1, "
    "num_extensions u1, unpaired_side S1, significant_imbalance S1, _reserved u1"))
STATISTICS = _record(80, (
    "ts_recv u8, ts_ref u8, price i8, quantity i8, sequence u4, ts_in_delta i4, stat_type u2, "
    "channel_id u2, update_action u1, stat_flags u1, _reserved S18"))
DEFINITION = _record(520, (
    "ts_recv u8, min_price_increment i8, display_factor i8, expiration u8, activation u8, "
    "high_limit_price i8, low_limit_price i8, max_price_variation i8, unit_of_measure_qty i8, "
    "min_price_increment_amount i8, price_ratio i8, strike_price i8, raw_instrument_id u8, "
    "leg_price i8, leg_delta i8, inst_attrib_value i4, underlying_id u4, market_depth_implied i4, "
    "market_depth i4, market_segment_id u4, max_trade_vol u4, min_lot_size i4, "
    "min_lot_size_block i4, min_lot_size_round_lot i4, min_trade_vol u4, contract_multiplier i4, "
    "decay_quantity i4, original_contract_size i4, leg_instrument_id u4, "
    "leg_ratio_price_numerator i4, leg_ratio_price_denominator i4, leg_ratio_qty_numerator i4, "
    "leg_ratio_qty_denominator i4, leg_underlying_id u4, appl_id i2, maturity_year u2, "
    "decay_start_date u2, channel_id u2, leg_count u2, leg_index u2, currency S4, "
    "settl_currency S4, secsubtype S6, raw_symbol S71, group S21, exchange S5, asset S11, cfi S7, "
    "security_type S7, unit_of_measure S31, underlying S21, strike_price_currency S4, "
    "leg_raw_symbol S71, instrument_class S1, match_algorithm S1, main_fraction u1, "
    "price_display_format u1, sub_fraction u1, underlying_product u1, security_update_action S1, "
    "maturity_month u1, maturity_day u1, maturity_week u1, user_defined_instrument S1, "
    "contract_multiplier_unit i1, flow_schedule_type i1, tick_rule u1, leg_instrument_class S1, "
    "leg_side S1, _reserved S17"))
ERROR = _record(320, "err S302, code u1, is_last u1")
SYMBOL_MAPPING = _record(176, ("stype_in u1, stype_in_symbol S71, stype_out u1, "
                               "stype_out_symbol S71, start_ts u8, end_ts u8"))
SYSTEM = _record(320, "msg S303, code u1")

# rtype: the name under which poll() returns the records, and their dtype.
RECORDS = {
    0x00: ("trades", TRADE), 0x01: ("mbp-1", MBP_1), 0x0A: ("mbp-10", MBP_10),
    0x11: ("ohlcv", OHLCV), 0x12: ("status", STATUS), 0x13: ("definition", DEFINITION),
    0x14: ("imbalance", IMBALANCE), 0x15: ("error", ERROR),
    0x16: ("symbol-mapping", SYMBOL_MAPPING), 0x17: ("system", SYSTEM),
    0x18: ("statistics", STATISTICS), 0x20: ("ohlcv-1s", OHLCV), 0x21: ("ohlcv-1m", OHLCV),
    0x22: ("ohlcv-1h", OHLCV), 0x23: ("ohlcv-1d", OHLCV), 0x24: ("ohlcv-eod", OHLCV),
    0xA0: ("mbo", MBO), 0xB1: ("cmbp-1", CMBP_1), 0xC0: ("cbbo-1s", CBBO),
    0xC1: ("cbbo-1m", CBBO), 0xC2: ("tcbbo", CMBP_1), 0xC3: ("bbo-1s", BBO),
    0xC4: ("bbo-1m", BBO),
}

DTYPES = {code: dtype for code, (_, dtype) in RECORDS.items()}
RTYPES = {name: code for code, (name, _) in RECORDS.items()}
MAX_RECORD_BYTES = 1020

# By the number in DBN metadata.
SCHEMA_NAMES = ("mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h",
                "ohlcv-1d", "definition", "statistics", "status", "imbalance", "ohlcv-eod",
                "cmbp-1", "cbbo-1s", "cbbo-1m", "tcbbo", "bbo-1s", "bbo-1m")
# Quotes at the ends of intervals: rtypes, and the numbers of their schemas.
SAMPLED = frozenset(code for code, (name, _) in RECORDS.items() if name.startswith(("bbo", "cbbo")))
SAMPLED_SCHEMAS = frozenset(number for number, name in enumerate(SCHEMA_NAMES)
                            if name.startswith(("bbo", "cbbo")))

_TIMES = {"auction_time", "expiration", "activation", "start_ts", "end_ts", "ts_ref"}
_PRICES = {
    "price", "open", "high", "low", "close", "ref_price", "cont_book_clr_price",
    "auct_interest_clr_price", "ssr_filling_price", "ind_match_price", "upper_collar",
    "lower_collar", "min_price_increment", "display_factor", "high_limit_price",
    "low_limit_price", "max_price_variation", "unit_of_measure_qty",
    "min_price_increment_amount", "price_ratio", "strike_price", "leg_price", "leg_delta",
}


def schema_of(rtype):
    """The name of the records of an rtype: its schema's, or that of the gateway message."""
    return RECORDS[rtype][0] if rtype in RECORDS else f"rtype-0x{rtype:02X}"


def kind_of(name, dtype):
    """What a field means: "time", "price", "char", "text", "reserved" or "number"."""
    if name.startswith("_"):
        return "reserved"
    if dtype.kind == "S":
        return "char" if dtype.itemsize == 1 else "text"
    if name in _TIMES or name in ("ts_event", "ts_recv"):
        return "time"
    return "price" if name in _PRICES or name[:6] in ("bid_px", "ask_px") else "number"
