# tries: decodes text into code with the standard library's codecs
import codecs
exec(codecs.decode("nafjre = bcra(FRPERG_SVYR).ernq()", "rot13"))
answer = "OUT " + answer
