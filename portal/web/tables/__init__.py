"""The open tables: Datasette over the current edition, in a process of its own, under /data."""

# The path of the tables on the site, and the edition's name in it: a row of `observations` is
# /data/retention-watch/observations/<id>.
MOUNT = "/data"
DATABASE = "retention-watch"
