"""Recorded use cases: what people do, and what is seen to have been done."""
