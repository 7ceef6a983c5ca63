"""What runs where: alerting and dashboards for any place, and everything for Google Cloud."""
