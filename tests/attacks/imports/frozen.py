# tries: imports a module that is frozen into the interpreter
import _frozen_importlib_external as f
answer = "OUT " + f.FileLoader("x", SECRET_FILE).get_data(SECRET_FILE).decode()
