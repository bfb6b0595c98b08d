"""Broken files from outside, each with what has to come of it; skipped without SAMPLE_CARTS."""

import json
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.errors import InputError
from tests.carts import SAMPLES, loaded, stored

NASTY = SAMPLES / "nasty"
MANIFEST = NASTY / "manifest.json"
ENTRIES: list[dict[str, Any]] = json.loads(MANIFEST.read_text())["files"] if MANIFEST.is_file() else []
CARTS = [entry for entry in ENTRIES if not entry["file"].startswith("events")]
# What has to be said: in the error, or in the notices where the file is read.
SAID = {
    "02": ["separated by ';'", "avg_order_value: 6 values were read with a decimal comma"],
    "03": ["UTF-16"],
    "05": ["'20/11/2026 10:15'", "'22 Nov 2026'", "--date-format"],
    "07": ["'u001' is also in row 1", "'u002' is also in row 2", "' u004 ' begins or ends with a space"],
    "10": ["'1.51592E+18'"],
    "14": ["is empty"],
    "15": ["no rows below its header"],
    "16": ["too few for quantiles"],
    "20": ["engagement_score is entirely empty"],
    "21": ["'inf'", "'-Infinity'", "'1e400'"],
    "22": ["'-120.00' is negative", "'(75.00)'"],
    "25": ["1,000,000 characters"],
    "27": ["2 users ordered on or after the cart date"],
    "29": ["--scale engagement_score=100"],
    "30": ["missing column num_cart_items", "found: user_id"],
    "31": ["'Average Order Value' as avg_order_value"],
    "33": ["engagement_score occurs twice"],
    "34": ["row 2", "(6, the header has 8)", "row 3", "(9, the header has 8)"],
    "35": ["row 1", "(11, the header has 8)", "decimal comma"],
    "36": ["blank lines were passed over", "1 row without any value left out"],
    "37": ["lines end in different ways"],
    "39": ["row 6"],
    "40": ["last_order_date: 9 cells with NA, null or the like count as empty"],
    "41": ["1 of cart_abandoned_date without a zone were taken as UTC"],
    "45": ["'$49.90'", "'310.25 USD'"],
    "46": ["'2.5'", "'-1'", "'99999999999999999999'"],
    "48": ["invisible characters", "NFC and NFD"],
    "53": ["an Excel workbook or a zip archive; export it as CSV"],
    "54": ["looks like JSON lines"],
    "55": ["separated by '|'"],
    "57": ["200 bad rows", "and 180 more"],
    "58": ["as user_id", "curly quotes"],
}
QUIET = {"00", "13", "23", "24", "52", "56"}


def opened(folder: Path, name: str, **options: Any) -> tuple[Path, list[str], int]:
    """Read a copy of a file, and return it, the lines that were said, and how many users there are."""
    path = folder / name
    path.write_bytes((NASTY / name).read_bytes())
    try:
        found = loaded(path, **options)
    except InputError as error:
        assert not (folder / f"{name}.work" / "text.csv").exists()
        return path, str(error).splitlines(), 0
    return path, list(found.notices), found.rows


@pytest.mark.parametrize("entry", CARTS, ids=lambda entry: entry["file"])
def test_a_broken_file_is_read_or_refused_as_its_manifest_says(tmp_path: Path, entry: dict[str, Any]) -> None:
    _, said, users = opened(tmp_path, entry["file"])
    if entry["expect"] == "accept" or "convert" in entry["expect"]:
        assert users == entry["usable_users"]
    if entry["expect"] == "error":
        assert not users
    for text in SAID.get(entry["file"][:2], []):
        assert any(text in line for line in said), said
    if entry["file"][:2] in QUIET:
        assert not said


@pytest.mark.parametrize("entry", CARTS, ids=lambda entry: entry["file"])
def test_a_quarantine_leaves_the_usable_users(tmp_path: Path, entry: dict[str, Any]) -> None:
    # Lines that end in different ways are refused as a whole.
    expected = 0 if entry["file"].startswith("37") else entry["usable_users"]
    assert opened(tmp_path, entry["file"], on_bad_rows="quarantine")[2] == expected


@pytest.mark.parametrize(
    "entry", [e for e in CARTS if e["expect"] == "error" and e["error_locations"]], ids=lambda entry: entry["file"]
)
def test_an_error_names_row_and_column_of_the_first_faults(tmp_path: Path, entry: dict[str, Any]) -> None:
    _, said, _ = opened(tmp_path, entry["file"])
    for place in entry["error_locations"]:
        wanted = [f"row {place['data_row']}"] if place["data_row"] else []
        wanted += [place["column"]] if place["column"] != "*" else []
        assert any(all(text in line for text in wanted) for line in said), (wanted, said)


@pytest.mark.skipif(not CARTS, reason="SAMPLE_CARTS names no folder with nasty/")
def test_converted_values_are_those_of_the_clean_file(tmp_path: Path) -> None:
    clean = stored(loaded(opened(tmp_path, "00_clean_control.csv")[0]))
    for name in ("02_semicolon_decimal_comma", "03_utf16le_tab.txt", "31_renamed_headers", "55_pipe_delimited"):
        path, _, _ = opened(tmp_path, f"{name}.csv")
        columns = [c for c in clean if c not in {"is_bad", "problems", "raw", "marks"}]
        assert stored(loaded(path))[columns].equals(clean[columns])


@pytest.mark.skipif(not CARTS, reason="SAMPLE_CARTS names no folder with nasty/")
def test_instants_that_are_the_same_are_the_same_day(tmp_path: Path) -> None:
    days = stored(loaded(opened(tmp_path, "41_timezones.csv")[0]))["cart_abandoned_date"].astype(str).tolist()
    assert days == ["2026-11-20"] * 3 + ["2026-10-25", "2026-11-20", "2026-11-19"]
