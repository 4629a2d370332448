# tries: opens past the open function
import _io
answer = "OUT " + _io.FileIO(SECRET_FILE).read().decode()
