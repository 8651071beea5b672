"""Hubs as people really have them, each really started; `table` lists them, for the docs too."""
