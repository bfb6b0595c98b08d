"""The readers of the round trip that need no model provider."""

from cartjury.tools.evals.embedding import MissingModelError, embedder
from cartjury.tools.evals.lexicon_reader import lexicon_reader
from cartjury.tools.evals.meaning_reader import LABEL, NAME, MeaningReader
from cartjury.tools.evals.reader import Absent, Reader


def readers() -> tuple[Reader | Absent, ...]:
    """One that shares the jury's lexicon, and one that shares nothing with it; of that its package may be missing."""
    try:
        independent: Reader | Absent = MeaningReader(embedder())
    except MissingModelError as error:
        independent = Absent(NAME, LABEL, str(error))
    return (lexicon_reader(), independent)
