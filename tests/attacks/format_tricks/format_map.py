# tries: the same with a mapping
answer = "OUT " + "{a.__class__}".format_map({"a": image})
