"""The page: what the services say, for people who look rather than read."""
