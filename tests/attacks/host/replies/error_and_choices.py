# tries: an error beside a choice
# reply: chat(error={"message": MARK * 1000, "code": [1]})
