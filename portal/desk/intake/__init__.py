"""Intake: documents come in by form, by command, by API or from an address; bytes are kept once."""
