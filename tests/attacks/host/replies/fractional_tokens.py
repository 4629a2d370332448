# tries: fractions of tokens
# reply: chat(usage={"prompt_tokens": 1.5, "completion_tokens": -1})
