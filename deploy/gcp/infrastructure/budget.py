"""A warning before the month's money is gone; it stops nothing."""

import pulumi_gcp as gcp

from deploy.gcp.configuration import Budget
from deploy.gcp.infrastructure.cloud import Cloud

_SHARES = (0.5, 0.9, 1.0)


def make_budget(cloud: Cloud, wanted: Budget, channels: list[gcp.monitoring.NotificationChannel]) -> gcp.billing.Budget:
    """Make the warning, for this project alone."""
    project = gcp.organizations.get_project_output(project_id=cloud.configuration.project)
    return gcp.billing.Budget(
        "budget",
        billing_account=wanted.billing_account,
        display_name=cloud.name(cloud.configuration.project),
        budget_filter=gcp.billing.BudgetBudgetFilterArgs(
            projects=[project.number.apply(lambda number: f"projects/{number}")], calendar_period="MONTH"
        ),
        amount=gcp.billing.BudgetAmountArgs(
            specified_amount=gcp.billing.BudgetAmountSpecifiedAmountArgs(
                currency_code=wanted.currency, units=str(wanted.amount)
            )
        ),
        threshold_rules=[
            *(gcp.billing.BudgetThresholdRuleArgs(threshold_percent=share) for share in _SHARES),
            gcp.billing.BudgetThresholdRuleArgs(threshold_percent=1.0, spend_basis="FORECASTED_SPEND"),
        ],
        all_updates_rule=gcp.billing.BudgetAllUpdatesRuleArgs(
            monitoring_notification_channels=[channel.id for channel in channels],
            disable_default_iam_recipients=False,
        ),
        opts=cloud.options,
    )
