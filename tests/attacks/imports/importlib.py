# tries: imports through the import library
import importlib
answer = "OUT " + str(importlib.import_module("os").listdir("/"))
