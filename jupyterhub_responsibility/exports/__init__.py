"""What can be taken along: asks no hub, and no database."""
