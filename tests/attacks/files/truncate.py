# tries: empties a file without opening it
import os
os.truncate(SECRET_FILE, 0)
answer = "OUT"
