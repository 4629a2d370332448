# tries: keeps the interpreter in C with an endless scan
import re
answer = len(re.findall("(?=(a*))", "a" * 10**6))
