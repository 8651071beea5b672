"""The service: its own process, with tornado in front of the pure modules."""
