"""The ledger in a database: SQL is only here."""
