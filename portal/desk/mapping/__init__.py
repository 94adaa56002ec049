"""Mapping: a person points at what a table's columns, rows and cells mean; figures follow."""
