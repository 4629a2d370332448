# tries: one conditional expression of thousands
# source: "answer = " + "1 if image else " * 1900 + "2"
