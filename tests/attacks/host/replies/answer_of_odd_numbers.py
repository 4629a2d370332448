# tries: answers that are equal to nothing
# reply: chat("```python\nanswer = [1e308 * 10 - 1e308 * 10, {1: 1e308 * 10}]\n```")
