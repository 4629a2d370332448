# tries: a dictionary of thousands of odd keys
# source: "answer = {" + ", ".join(f"{k}: [{k}, '{k}', ({k},)]" for k in range(1000)) + "}"
