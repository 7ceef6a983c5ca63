"""What the system costs at Google Cloud: prices, what is used, and the table of both."""
