"""What the app says of its own work: spans and metrics, beside the lines of its log.

Nothing is loaded and nothing measured until `exporting.start` was told where to send it. Everything but the
domain and the cards may use it, so it stands below them all and imports nothing of ours (docs/adr/0012).
"""

from shared.telemetry.signals import Marks, is_on, measure, operation, span, traceparent

__all__ = ["Marks", "is_on", "measure", "operation", "span", "traceparent"]
