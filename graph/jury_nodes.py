"""The nodes of the jury: jurors propose side by side, rank blind, a judge decides, the contested is debated."""

import time
from typing import Protocol

from cartjury.agents import offline
from cartjury.data.jury_records import JuryRecord, Persona, SegmentBrief
from cartjury.data.lexicon import load_lexicon
from cartjury.graph.nodes import plain
from cartjury.graph.routes import MAX_ROUNDS
from cartjury.graph.state import JuryState, Update
from cartjury.tools.naming import check_name
