# tries: log-probabilities that are none
# reply: chat(choices=choice(logprobs={"content": [{"logprob": float("nan")}, {"logprob": None}, {}, 5] * 100}))
