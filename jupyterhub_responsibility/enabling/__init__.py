"""Runs in the hub's process: `enable`, and what is only known once the hub has started."""
