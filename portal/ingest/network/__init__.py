"""The one client that asks publishers: who we are, where we may go, and what we refuse to take."""
