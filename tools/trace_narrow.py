"""What of a trace concerns one segment."""

from cartjury.data.trace_records import Branch


def narrowed(branch: Branch, segment_id: str) -> Branch | None:
    """Return what concerns a segment, the way down to it included; None where nothing does.

    What is said of all segments at once, as the steps before the jury are, does not tell why one has its name.
    """
    children = tuple(kept for child in branch.children if (kept := narrowed(child, segment_id)))
    if not children and segment_id not in branch.segments:
        return None
    said = {i: words for i, words in branch.said.items() if i == segment_id}
    return branch.model_copy(update={"children": children, "said": said})
