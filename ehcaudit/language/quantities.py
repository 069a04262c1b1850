"""Folded text → its quantities: how long, how often, in what group, out of how many.

One pass of one expression per family; a place belongs to the first family that takes it. Offsets are those of the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Quantity(NamedTuple):
    """An amount in the text: ``kind`` says what it measures."""

    kind: str
    """``duration`` (of a session or an act), ``frequency``, ``scope`` (every lesson, all day, each carpet session),
    ``ratio`` (1:1, a class of eight, two carers to one), ``percent``, ``out-of`` (4 of 5), ``from-to`` (52% to 75%),
    ``at-least``, ``score`` (a test score, level or grade)."""
    start: int
    end: int


_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|eighteen|twenty"
    "(?:[- ](?:one|two|three|four|five))?|thirty|forty|forty[- ]five|fifty|sixty|ninety|a hundred|half a|a half|one and a half|two and a half|a dozen|a couple of"
)
NUMBER = rf"(?:\d+(?:[.,]\d+)?|\b(?:{_WORD})\b)"
_RANGE = rf"{NUMBER}(?:\s?(?:-|to|or)\s?{NUMBER})?"
_UNIT = r"(?:minutes?|mins?|hours?|hrs?|seconds?|secs?)\b\.?"
_DAYNAME = r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|satur|sat|sun)(?:day)?s?\b"
_PERIOD = (
    r"(?:school |academic |calendar |working |teaching |college |nursery )?(?:days?|weeks?|fortnights?|months?|half[- ]?terms?|terms?|years?|"
    r"sessions?|lessons?|mornings?|afternoons?|evenings?|nights?|weekends?|week-?days?|annum|wk|hour|mealtimes?|meals?|visits?|annum|cycle|holidays?)\b"
)
_EVERY_NOUN = (
    rf"(?:(?:other|second|third|single|{NUMBER}) )?(?:(?!and\b|of\b|child\b|pupil\b|need\b|opportunity\b|effort\b|aspect\b|area\b|other\b)[a-z'-]+[ -]){{0,3}}?"
    r"(?:day|week|fortnight|month|half[- ]?term|term|year|morning|afternoon|evening|night|weekend|weekday|hour|session|lesson|period|"
    r"playtime|break|breaktime|break time|lunch|lunchtime|lunch time|mealtime|meal|snack|assembly|transition|classroom|class|room|desk|table|journey|visit|"
    r"test|exam|examination|assessment|task|activity|bath|bedtime|holiday|trip|outing|registration|subject|change|seizure|feed|dose|swim|swimming|pe|move|input|text|worksheet|"
    r"\d+ (?:minutes|hours|weeks)|one|meeting|review|placement|shift|workshop|practical|instruction|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:spring|summer|autumn) term|transfer|toilet visit|story|book|page|site|floor|door)s?\b"
)

_DURATION = re.compile(
    rf"(?P<duration>\b(?:half an hour|half[- ]hour(?:ly)?s?|an? hour(?:'s)?(?: and a half)?|three[- ]quarters of an hour|a quarter of an hour|hour[- ]long|quarter[- ]hour|"
    rf"half[- ]day|full[- ]day|whole[- ]day|half a day|an afternoon|a full morning|a whole morning|overnight|24[- ]hour|round the clock)\b|(?<![\w.]){_RANGE}[- ]?(?:{_UNIT}|h\b|m\b|mins?\b)(?:\s?{NUMBER}\s?(?:mins?|minutes)\b)?'?|"
    rf"\b\d{{1,2}}(?:[.:]\d\d)?\s?(?:am|pm)?\s?(?:-|to|until)\s?\d{{1,2}}(?:[.:]\d\d|\s?(?:am|pm)|(?:[.:]\d\d)\s?(?:am|pm))\b|(?<![\w.]){NUMBER}[- ]?(?:full |half |whole )?(?:days?|nights?|weekends?|evenings?)\b)"
)
_FREQUENCY = re.compile(
    rf"(?P<score>\b(?:standard score|standardised score|scaled score|reading age|spelling age|age equivalent|percentile|centile|(?:gcse )?grades? (?:of )?[1-9a-g]\b|level [1-9]\b|entry level|band \d|wpm|words (?:per|a) minute|"
    rf"age band|months' progress|\d+ months of progress|bpvs|wiat|wrat|boxall|sdq|yarc|nc level|p ?scale|pass(?:es)? at|pass in|rcads|score of|scores? (?:above|below|under|over|at))\b)|"
    rf"(?P<frequency>"
    rf"(?<![\w.]){_RANGE}\s?(?:x|times|occasions|sessions?|visits?|lessons?|days?|nights?|slots?|blocks?|appointments?|hours?|hrs?|minutes?|mins?|mornings?|afternoons?|evenings?|weeks?|weekends?)\b[^.;,]{{0,25}}?\s?(?:a|per|each|every|in (?:a|each|every|the)|over (?:a|the|each|one)|during (?:a|the|each)|in any|out of (?:the )?{NUMBER}|/)\s?{_PERIOD}|"
    rf"(?<![\w.])x ?\d+(?:\s?(?:times ?)?(?:a|per|each|every|/)?\s?{_PERIOD}|\s?(?:daily|weekly|fortnightly|termly|monthly))|"
    rf"(?<![\w.])\d+ ?x ?(?:daily|weekly|fortnightly|termly|monthly|week|day|per|a day|a week|/)[ a-z]{{0,6}}|"
    rf"(?<![\w.])\d+ ?x ?(?=\d+ ?(?:-? ?)(?:min|hour|hr))|(?<![\w.]){NUMBER} ?x ?(?=(?:{NUMBER})[ -]?(?:min|hour|hr))|"
    rf"\b(?:once|twice|thrice|three times|four times|five times|six times|ten times|{NUMBER} times)(?: in)? (?:a|an|per|each|every|any|daily|weekly|termly|in (?:a|each|every|any|the)|during (?:the|a|each))\s?(?:{_PERIOD}|(?=[,.;]|$|\w))|"
    rf"\b(?:once|twice) (?:daily|weekly|fortnightly|termly|yearly|annually|monthly|half[- ]termly)|"
    rf"\b(?:a|per|each|/) ?{_PERIOD}|\bp\.?/?(?:w|d|a)\b\.?|/ ?(?:wk|week|day|term|month|yr|year|fortnight)\b|"
    rf"\b(?:half[- ]?termly|half[- ]?yearly|bi-?weekly|bi-?monthly|twice[- ]weekly|thrice[- ]weekly|six[- ]weekly|three[- ]weekly|four[- ]weekly|two[- ]weekly|six[- ]monthly|three[- ]monthly|\d[- ]weekly|\d[- ]monthly|daily|weekly|fortnightly|monthly|termly|yearly|annually|annual|nightly|hourly|quarterly|weekdays)\b|"
    rf"\b(?:on )?{_DAYNAME}(?:(?:,? ?(?:-|to|and|&|/|,) ?){_DAYNAME})*|"
    rf"\b(?:most|every|all) (?:school )?(?:days|mornings|nights|weeks|evenings|afternoons|lessons|sessions|lunchtimes|playtimes|mealtimes)\b|"
    rf"\bevery {NUMBER}(?:-{NUMBER})? (?:minutes|hours|days|weeks|months|terms)\b|\b\d+ weeks (?:per|a|of the) (?:school )?year\b|"
    rf"\b(?:over|for|across) (?:an? |the )?{_RANGE}[- ](?:school |teaching |consecutive )?(?:weeks?|terms?|half[- ]terms?|sessions|months)\b|\b(?:over|across|in|during) the (?:academic|school|coming|first|spring|summer|autumn|next)[ a-z]{{0,12}}? ?(?:year|terms?|weeks?|half[- ]term)\b|"
    rf"\bblocks? of {NUMBER}(?: (?:sessions|weeks|visits))?|(?<![\w.]){NUMBER}[- ](?:week|session|day) (?:block|course|programme)\b|\b(?:first|last) thing (?:every|each|in the)|\b(?:on|at) (?:arrival|the start of|the end of) (?:each|every|the|school)\b)|"
    rf"(?P<scope>\b(?:every|each) {_EVERY_NOUN}|\b(?:for|in|at|before|after|during|throughout|across|of) all (?:of )?(?:his |her |their |the |x's )?(?:[a-z'-]+[ -]){{0,3}}?(?:lessons|sessions|classes|subjects|tests|exams|examinations|assessments|transitions|tasks|activities|settings|areas|classrooms|rooms|journeys|trips|meals|mealtimes|times|playtimes|breaks|resources|worksheets|texts|work|materials|stairs|school days|school hours|practicals|workshops|visits)\b|"
    rf"\ball (?:(?:school|written|printed|timed|formal|classroom|whole[- ]class|practical|core|academic|national|internal|public|external|curriculum|outdoor|off[- ]site|his|her|their|the|class)[ -]){{0,3}}(?:lessons|sessions|day|subjects|tests|exams|examinations|assessments|transitions|tasks|activities|mealtimes|playtimes|breaks|areas|classrooms|rooms|trips|visits|texts|worksheets|written work|printed text|school hours)\b|"
    rf"\b(?:throughout|across|during|through|for|over) (?:the )?(?:whole |entire |full |school |college |nursery |working |every )*(?:of the )?(?:school |college )?(?:day|week|lessons?|session|morning|afternoon|timetable|hours)\b|right (?:across|through) the (?:school )?day|"
    rf"\bfull[- ]?time\b|\bat all times\b|\ball day\b|\bthe whole (?:school )?day\b|\bwhole[- ]day\b|\bevery time\b|\bthroughout (?:every|each|all|his|her|their|unstructured|structured)\b|\ball the time\b|\bin every\b|\b(?:whenever|each time|every time|any time|as soon as)\b|\bterm[- ]time\b|"
    rf"\b(?:in|at|during|before|after|for|with) (?:the |his |her |their |all |any )?(?:(?!at\b|and\b|or\b|of\b|in\b|least\b|to\b)[a-z'-]+ (?:and )?){{0,2}}?(?:assembl(?:y|ies)|lunch(?:time|times|es)?|break(?:s|time|times)?|playtimes?|pe|swimming|dinner (?:hall|time)|registration|home time|mealtimes?|carpet (?:time|sessions?)|group time|circle time|literacy|numeracy|maths|english|science|phonics|practicals?|practical (?:lessons?|subjects?)|whole[- ]class (?:teaching|input|lessons)|written (?:tasks|work)|lessons?|transitions?|exams?|tests?|bed(?:time)?|school|feeds?|meals?|music|reading|writing|outings|trips|arrival|fire drills?|unstructured times?|tutor time|drop[- ]off|workshops?|independent work|changes?|toileting|personal care|dressing|travel|swims?)\b)"
)
_GROUP = re.compile(
    rf"(?P<ratio>(?<![\d:/.])(?:[1-6]\s?(?::|;)\s?\d{{1,2}})(?![\d:]|\s?[ap]m)\b|\b1[- ]?(?:-|to|on)[- ]?1\b|\bone[- ](?:-|to|on)?[- ]?(?:to|on)[- ]one\b|\btwo[- ]to[- ]one\b|\b2[- ]to[- ]1\b|\bindividual(?:ly|ised 1:1)?\b(?! (?:needs|targets|education|pupil|learner|plan|support plan|learning|health|care|risk|student|child|strengths|profile|work ?station))|\bin (?:a )?pairs?\b|\bpaired\b|\bpairs\b|"
    rf"\b(?:small |teaching |nurture |work |focus )?(?:groups?|class(?:es)?|sets?|pairs?)(?: sizes?)? of (?:no more than |no larger than |up to |at most |a maximum of |max(?:imum)? |about |around |not more than |fewer than |under |only |between )?(?:{_RANGE}|1:\d+)(?: and {NUMBER})?|\b(?:maximum|max|no more than|up to|with|alongside|and|plus) (?:of )?{_RANGE} (?:other |more )?(?:pupils|children|peers|students|learners|young people|classmates|friends|others)\b|"
    rf"\b(?:a )?(?:ratio|group size)(?: of| is)?:? ?\d|\bwith (?:a|one|his|her) (?:partner|peer|buddy|friend|classmate)\b|(?<![\w.]){_RANGE}[- ](?:pupils|children|peers|students|learners)(?: (?:max|maximum|or fewer))?\b|\bsmall group \((?:max(?:imum)? |up to |no more than )?{_RANGE}|\bgroup \({_RANGE}|\b(?:two|2|double)[- ](?:carers|person|adults?|staff|handed)\b|\bin a {_RANGE}[- ]?(?:child|pupil) group)"
)
_SHARE = re.compile(
    rf"(?P<fromto>\b(?:from|baseline:?|currently|up from|down from|now)\b[^.;]{{0,40}}?\b{NUMBER}[^.;]{{0,40}}?(?:to|below|above|under|over|up to|down to|at least)\b[^.;]{{0,16}}?\b{NUMBER})|"
    rf"(?P<outof>(?<![\w/.]){NUMBER}\s?(?:/|out of(?: the| every| his| her| their)?|of(?: the| every| his| her| their)?|in(?: every)?)\s?(?:first |next |last |school )?{NUMBER}\b(?!/)(?:\s(?:opportunit\w+|trials?|occasions?|times|days|mornings|attempts|lessons|sessions))?|(?:[a-z]+ )(?:days|mornings|nights|times|lessons|evenings|afternoons) (?:in|out of) (?:every )?{NUMBER}\b)|"
    rf"(?P<percent>\b{NUMBER}\s?(?:%|per ?cent\b)(?: or more| accuracy)?(?: (?:of|in) (?:the |all |his |her |their )?(?:[a-z'-]+ ?){{1,2}})?)|"
    rf"(?P<atleast>\b(?:at least|a minimum of|minimum of|minimum|no fewer than|no more than|not more than|fewer than|more than|up to|under|below|above|over|at most|less than|at a minimum|within)\b (?:a |an )?{_RANGE}(?:-\w+)?(?! ?(?:months|years|terms|weeks?)\b))"
)
_KINDS = {"fromto": "from-to", "outof": "out-of", "atleast": "at-least"}


def _pass(expression: re.Pattern[str], folded: str, found: list[Quantity]) -> None:
    for match in expression.finditer(folded):
        kind = match.lastgroup or ""
        found.append(Quantity(_KINDS.get(kind, kind), match.start(), match.end()))


def amounts(folded: str) -> list[Quantity]:
    """How long, how often, over what and in what group, in the order of the text (for provisions and outcomes)."""
    found: list[Quantity] = []
    _pass(_DURATION, folded, found)
    _pass(_FREQUENCY, folded, found)
    _pass(_GROUP, folded, found)
    found.sort(key=lambda q: q.start)
    return found


def shares(folded: str) -> list[Quantity]:
    """Percentages, n out of m, from–to pairs and bounds (for outcomes)."""
    found: list[Quantity] = []
    _pass(_SHARE, folded, found)
    return found


_NUMERAL = re.compile(rf"(?:\d+(?:[.,]\d+)?(?:-\d+)?\+?|(?:{_WORD}))$")


def number_at(word: str) -> bool:
    """Whether one token is a number, in figures or in words."""
    return _NUMERAL.match(word) is not None
