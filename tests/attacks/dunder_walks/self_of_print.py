# tries: takes the buffer behind print, and from it the class and its module
p = print.__self__
answer = "OUT " + str(p.__class__.__init__.__globals__)
open(CANARY_DIR + "/print", "w")
