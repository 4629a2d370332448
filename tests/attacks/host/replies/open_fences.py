# tries: programs that begin and never end
# reply: chat("```python\nx = 1\n" * 8000)
