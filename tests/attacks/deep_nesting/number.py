# tries: a number of thirty thousand digits
# source: "answer = " + "9" * 31000
