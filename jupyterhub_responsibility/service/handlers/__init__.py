"""Handlers fetch, call one pure function, and render."""
