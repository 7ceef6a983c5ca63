"""What the Grafana dashboard shows of the API."""

from textops.monitoring.grafana import ONE_IS_GOOD, YES_OR_NO, ZERO_IS_GOOD, Panel, Query, Row

# The drift service counts its requests under the same names.
_API = 'job="textops-api", instance=~"$instance"'
_BUDGET_STEPS = ((None, "red"), (0.0, "orange"), (0.25, "green"))


def rate(metric: str, by: str, selector: str = _API) -> str:
    """Return the query for how often something happens each second, by a label."""
    return f"sum by ({by}) (rate({metric}{{{selector}}}[$__rate_interval]))"


def mean(summary: str, by: str) -> str:
    """Return the query for the mean of what a summary has seen, by a label."""
    return f"{rate(f'{summary}_sum', by)} / {rate(f'{summary}_count', by)}"


def ratio(part: str, whole: str) -> str:
    """Return the query for the share of one counter in another."""
    return f"sum(rate({part}{{{_API}}}[$__rate_interval])) / sum(rate({whole}{{{_API}}}[$__rate_interval]))"


def quantiles(histogram: str) -> tuple[Query, ...]:
    """Return the queries for three quantiles of a histogram."""
    buckets = rate(f"{histogram}_bucket", "le")
    return tuple(
        Query(f"histogram_quantile({share}, {buckets})", name)
        for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    )


def burn(record: str, share: float) -> tuple[Query, ...]:
    """Return the queries for how many times too fast a budget burns."""
    return tuple(
        Query(f"{record}:ratio_rate{window} / {share}", f"{{{{job}}}} {window}") for window in ("5m", "1h", "6h")
    )


OBJECTIVES = Row(
    "Objectives of 30 days (docs/alerts.md)",
    (
        Panel(
            "Budget for failures left",
            (Query("1 - job:textops_request_errors:ratio_30d / 0.001"),),
            unit="percentunit",
            kind="stat",
            description="1 in 1,000 requests may end with a 5xx.",
            steps=_BUDGET_STEPS,
            bounds=(None, 1),
        ),
        Panel(
            "Burn rate of failures", burn("job:textops_request_errors", 0.001), description="1 uses it up in 30 days."
        ),
        Panel(
            "Budget for slow answers left",
            (Query("1 - job:textops_slow_texts:ratio_30d / 0.01"),),
            unit="percentunit",
            kind="stat",
            description="1 in 100 single texts may take longer than 250 ms.",
            steps=_BUDGET_STEPS,
            bounds=(None, 1),
        ),
        Panel(
            "Burn rate of slow answers", burn("job:textops_slow_texts", 0.01), description="1 uses it up in 30 days."
        ),
    ),
)

TRAFFIC = Row(
    "Traffic, errors, latency",
    (
        Panel("Requests by address", (Query(rate("http_requests_total", "handler"), "{{handler}}"),), unit="reqps"),
        Panel("Requests by status", (Query(rate("http_requests_total", "status"), "{{status}}"),), unit="reqps"),
        Panel(
            "Share of failures",
            (Query("job:textops_request_errors:ratio_rate5m", "{{job}}"),),
            unit="percentunit",
            description="Of what is asked of the model, in 5 minutes.",
        ),
        Panel(
            "Time of a request", quantiles("http_request_duration_highr_seconds"), unit="s", description="All requests."
        ),
        Panel(
            "Share of single texts over 250 ms",
            (Query("job:textops_slow_texts:ratio_rate5m", "{{job}}"),),
            unit="percentunit",
            description="In 5 minutes.",
        ),
        Panel("Time from texts to model input", quantiles("textops_feature_seconds"), unit="s"),
        Panel("Time in the model", quantiles("textops_inference_seconds"), unit="s"),
        Panel(
            "Size of a request",
            (Query(mean("http_request_size_bytes", "handler"), "{{handler}}"),),
            unit="bytes",
            description="Mean of what was announced.",
        ),
    ),
)

