# tries: looks at the names of the module
answer = "OUT " + str(sorted(globals()))
