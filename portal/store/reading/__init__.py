"""Every question that the site asks of an edition: plain functions over a read-only connection."""
