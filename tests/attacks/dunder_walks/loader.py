# tries: takes the loader of the module that a tool was defined in
l = T.__globals__["__loader__"]
answer = "OUT " + l.get_source("looksmith.sandbox.worker")
