# tries: smuggles keywords past a signature
answer = print(**{"file": image, "sep": T})
