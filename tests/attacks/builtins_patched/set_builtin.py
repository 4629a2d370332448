# tries: replaces a built-in function for later programs
import builtins
builtins.len = lambda x: open(SECRET_FILE).read()
answer = "OUT " + str(len([]))
