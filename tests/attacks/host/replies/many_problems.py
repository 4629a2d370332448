# tries: a problem in every line, and they go back into the prompt
# reply: chat("```python\n" + "x = image.foo + 1\n" * 1600 + "answer = x\n```")
