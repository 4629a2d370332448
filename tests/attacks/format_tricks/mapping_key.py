# tries: runs a mapping's own item access through percent formatting
answer = "OUT " + "%(a)s" % {"a": T.__globals__}
