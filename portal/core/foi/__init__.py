"""Requests under freedom of information laws: working days, deadlines, states, league, matrix."""
