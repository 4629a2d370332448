# tries: takes format from the class, not from a text
answer = "OUT " + str.format("{0.__class__.__base__}", image)
