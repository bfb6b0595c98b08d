"""What a chat message means: the keyless reader, and the check of any reader's reading.

How a message is read (read.py), each step in the files beside it:

    message    text as it was written
    layers     spoken.py (dictation, brackets, runs of marks), commands.py (--flags), spelling.py, numbers.py,
               all together in prepare.py
    tokens     tokens.py: words, ids, numbers, quotes and marks, each with its place in the text
    mentions   by_id, by_name, by_rule, by_rank, by_size, by_talk: mentions.py; other slots of phrases: slots.py
    phrases    data/chat_phrases.toml, compiled in phrases.py, matched in match.py: every word must be taken
    clauses    acts.py (one wish or question), clauses.py (several, with what may stand around them: skipping.py),
               remarks.py and context.py (talk before and behind wishes, and what "it" means after it)
    edits      build_*.py turn slots into edits or questions, settle.py makes one reading of all ways to read
    else       ask_back.py asks, and offers the part that is understood; reply.py reads an answer to that
"""

from cartjury.tools.understand.check import check_reading
from cartjury.tools.understand.read import read_message, read_plainly

__all__ = ["check_reading", "read_message", "read_plainly"]
