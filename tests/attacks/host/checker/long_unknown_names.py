# tries: unknown names of thousands of characters
# source: "answer = " + " + ".join("GIVETAKEBOXES" * 200 + str(k) for k in range(11))
