"""Retention Watch: who asks for people's phone and internet records, and how long they are kept."""

__version__ = "0.1.0"
