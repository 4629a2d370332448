# tries: unpacks a tool's attributes with a star
answer = "OUT " + str([*T])
