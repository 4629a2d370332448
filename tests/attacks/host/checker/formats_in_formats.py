# tries: an f-string in an f-string in an f-string
# source: "answer = " + "f'{" * 3 + "1:" + "{1:" * 4000 + "}" * 4000 + "}'" * 3
