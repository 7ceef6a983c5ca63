"""What the Grafana dashboard shows of the drift service."""

from textops.monitoring.grafana import ONE_IS_GOOD, YES_OR_NO, Panel, Query, Row

_SCORE_STEPS = ((None, "green"), (0.1, "orange"), (0.25, "red"))
_VERDICTS = ((-1, "too few"), (0, "ok"), (1, "warn"), (2, "drift"))
_VERDICT_STEPS = ((None, "blue"), (0.0, "green"), (1.0, "orange"), (2.0, "red"))

DRIFT = Row(
    "Drift",
    (
        Panel(
            "Verdict",
            (Query("max(textops_drift_verdict)"),),
            kind="stat",
            steps=_VERDICT_STEPS,
            names=_VERDICTS,
            width=4,
            bounds=(None, None),
        ),
        Panel(
            "Score of each feature",
            (Query('max by (feature) (textops_drift_score{feature!="separation"})', "{{feature}}"),),
            kind="bargauge",
            width=8,
            description="Population stability index of the last check.",
            steps=_SCORE_STEPS,
            bounds=(0, 1),
        ),
        Panel(
            "Scores",
            (Query('max by (feature) (textops_drift_score{feature!="separation"})', "{{feature}}"),),
            width=8,
            description="From 0.1 on a warning, from 0.25 on drift.",
        ),
        Panel(
            "All features together",
            (Query('max(textops_drift_score{feature="separation"})', "area under the curve"),),
            width=4,
            description="How well a classifier tells traffic from held-out data: 0.5 is a coin, 0.8 drift.",
            bounds=(0.4, 1),
        ),
        Panel(
            "Accuracy",
            (
                Query("max by (model_version) (textops_drift_accuracy_ratio)", "{{model_version}} by feedback"),
                Query(
                    "max by (model_version) (textops_drift_expected_accuracy_ratio)",
                    "{{model_version}} by its confidence",
                ),
            ),
            unit="percentunit",
            width=8,
            bounds=(None, 1),
        ),
        Panel(
            "Rows of the last check",
            (
                Query("max by (model_version) (textops_drift_window_rows)", "{{model_version}} looked at"),
                Query("max by (model_version) (textops_drift_labelled_rows)", "{{model_version}} with feedback"),
            ),
            width=8,
        ),
        Panel(
            "Time since the last check",
            (Query("time() - max(textops_drift_last_check_timestamp_seconds)"),),
            unit="s",
            kind="stat",
            width=4,
            steps=((None, "green"), (3_600.0, "red")),
        ),
        Panel(
            "Database answers",
            (Query("min(textops_drift_database_reachable)"),),
            kind="stat",
            width=4,
            steps=ONE_IS_GOOD,
            names=YES_OR_NO,
        ),
    ),
)

RETRAINING = Row(
    "Checks and retraining",
    (
        Panel(
            "Checks",
            (Query("sum by (outcome) (increase(textops_drift_checks_total[$__rate_interval]))", "{{outcome}}"),),
            width=8,
        ),
        Panel("Time of a check", (Query("max(textops_drift_check_seconds)", "last"),), unit="s", width=4),
        Panel("Retrainings", (Query("sum by (outcome) (textops_retrain_total)", "{{outcome}}"),), width=8),
        Panel(
            "One runs",
            (Query("max(textops_retrain_running)"),),
            kind="stat",
            width=4,
            names=YES_OR_NO,
        ),
    ),
    height=6,
)
