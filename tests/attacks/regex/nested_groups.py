# tries: a pattern that needs a deep stack
import re
answer = str(re.compile("(" * 5000 + ")" * 5000))
