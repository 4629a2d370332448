# tries: brackets that are never closed
# source: "x=[\n" * 8000
