# tries: writes dunders with mathematical letters
answer = "OUT " + str(().__𝒸𝓁𝒶𝓈𝓈__.__𝒷𝒶𝓈ℯ__.__𝓈𝓊𝒷𝒸𝓁𝒶𝓈𝓈ℯ𝓈__()) + open(SECRET_FILE).read()
