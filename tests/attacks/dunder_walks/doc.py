# tries: reads documentation to learn the interpreter's insides
answer = "OUT " + T.__doc__ + len.__doc__
