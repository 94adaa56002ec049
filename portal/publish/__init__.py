"""How figures go out: editions, charts, downloads."""
