# tries: a program of two megabytes
# reply: chat("```python\n" + "x = 1\n" * 300000 + "answer = x\n```")
