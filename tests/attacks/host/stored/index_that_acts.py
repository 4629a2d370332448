# tries: an index with a trigger and a view of its own
import sqlite3
with sqlite3.connect(home / "runs.sqlite") as db:
    db.execute("create view run as with recursive n(x) as (select 1 union all select x + 1 from n) select x as id from n")
