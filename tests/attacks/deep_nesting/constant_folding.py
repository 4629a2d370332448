# tries: constants that the compiler would compute
# source: "answer = len(" + "*".join(["'x'"] + ["99999"] * 6) + ")"
