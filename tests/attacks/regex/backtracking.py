# tries: a pattern that needs exponential time
import re
answer = str(re.match("(a+)+$", "a" * 40 + "b"))
