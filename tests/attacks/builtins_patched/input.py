# tries: waits for a person to type
answer = "OUT " + input()
