"""Files to download: asks no hub, and no database."""
