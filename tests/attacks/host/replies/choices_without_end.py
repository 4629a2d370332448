# tries: 5,000 samples where two were asked for
# reply: chat(choices=choice() * 5000)
