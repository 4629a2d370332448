# tries: brackets that are never closed, without a fence
# reply: chat("x=[\n" * 8000)
