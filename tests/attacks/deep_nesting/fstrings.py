# tries: f-strings in f-strings
# source: "answer = f'" + "{1:" * 500 + "}" * 500 + "'"
