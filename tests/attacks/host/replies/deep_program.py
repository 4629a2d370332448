# tries: a program of 20,000 minus signs
# reply: chat("```python\nanswer = " + "-" * 20000 + "1\n```")
