"""Everything together on one machine: the API, the drift service and the page."""
