"""Spans over the same bounded line, where OpenTelemetry is asked for (LANGSMITH_OTEL_ENABLED, LANGSMITH_OTEL_ONLY).

LangSmith's own provider would go by the exporter's times: ten seconds a request, and a minute of retries at the end.
"""

import os
from typing import TYPE_CHECKING, Final

from langsmith.utils import get_api_key, get_api_url, get_tracer_project

from cartjury.graph.tracing_line import Line

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE: Final = "cartjury"
RETRYING: Final = 1.0  # seconds that the exporter tries again for; the line itself retries too
PAUSE: Final = 500  # milliseconds between batches
MANY: Final = 64  # spans in a batch: prompts are long, and collectors take 4 MiB at once


def provider_over(line: Line) -> "TracerProvider":
    """Make the provider of spans.

    Raises:
        ImportError: the extra `otel` is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ImportError("OpenTelemetry is asked for: install cartjury[otel]") from error

    exporter = OTLPSpanExporter(endpoint=endpoint(), headers=headers(), timeout=RETRYING, session=line)
    resource = Resource({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=PAUSE, max_export_batch_size=MANY))
    return provider


def endpoint() -> str:
    """Where spans are sent, by OpenTelemetry's variables; LangSmith where they say nothing."""
    whole = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or f"{get_api_url(None)}/otel"
    return whole or f"{base.rstrip('/').removesuffix('/v1/traces')}/v1/traces"


def headers() -> dict[str, str]:
    """What is sent along: what OTEL_EXPORTER_OTLP_HEADERS says; to LangSmith its key and project."""
    given = os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    if given:
        pairs = (pair.partition("=") for pair in given.split(",") if "=" in pair)
        return {key.strip(): value.strip() for key, _, value in pairs}
    if any(os.environ.get(f"OTEL_EXPORTER_OTLP_{kind}ENDPOINT") for kind in ("", "TRACES_")):
        return {}  # a collector of somebody else's has no use for a key of LangSmith
    return {"x-api-key": get_api_key(None) or "", "Langsmith-Project": get_tracer_project() or ""}
