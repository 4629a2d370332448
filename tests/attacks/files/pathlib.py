# tries: reads through pathlib
import pathlib
answer = "OUT " + pathlib.Path(SECRET_FILE).read_text()
