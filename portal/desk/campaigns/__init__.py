"""Campaigns: one question to many authorities, each request with its days, states and grounds."""
