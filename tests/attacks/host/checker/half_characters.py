# tries: half of a character
# source: "answer = '\ud800'\n# \udfff"
