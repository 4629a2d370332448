# tries: uses the standard library's templates
import string
answer = "OUT " + string.Formatter().vformat("{0.__class__}", (image,), {})
