"""What can be taken along: who holds what, whom to ask, and the declaration for another hub."""
