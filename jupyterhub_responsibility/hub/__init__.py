"""Reads the hub: its API, the roster, and the census of accounts."""
