"""The local key: made once, for its owner only, and the ids that it makes."""

import os
import re
import stat
from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.tools.platforms.key import NO_ADDRESS, Key, id_maker, load_key, save

SECRET = b"0123456789abcdef0123456789abcdef"


def test_an_id_is_the_hmac_that_openssl_computes() -> None:
    make = id_maker(Key(Path("k"), SECRET, is_new=False))

    # printf ann@example.com | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert make(" Ann@Example.com\t") == "093e3dd9df951c5008225d533a0175475075f7551ed269c5e61fa29bc2819ae4"


@pytest.mark.parametrize("text", ["ann", "@example.com", "ann@", "a@b@c", "ann smith@example.com", "\n", "ann@\nx"])
def test_what_is_no_address_gets_no_id(text: str) -> None:
    assert id_maker(Key(Path("k"), SECRET, is_new=False))(text) == NO_ADDRESS


def test_another_key_gives_other_ids() -> None:
    first, second = (id_maker(Key(Path("k"), secret, is_new=False)) for secret in (SECRET, SECRET[::-1]))

    assert first("ann@example.com") != second("ann@example.com")


def test_a_new_key_is_written_once_for_its_owner_only_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / ".cartjury.key"

    key = load_key(path)
    assert not path.exists()
    said = save(key)

    assert "Keep it and keep it secret" in said[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", path.read_text())
    again = load_key(path)
    assert (again.secret, again.is_new, save(again)) == (key.secret, False, ())


def test_two_new_keys_differ(tmp_path: Path) -> None:
    assert load_key(tmp_path / "a").secret != load_key(tmp_path / "b").secret


def test_a_key_that_somebody_made_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    key = load_key(tmp_path / "k")
    (tmp_path / "k").write_bytes(SECRET)

    with pytest.raises(InputError, match="run this one again"):
        save(key)
    assert (tmp_path / "k").read_bytes() == SECRET


def test_a_short_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("hunter2")

    with pytest.raises(InputError, match="holds 7 bytes") as refused:
        load_key(tmp_path / "k")
    assert "hunter2" not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_a_key_that_others_can_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(SECRET)
    (tmp_path / "k").chmod(0o644)

    (said,) = save(load_key(tmp_path / "k"))

    assert f"chmod 600 {tmp_path / 'k'}" in said


def test_in_a_git_repository_the_key_is_added_to_what_git_ignores_once(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("runs/")

    (said,) = save(load_key(tmp_path / ".cartjury.key"))
    (tmp_path / ".cartjury.key").unlink()
    save(load_key(tmp_path / ".cartjury.key"))

    assert "was added to .gitignore" in said
    assert (tmp_path / ".gitignore").read_text() == "runs/\n.cartjury.key\n"


def test_a_key_does_not_show_itself() -> None:
    assert SECRET.decode() not in repr(Key(Path("k"), SECRET, is_new=True))
