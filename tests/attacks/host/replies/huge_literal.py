# tries: a literal that cannot be told
# reply: chat("```python\nfor i in 0x" + "f" * 4000 + ":\n    answer = i\n```")
