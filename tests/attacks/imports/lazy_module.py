# tries: loads a module that was not loaded before the files were out of reach
import sqlite3
sqlite3.connect(CANARY_DIR + "/db")
answer = "OUT"
