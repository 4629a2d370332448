# tries: lets another built-in function call format
answer = "OUT " + sorted(["{0.__globals__}"], key=str.format)[0]
