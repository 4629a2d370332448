# tries: splits a text at a slow pattern
import re
answer = len(re.split("(x+x+)+y", "x" * 60))
