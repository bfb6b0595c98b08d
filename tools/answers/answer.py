"""One front for all questions about a plan: each topic has a function of its own that reads the record."""

from collections.abc import Callable

from cartjury.data.chat_records import Overview, Topic, WhatChanged, WhatIf, WhoIsIn, WhyName, WhyRank
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.tools.answers.help_text import help_text
from cartjury.tools.answers.history import told
from cartjury.tools.answers.overview import overview
from cartjury.tools.answers.what_changed import what_changed
from cartjury.tools.answers.who_is_in import who_is_in
from cartjury.tools.answers.why_name import why_name
from cartjury.tools.answers.why_rank import why_rank
from cartjury.tools.engine.carts import Carts


def answer(
    topic: Topic, standing: Standing, history: History, carts: Carts, standing_at: Callable[[Revision], Standing]
) -> str:
    """Answer a question from the record.

    Args:
        topic: the question; what edits would do is no question for the record but for a preview.
        standing: what stands at the current revision.
        history: of the thread.
        carts: the rows; only who moved between two revisions is counted anew.
        standing_at: reads what stands at a revision.

    Returns:
        Markdown that reads well as plain text, every number in it from the record.

    Raises:
        EditError: the question names a segment or a revision that is not there.
    """
    match topic:
        case WhyName(segment=segment):
            return why_name(segment, standing, history, standing_at)
        case WhyRank(segment=segment, against=against):
            return why_rank(segment, against, standing)
        case WhoIsIn(segment=segment):
            return who_is_in(segment, standing)
        case WhatChanged(since=since):
            return what_changed(since, standing, history, carts, standing_at)
        case Overview(of=of):
            return {"segments": overview, "history": lambda _: told(history), "help": help_text}[of](standing)
        case WhatIf():
            raise LookupError("what edits would do is shown by a preview")
