# tries: an attribute of an attribute of an attribute
# source: "answer = image" + ".a" * 15000
