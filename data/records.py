"""The vocabulary, all of it: frozen pydantic records, JSON-native, in the words of the README and the messages.

    SegmentPlan
      |- dimensions   AOV: avg_order_value, cuts (45, 120) -> Unknown | Low | Medium | High
      |- segments     S01: {AOV_High & Engagement_High & Profit_High}, named Premium_Active_Valuable
      |                 `- boxes: one level of every dimension, perhaps narrowed by local intervals
      `- size policy, weights, priorities, locks, log, provenance

    rule_records.py   what a rule is made of       jury_records.py   what a jury is shown, says and decides
    plan_records.py   what a plan is made of       run_records.py    what a run reads, measures, proves and writes

A `SegmentPlan` whose segments do not partition the rule space cannot be constructed (partition.py).
"""

from cartjury.data.base import Origin, Record, Share
from cartjury.data.jury_records import (
    PERSONAS,
    Abstention,
    Ballot,
    JuryRecord,
    Persona,
    Proposal,
    SegmentBrief,
    Trait,
    Verdict,
)
from cartjury.data.plan_records import (
    SCHEMA_VERSION,
    Baseline,
    LogEntry,
    Provenance,
    ScoreWeights,
    SegmentPlan,
    SizePolicy,
)
from cartjury.data.rule_records import (
    BUCKET_COLUMNS,
    ELSE,
    LEVEL_NAMES,
    UNKNOWN,
    Box,
    Comparison,
    Dimension,
    Interval,
    Level,
    Segment,
)
from cartjury.data.run_records import (
    METRICS,
    Certificate,
    Counterexample,
    Dataset,
    FileEntry,
    Manifest,
    MetricName,
    SegmentProfile,
    SegmentScore,
    Universe,
)

__all__ = [
    "BUCKET_COLUMNS",
    "ELSE",
    "LEVEL_NAMES",
    "METRICS",
    "PERSONAS",
    "SCHEMA_VERSION",
    "UNKNOWN",
    "Abstention",
    "Ballot",
    "Baseline",
    "Box",
    "Certificate",
    "Comparison",
    "Counterexample",
    "Dataset",
    "Dimension",
    "FileEntry",
    "Interval",
    "JuryRecord",
    "Level",
    "LogEntry",
    "Manifest",
    "MetricName",
    "Origin",
    "Persona",
    "Proposal",
    "Provenance",
    "Record",
    "ScoreWeights",
    "Segment",
    "SegmentBrief",
    "SegmentPlan",
    "SegmentProfile",
    "SegmentScore",
    "Share",
    "SizePolicy",
    "Trait",
    "Universe",
    "Verdict",
]
