# tries: an index with a table of the same name
import sqlite3
with sqlite3.connect(home / "runs.sqlite") as db:
    db.execute("create table run (id)")
    db.execute("create table other (id)")
