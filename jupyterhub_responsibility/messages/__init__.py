"""Pure: who is told what, by which entry or on which day, and in which words."""
