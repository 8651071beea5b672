"""What the ledger says: entries, their chain, and the state that follows from them. Pure."""
