# tries: every kind of line end
# source: "answer = 1\r\x0banswer = 2\x85answer = 3\u2028answer = 4\r\n\x0c"
