# tries: asks the older formatting for a text of ten gigabytes
answer = len("%9999999999d" % 1)
