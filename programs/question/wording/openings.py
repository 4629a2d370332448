"""What people put before a question: "hi, could you tell me", "um", "do you mind telling me", "specify"."""

from __future__ import annotations

import re

from .terms import AUXILIARY, WH

ASK_YOU = (
    r"(?:(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody)"
    r"|(?:would|could|might) (?:you|it) be (?:[\w']+ ){1,4}?(?:to|and)|are you able to"
    r"|(?:could|can|may) i (?:ask|trouble|bother) (?:you|someone) to|i (?:would like|want|need) you to) "
    r"(?:(?:please|kindly|maybe|perhaps|possibly|just|quickly|double) )*"
)
"""Somebody is to do something."""
_ME = r"(?:me|us)"
_GREETINGS = (
    r"(?:please|pls|plz|kindly|so|ok|okay|hey(?: google| siri)?|alexa|hi|hello|good (?:morning|afternoon|evening"
    r"|day)|well|and|but|now|also|sir|madam|miss|mom"
    r"|mommy|mum|mummy|dad|daddy|grandma|grandpa|guys|folks|excuse me|um+|uh+|er+m?|h+m+|ah|oh|a+w+|wo+w+|who?ah?"
    r"|omg|(?:ha){2,}|lol|wait|bro|dude|look at (?:him|her|them|it|this|that)(?=,)"
    r"|actually"
    r"|alright|sorry|yeah|let me see|let's see|if you please|if possible|if i may ask)\b[ ,]*"
)
_FINDS_OUT = (
    r"(?:determine|guess|calculate|compute|estimate|provide|check|report|confirm|verify|note(?: down)?|record"
    r"|enter|specify"
    r"|indicate|assess|write down|figure out|find out|work out|make out)"
)
_KNOWS = (
    r"(?:(?:do you|does anyone|does anybody|anyone|anybody)(?: happen to)? (?:know|see|remember|recall)"
    rf"|(?:(?:do|have) you (?:have )?)?(?:any|an) (?:idea|clue|guess)(?: of| about)?"
    rf"|(?:can|could|may) (?:i|we) (?:know|ask)|let {_ME} know|i (?:would like|want|d like|need|wish) to (?:know|ask)"
    rf"|i forgot|i am asking you|i'm asking you|i wonder|{_FINDS_OUT}|would (?:you|anyone"
    rf"|anybody) happen to (?:see|know))"
)
_TELLS = rf"(?:tell {_ME}|say|show {_ME}|let {_ME} know)"
_DOES = r"(?:count|read|name|describe|find|locate|identify|show|give|list|transcribe|copy|spell|type)"
_PATTERNS = (
    _GREETINGS,
    rf"{ASK_YOU}(?:tell|show|say|explain|inform|remind|let)(?:(?: to)? {_ME})?(?: know)?[ ,]+(?:please )?",
    rf"(?:{ASK_YOU})?(?!{_TELLS})\w+ (?:[\w']+ ){{0,7}}?and (?=(?:please )?(?:tell|show) {_ME} )",
    rf"{ASK_YOU}(?=(?:{_DOES}(?<!read)|read(?! any)|help {_ME})\b)",
    rf"{ASK_YOU}(?={_FINDS_OUT} (?:(?:the|its|his|her|their|my|our) |(?:{WH})\b))",
    rf"(?:tell|remind) {_ME}(?:,? please)?[ ,:]+(?!(?:more|something|anything|everything (?:you|about|in))\b)",
    rf"(?:try to|go ahead and) (?={_DOES}\b)",
    rf"{_KNOWS}[ ,:]+(?=(?:the|its|his|her|their|my|our|{WH})\b)",
    r"(?:my|the|a|one|quick|another) question(?: is)?[ ,:]+|what (?:i|we) (?:want|need|would like)(?: to know"
    r"| to ask)? is[ ,:]+",
    rf"(?:i|we) would (?:be (?:\w+ )?(?:glad|grateful|happy|obliged|thankful)|appreciate it) if you (?:could |would )?"
    rf"(?:(?:told|tell) {_ME} |(?={_DOES}\b))",
    rf"i (?:need|want|would like) to (?={_DOES}\b|see\b)",
    rf"say[ ,:]+(?=(?:{AUXILIARY})\b)",
    rf"help {_ME}(?: to)? (?:(?:{_FINDS_OUT}|know|see|understand) (?=(?:{WH})\b)|(?=(?:{_DOES}|choose|pick|decide)\b))",
    rf"(?:do me a favou?r and|be so (?:kind|good) (?:as to|and)|do(?= tell)) (?:tell {_ME} )?",
    r"for (?:the|my|our) [\w ]+(?:: |, (?=(?:please|kindly|state|tell|give|note|record|confirm|name|count)\b))",
    r"(?:choose|pick|decide|select)(?: one)?[ ,:]+(?=.* or )",
    r"(?:(?:when )?looking (?:at|from)|look at|judging (?:by|from)|(?:based|going|depending) (?:on|by)|from what"
    rf"|as far as|given|assuming|considering) [^,]+, (?=(?:{WH}|{AUXILIARY})\b)",
    rf"(?:what|such) an? [\w ]{{3,30}}, (?=(?:{WH}|{AUXILIARY})\b)",
    r"(?:from what|as far as) (?:i|we|you|one) (?:can |could )?(?:see|tell|know|judge)[ ,]+",
    r"(?:the|that|this) [^,?]+, (?=(?:is|are|does|do|has|have) (?:it|he|she|they)\b(?! not$|$)(?!.* or ))",
    # a topic before the question: "the car on the left what color is it"
    rf"(?:the|that|this|these|those|my|his|her) (?:(?!(?:{AUXILIARY})\b)\w+ ){{1,7}}?"
    rf"(?=(?:{WH})(?: \w+){{0,2}} (?:{AUXILIARY}) (?:it|he|she|they)\b"
    rf"|(?:is|are|does|do|has|have|was|were) (?:it|he|she|they) \w)",
)
REQUESTED = re.compile(
    rf"^(?:(?!(?:show|check|confirm|verify|does|do|any\w*) )(?:(?:tell|remind) {_ME}|say|{_KNOWS}|state)[ ,:]+"
    rf"(?=(?:the|its|his|her|their|my|our) (?!.*\b(?:{AUXILIARY})\b))"
    r"|(?:(?:could|can|may|might) i (?:bother|trouble|ask) you|(?:i|we) would be (?:\w+ )?(?:grateful|glad|thankful))"
    r" for (?=(?:the|its|his|her|their) )"
    r"|(?:(?:do|does|can) )?(?:you|anyone|anybody|someone|somebody) (?:know|recogni[sz]e|identify) "
    r"(?=(?:this|that|these|those) ))"
)
"""Before a thing that somebody wants to be told: "Tell me the mileage", "anybody know this car"."""
OPENING = re.compile(f"^(?:{'|'.join(_PATTERNS)})")
"""One such opening; what is left may have another one."""
