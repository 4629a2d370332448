# tries: raises the error that ends Python
raise SystemExit("done")
