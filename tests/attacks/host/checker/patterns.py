# tries: a match with thousands of cases
# source: "match image:\n" + "".join(f"    case {{'a': [{k}, *b], **c}}:\n        answer = b\n" for k in range(500))
