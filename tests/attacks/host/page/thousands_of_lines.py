# tries: a program of thousands of short lines with calls
# source: "a=GIVE('x')\n" * 2000 + "answer = 1"