SATURATION = Row(
    "Saturation",
    (
        Panel("Requests that run", (Query(f"sum by (instance) (textops_requests_running{{{_API}}})", "{{instance}}"),)),
        Panel(
            "Places for texts that are taken",
            (
                Query(
                    f"sum by (instance) (textops_texts_waiting{{{_API}}})"
                    f" / sum by (instance) (textops_texts_waiting_limit{{{_API}}})",
                    "{{instance}}",
                ),
            ),
            unit="percentunit",
        ),
        Panel(
            "Refused requests", (Query(rate("textops_requests_refused_total", "reason"), "{{reason}}"),), unit="reqps"
        ),
        Panel("Texts given up", (Query(rate("textops_texts_expired_total", "instance"), "{{instance}}"),), unit="cps"),
    ),
)

PREDICTIONS = Row(
    "Predictions",
    (
        Panel("By class", (Query(rate("textops_predictions_total", "label"), "{{label}}"),), unit="cps"),
        Panel(
            "By version", (Query(rate("textops_predictions_total", "model_version"), "{{model_version}}"),), unit="cps"
        ),
        Panel(
            "Probability of the answer",
            (
                Query(
                    "sum by (le) (increase(textops_prediction_confidence_ratio_bucket{" + _API + "}[$__rate_interval]))"
                ),
            ),
            kind="heatmap",
        ),
        Panel(
            "Unsure, or for review",
            (
                Query("job:textops_low_confidence:ratio_rate1h", "at most 0.6, in an hour"),
                Query("job:textops_low_confidence:ratio_rate1d", "at most 0.6, in a day"),
                Query(
                    ratio("textops_predictions_for_review_total", "textops_prediction_confidence_ratio_count"),
                    "for review",
                ),
            ),
            unit="percentunit",
        ),
        Panel(
            "Length of a text",
            (
                Query(ratio("textops_text_characters_sum", "textops_text_characters_count"), "now"),
                Query("job:textops_text_characters:mean1h", "in an hour"),
                Query("job:textops_text_characters:mean1d", "in a day"),
            ),
            description="Mean, in characters.",
        ),
        Panel("Feedback by class", (Query(rate("textops_feedback_total", "label"), "{{label}}"),), unit="cps"),
    ),
)

MODEL = Row(
    "Model",
    (
        Panel(
            "Answers",
            (Query(f"textops_model_info{{{_API}}} == 1", "{{instance}}: {{name}}/{{version}}"),),
            kind="timeseries",
            description="Which version, since when.",
        ),
        Panel(
            "Ready",
            (Query(f"min(textops_ready{{{_API}}})"),),
            kind="stat",
            width=3,
            steps=ONE_IS_GOOD,
            names=YES_OR_NO,
        ),
        Panel(
            "Age",
            (Query(f"time() - min(textops_model_created_timestamp_seconds{{{_API}}} > 0)"),),
            unit="s",
            kind="stat",
            width=3,
            steps=((None, "green"), (90.0 * 86_400, "orange")),
        ),
        Panel(
            "Cannot be loaded",
            (Query(f"max(textops_reload_failing{{{_API}}})"),),
            kind="stat",
            width=3,
            steps=ZERO_IS_GOOD,
            names=YES_OR_NO,
        ),
        Panel(
            "Looks for another version", (Query(rate("textops_reloads_total", "outcome"), "{{outcome}}"),), unit="cps"
        ),
    ),
    height=6,
)

LOG = Row(
    "Prediction log",
    (
        Panel(
            "Rows written",
            (Query(rate("textops_prediction_log_written_total", "instance"), "{{instance}}"),),
            unit="wps",
        ),
        Panel(
            "Rows lost",
            (Query(f"increase(textops_prediction_log_dropped_total{{{_API}}}[$__rate_interval])", "{{instance}}"),),
        ),
        Panel(
            "Rows that wait",
            (Query(f"sum by (instance) (textops_prediction_log_waiting_rows{{{_API}}})", "{{instance}}"),),
        ),
        Panel(
            "Database answers",
            (Query(f"min(textops_prediction_log_reachable{{{_API}}})"),),
            kind="stat",
            steps=ONE_IS_GOOD,
            names=YES_OR_NO,
        ),
    ),
    height=6,
)
