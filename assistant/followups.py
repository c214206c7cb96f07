"""A follow-up question made to stand alone, without a model: by the conversation's names and topics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.answering import REFUSAL
from assistant.calendar_words import MONTHS, WEEKDAYS
from assistant.matching import names_and_numbers
from assistant.text import STOP_WORDS, content_words, stem, stems, words
from assistant.types import Turn

_PERSON = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|theirs|himself|herself|themselves)\b", re.IGNORECASE
)
_WHOM = re.compile(
    r"\b(?:him|her|them)(?=\s*(?:[?.!,;]|$|(?:in|on|at|to|for|from|with|by|and|or|before|after|when)\b))", re.I
)
_OWN_PERSON = re.compile(r"[^\W\d_]+s\s+and\s+$", re.IGNORECASE)
_SAID_BEFORE = "the|this|that|these|those|it|its|he|his|him|she|her|they|their|them|there"
_PREPOSITION = (
    "about|after|as|at|before|by|down|during|for|from|in|into|of|on|over|than|to|under|up|when|while|with|without"
)
_AUXILIARY = "are|were|is|was|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must"
_RESPONDENTS = "audiences|critics|fans|listeners|others|reviewers|viewers"
_OWN_PLURAL = re.compile(
    rf"\b(?:do|did|are|were|have|has|had|can|could|will|would|should|must|which|many)\s+"
    rf"(?:(?!(?:{_SAID_BEFORE}|an?|any|I|we|you|{_RESPONDENTS})\b)[^\W\d_]+\s+){{0,2}}?"
    rf"(?!(?:{_RESPONDENTS})\b)(?:[^\W\d_]+[^\W\d_ius]s|people|children|men|women)"
    rf"(?=\s+(?!(?:{_SAID_BEFORE}|{_PREPOSITION}|{_AUXILIARY}|who|which|and|or)\b)[^\W\d_])",
    re.IGNORECASE,
)
"""Whom a question is about: "how do trains brake", "which countries raised", not "which songs did they sing".

Nor those who speak of somebody's work: "why did critics like their album".
"""
_CLAUSE = re.compile(r"\b(?:when|if|that|who|after|before|because|while|until|and|or)\b", re.IGNORECASE)
_THINGS = frozenset("""it its this these those then ones former latter""".split())
_BE = "is|are|was|were|be|been|has|have|had|will|would"
_OWN_THING = re.compile(
    rf"\ban?\s+(?:[^\W\d_]+\s+){{0,2}}?(?P<thing>[^\W\d_]{{3,}})\b[^?]{{0,150}}?(?:,|{_CLAUSE.pattern})[^?]{{0,150}}?"
    rf"\b(?:its|(?:{_AUXILIARY})\s+it)\b",
    re.IGNORECASE,
)
"""A question that says itself what "it" is: "What is a glacier and how does it form?"."""
_IT = re.compile(r"\b(?:it|its)\b", re.IGNORECASE)
_POINTED = re.compile(
    rf"\b(?:there|that|one)(?=\s*(?:[?.!,;]|$))"  # "Who built that?", "Which was the first one?"
    rf"|(?<!\w)(?!(?:{_BE}) there)[^\W\d_]+ there\b(?! (?:{_BE})\b)"
    r"|\b(?:is|was|does|did|do|has|can|will|about|of|for|to|in|on|at|by|with|from|after|before|like|why|how) that\b"
    r"|^\s*that\b|\bone (?:is|was|are|were|did|does|do|has|had|can|will)\b"
    rf"|\b(?:{_AUXILIARY}|{_PREPOSITION}) the (?:[^\W\d_]+ ){{1,2}}one\b"  # "Where does the smaller one come from?"
    # "Who paid for both?", "How much did both cost?"; not "do both parents and teachers", "with both hands".
    rf"|\bboth(?=\s*(?:[?.!,;]|$))|\b(?:{_AUXILIARY}) both(?=\s+[^\W\d_]+\W*$)",
    re.IGNORECASE,
)
"""Words that may stand for what was said, or for nothing ("there are", "plants that glow", "one reason")."""
# "To build a factory"; not "to build the tower", "to climb in winter", "dangerous to young people".
_TO_DO = (
    rf"to\s+(?!(?:{_SAID_BEFORE}|an?|human|local|many|most|other|public|small|some|young)\b)[^\W\d_]+\s+"
    rf"(?!(?:{_SAID_BEFORE}|{_PREPOSITION}|and|or)\b|\w+ly\b)\w"
)
_JUDGED = (
    "safe|unsafe|legal|illegal|possible|impossible|easy|easier|hard|harder|difficult|better|best|cheaper|good|bad|wise"
    "|healthy|unhealthy|necessary|important|dangerous|wrong|rude|normal|common"
)
_NOTHING = re.compile(
    r"\bthese days\b|\bthis (?:day|week|month|quarter|year|decade|century|season|spring|summer|autumn|fall|winter)\b"
    # "Which former factory became a museum?"; but "Did the former win?"
    r"|(?<!\bthe )\b(?:former|latter)\b|\bthose (?:who|that|which|with|of|in)\b"
    # "How long does it take to build a factory?", "Is it safe to eat raw fish?"
    rf"|(?<!\bdid )\bit(?=\s+(?:takes?|costs?)\s+(?:(?!(?:{_SAID_BEFORE}|to)\b)\w+\s+){{0,3}}{_TO_DO})"
    rf"|(?<=\bis )it(?=\s+(?:\w+\s+)?(?:{_JUDGED})\s+{_TO_DO})",
    re.IGNORECASE,
)
_WEATHER = re.compile(r"\b(?:when|if|while)\s+it(?:\s+is|['’]s)?\s+(?:rain|snow|hail)(?:s|ing)(?=\W*$)", re.IGNORECASE)
_CAPITAL = "[" + "".join(c for c in map(chr, range(0x250)) if c.isupper()) + "]"
_NOTHING_NAMED = re.compile(
    # "Is it true that France won?", "Was it Ada who wrote?", "How long did it take Apple to grow?"
    rf"\bit(?=\s+(?:[\w’'-]+\s+){{0,5}}?(?:that|who|whether|to\s+(?!(?:{_SAID_BEFORE}|an?|other)\b)(?-i:[a-z])+)\b)"
    r"|\bit(?=\s+(?:(?:often|ever|always|sometimes)\s+)?(?:(?:is|was|like|comes)\s+(?:to|in|at|being)|is\s+\d|matters?|get"
    r"|rain|snow|hail|hot|cold|warm|dark|wet|dry|windy|called\s+the))|\bthis(?=\s+the\s+(?:first|last|only)\b)"
    r"|\b(?:hot|cold|warm|dark|wet|dry|windy|time|day|date|year|far|late)\s+(?:is|was|does|did)\s+it\b",
    re.IGNORECASE,
)
"""Where "it" stands for nothing in a question that has a name of its own, and so is likely to be a whole one."""
_WH = "how|what|when|where|which|who|whom|whose|why"
_POINTING = re.compile(
    rf"\b(?P<whose>its)\b|\b(?P<thing>(?-i:it))\b"
    # "How many live there?"; not "are there", "wasn't there", "then there exists", "out there".
    rf"|(?<![’'])\b(?!(?:{_BE}|{_AUXILIARY}|{_WH}|out|that)\b)[^\W\d_]+\s+(?P<place>there)\b"
    rf"(?!\s+(?:{_BE}|{_AUXILIARY}|exists?|remains?)\b)"
    # "Was that in Germany?"; not "does that rocket", "larger than that of France".
    rf"|(?:^\W*|\b(?:{_AUXILIARY}|about|after|before|by|like|with|why|how)\s+)(?P<said>that|this|these|those)"
    rf"(?=\s*(?:[?.!,;]|$)|\s+(?:{_PREPOSITION}|{_AUXILIARY}|an?|the|compare|happen|mean)\b)(?!\s+(?:of|who|which)\b)",
    re.IGNORECASE,
)
"""Words that point at something said before, in a question that has a name of its own."""
_NEW_CLAUSE = re.compile(
    rf"(?<=\w )(?:{_WH}|because|if|that|while|whether)\b|\b(?:and|but|or)\s+(?=(?:{_WH}|{_AUXILIARY})\b)"
    rf"|,\s*(?=(?:{_WH}|{_AUXILIARY}|it)\b)|[;:–—]|\s-\s|(?<=\w )(?=it\s+(?:{_BE}|{_AUXILIARY})\b)"
    # "before it rose", "before Kublai moved it", "with the goal of selling it"
    rf"|\b(?:after|as|before|until|till|time)\s+(?=(?:it|(?-i:{_CAPITAL})[\w’'-]+)\s+(?!(?:{_PREPOSITION})\b)(?-i:[a-z]))"
    rf"|\b(?:{_PREPOSITION})\s+(?=\w+ing\b)",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    rf"\b(?:the|an?|which|what|each|every)\s+(?!(?:{_BE}|{_AUXILIARY})\b)[^\W\d_]{{3,}}(?!\s+of\s*$)", re.IGNORECASE
)
_OF_A_NAME = re.compile(rf"\b(?:{_PREPOSITION})\s+(?:the\s+)?{_CAPITAL}")
_ASKED_OF_A_NAME = re.compile(rf"^(?:(?!\b(?:{_AUXILIARY})\b).)*\bits\b.*?\b(?:{_AUXILIARY})\s+(?:the\s+)?{_CAPITAL}")
""" "Which of its bridges did Hull close?"."""
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_ELLIPSIS = re.compile(
    r"^\s*(?:(?:what about|how about|what else|who else|why not|really)\b|how (?:many|much)\s+[^\W\d_]+\W*$)", re.I
)
_JOINED = re.compile(r"^\s*(?:and|but|or|so)\b[\s,]*", re.IGNORECASE)
_ASKED_AGAIN = re.compile(
    rf"^\s*(?:(?:and|but|or|so)\b[\s,]*(?:(?:what|how)\s+about\b)?|(?:what|how)\s+about\b|(?={_PREPOSITION}\b))"
    rf"(?!.*\b(?:{_WH}|{_AUXILIARY})\b)",
    re.IGNORECASE,
)
"""The last question once more, of something else: "And in 2023?", "What about water?"; not "And where?"."""
_YES_OR_NO = re.compile(rf"(?:{_AUXILIARY})\b", re.IGNORECASE)
_ASKED = re.compile(
    rf"(?:{_WH})\b.*?\b(?:{_AUXILIARY})\b|(?:who|what)\s+(?!(?:{_PREPOSITION}|else)\b)(?-i:[a-z])", re.I
)
"""A question with a verb: "who won", "in which city is"; not "who in France", "which city"."""
_NAME = re.compile(
    rf"[“\"]([^”\"]{{3,60}})[”\"]"
    rf"|\b((?:{_CAPITAL}[\w’'-]*|\d+{_CAPITAL}[\w’'-]*|\d[\d.,]*)(?:\s+(?:of\s+the\s+|of\s+)?{_CAPITAL}[\w’'-]*)*)"
)
_SAID_WHOLE = re.compile(r"[,.;:!?…]|\b(?:I|we|you|he|she|it|they)\b", re.IGNORECASE)
"""What is in quotation marks because somebody said it."""
_LONGEST_NAME = 5  # words
_SHORTEST_CAPITAL = 4  # letters: "of" and "the" have none in "Lord of the Rings"
_POSSESSIVE = re.compile(r"[’']s$", re.IGNORECASE)
_OF_A_DATE = re.compile(rf"[\d.,]+(?:st|nd|rd|th|s)?|{'|'.join(MONTHS)}")
_NAMELESS = re.compile(
    # Not "more expensive than petrol cars", "recognise other bees", "one another".
    r"\b(?:anything|else|(?<!\bone )another|(?:any|many|some|the|what|which) other"
    r"|more(?!(?:\s+\w+){0,3}?\s+than\b))\b"
    r"|\b(?:next|afterwards?)(?=\W*$)",  # "What happened next?"
    re.I,
)
_STANDS_FOR_A_NAME = re.compile(
    r"\bthe (?:airline|author|band|bank|book|bridge|building|city|club|company|country|factory|film|firm|group|hospital"
    r"|island|man|manufacturer|museum|newspaper|party|project|region|river|school|ship|song|team|theatre|town|university"
    r"|village|woman)(?!\s+(?:of|in|on|at|to|for|from|with|that|which|who|whose|where)\b)\b",
    re.IGNORECASE,
)
"""What is called "the company" where nothing else is said of it."""
_DEFINITE = re.compile(r"\bthe\s+(?:(?:first|second|third|last|next|new|old|other|same|whole)\s+)?([^\W\d_]+)", re.I)
_DEFINED = re.compile(r"^\W*what(?:['’]s|\s+is|\s+are)\s+(?:an?\s+)?([^\W\d_]{3,})\W*$", re.IGNORECASE)
_OF_SOMETHING = frozenset(
    map(
        stem,
        """advantage age alternative bad benefit best better cause cost date depth difference different disadvantage
        effect example famous good happening height important interesting known left length meaning missing name new
        next popular population price problem purpose reason result risk similar similarity size special true unique
        weight width wrong""".split(),
    )
)
_SAYS_LITTLE = frozenset("""else many much now one ones said say says""".split())
"""Words of a question that are no topic, though they carry one in others."""
_ADJECTIVE = re.compile(r"\w{3,}(?:ional|ed|ous|ful|able|ible)$", re.IGNORECASE)
_FEW_WORDS = 2
_WORDS_OF_ITS_OWN = 4
"""From so many on a question without a pronoun may be a whole one; with fewer, CANARD's follow-ups are found less."""
_TURNS = 8
"""How far back a topic is followed."""
_CARRIED_PHRASES = 5
_CARRIED_ANSWERS = 3
_ANSWER_CHARACTERS = 500


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation added in brackets; unchanged if it leaves nothing.

    What is added are the names of the conversation's topic, those said most often first, or what its last question
    was about where nothing is named.
    """
    if not leans_on_history(question, history):
        return question
    turns = topic(history)
    carried = [*_asked_again(turns), *_carried(turns)] if _asks_again(question) else _carried(turns)
    said, new = set(words(question)), list[str]()
    for phrase in carried:
        if not set(words(phrase)) <= said:
            new.append(phrase)
            said.update(words(phrase))
    return f"{question} [{', '.join(new[:_CARRIED_PHRASES])}]" if new else question


def in_context(question: str, history: Sequence[Turn]) -> str:
    """A question amid what the conversation was about, to search passages by meaning with.

    It holds more than a person would want to read: the titles of the articles cited, the latest answers, and the
    question twice, so that it still weighs most.
    """
    turns = topic(history)
    titles = dict.fromkeys(title for turn in turns for title in turn.titles)
    answers = [turn.answer[:_ANSWER_CHARACTERS] for turn in turns if _tells(turn)][:_CARRIED_ANSWERS]
    named = ", ".join(_carried(turns)[:_CARRIED_PHRASES])
    return " ".join([*list(titles)[:2], question, *answers, named, question])


def leans_on_history(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question cannot be understood alone: pronouns, next to nothing of its own, "the" of what was said."""
    if not history:
        return False
    if joined := _JOINED.match(question):
        rest = question[joined.end() :]
        return not _is_whole(rest) or bool(_POINTED.search(rest)) or leans_on_history(rest, history)
    # "How do solar panels work when it rains?"
    asked = _WEATHER.sub(" ", question)
    held = set(words(_NOTHING.sub(" ", asked)))
    if _says_what_it_is(question, history):
        held -= {"it", "its"}
    if _ELLIPSIS.match(question) or _leaves_a_person_out(question):
        return True
    named = [word for word in names_and_numbers(question) if not word.isdigit()]
    topical = [word for word in content_words(asked) if not word.isdigit()]
    if named or (len(topical) > _FEW_WORDS and any(word.isdigit() for word in held)):
        return _points_back(asked)
    points = held & _THINGS or _POINTED.search(question)
    little = len(topical) <= 1 and not _asks_for_a_word(question, history)
    stands = len(topical) <= _FEW_WORDS and _STANDS_FOR_A_NAME.search(question)
    return bool(points or little or stands or _NAMELESS.search(question) or _speaks_of(question, topic(history)[0]))


def may_stand_alone(question: str) -> bool:
    """Whether a question that leans on the conversation may be a whole one all the same: it has words, and no pronoun.

    "Why do more people in cities ride bicycles?" may go on from what was said, or begin anew.
    """
    points = set(words(_NOTHING.sub(" ", question))) & _THINGS or _PERSON.search(question) or _POINTED.search(question)
    return not points and len(content_words(question)) >= _WORDS_OF_ITS_OWN


def _is_whole(question: str) -> bool:
    """Whether a question has a verb, a name of its own and something that is asked of it: not "did France?"."""
    named = {word for word in names_and_numbers(question) if not word.isdigit()}
    others = [word for word in content_words(question) if word not in named and not word.isdigit()]
    asked_of_it = _FEW_WORDS if _YES_OR_NO.match(question) else 1
    return bool(named) and len(others) >= asked_of_it and bool(_YES_OR_NO.match(question) or _ASKED.match(question))


def _points_back(question: str) -> bool:
    """Whether a question that has a name of its own says "it", "there" or "that" of what it does not name before."""
    text = _NOTHING.sub(" ", _NOTHING_NAMED.sub(" ", _QUOTED.sub("“Quoted”", question)))
    return any(not _is_said_before(match, text) for match in _POINTING.finditer(text))


def _is_said_before(pointing: re.Match[str], text: str) -> bool:
    """Whether a question names before what a word in it points at: "Why did Hull want it?" does not."""
    kind = pointing.lastgroup or ""
    earlier, clause = _clauses(text, pointing.start(kind))
    if kind == "place":
        return bool(_names(earlier) or _NOUN_PHRASE.search(earlier) or _OF_A_NAME.search(clause))
    if kind == "whose" and (_names(clause) or _NOUN_PHRASE.search(clause) or _ASKED_OF_A_NAME.search(text)):
        return True
    return any(word not in STOP_WORDS for word in words(earlier))


def _clauses(text: str, place: int) -> tuple[str, str]:
    """What stands before a place in a question, parted where the clause begins that the place is in."""
    begun = max((match.end() for match in _NEW_CLAUSE.finditer(text) if match.end() <= place), default=0)
    return text[:begun], text[begun:place]


def _names(text: str) -> list[str]:
    """The names of a text, without its numbers."""
    return [name for name in phrases(text) if name[0].isupper()]


def _says_what_it_is(question: str, history: Sequence[Turn]) -> bool:
    """Whether "it" is what the question names before, and nobody spoke of: "If a firm fails, who pays its debts?"."""
    own, first = _OWN_THING.search(question), _IT.search(question)
    if not own or not first or first.start() < own.start():
        return False
    return stem(own["thing"].lower()) not in _spoken_of(history)


def _spoken_of(history: Sequence[Turn]) -> set[str]:
    """The stems of all that was asked and answered."""
    return {word for turn in history for word in stems(f"{turn.question} {turn.answer}")}


def _asks_for_a_word(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question asks what something is that was not spoken of: "What is inflation?", not "What is next?"."""
    match = _DEFINED.match(question)
    if not match or _ADJECTIVE.match(match[1]):
        return False
    return stem(match[1].lower()) not in _spoken_of(history) | _OF_SOMETHING


def _leaves_a_person_out(question: str) -> bool:
    """Whether "she" or "their" is someone whom the question itself does not name before."""
    if (whom := _WHOM.search(question)) and not _is_named_apart(question, whom.start()):
        return True
    person = _PERSON.search(question)
    if not person:
        return False
    before = question[: person.start()]
    # "What do doctors and their patients think?"; what begins a question has a capital without being a name.
    return not (_OWN_PERSON.search(before) or _speaks_of_several(before, person[0].lower()) or _names(before))


def _is_named_apart(question: str, place: int) -> bool:
    """Whether "her" may be who was named: "Did Anna see her?" is of somebody else, "Anna's husband see her" not."""
    earlier, clause = _clauses(question, place)
    return bool(_names(earlier)) or any(name.endswith(("'s", "’s")) for name in _names(clause))


def _speaks_of_several(before: str, person: str) -> bool:
    """Whether what stands before "they" or "their" in a question says who or what they are."""
    plural = _OWN_PLURAL.search(before) if person.startswith("the") else None
    # "Why do people call them heroes?": somebody else, but in a clause of its own.
    return bool(plural and (person != "them" or _CLAUSE.search(before, plural.end())))


def topic(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns, latest first, back to the one that began their topic.

    A question that was refused begins none where an earlier one was answered.
    """
    turns: list[Turn] = []
    for turn in history[-_TURNS:]:
        if turns and (leans_on_history(turn.question, turns[-1:]) or _share_a_topic(turn, turns[-1])):
            turns.append(turn)
        elif _tells(turn) or not any(map(_tells, turns)):
            turns = [turn]
    return turns[::-1]


def _share_a_topic(turn: Turn, before: Turn) -> bool:
    named = {word for phrase in phrases(turn.question) for word in words(phrase)} - STOP_WORDS
    return bool(set(turn.titles) & set(before.titles) or named & set(words(f"{before.question} {before.answer}")))


def _speaks_of(question: str, turn: Turn) -> bool:
    """Whether something is called "the" so-and-so that was just mentioned."""
    before = set(stems(f"{turn.question} {turn.answer}"))
    named = (match[1].lower() for match in _DEFINITE.finditer(question))
    # Not "the most", "the one".
    return any(word not in STOP_WORDS | _SAYS_LITTLE and stem(word) in before for word in named)


def _carried(turns: Sequence[Turn]) -> list[str]:
    """Names and topics of some turns, latest first: those said most often first."""
    found: Counter[str] = Counter()
    for turn in turns:
        found.update(phrases(turn.question) or (_topical(turn.question) if turn is turns[0] else ()))
        # In an answer a number before a name is mostly a year: "In 2001 Ada wrote".
        found.update(phrase for phrase in phrases(turn.answer) if _tells(turn) and _is_named(phrase.split()[0]))
    # A year or a date told before is seldom what a question leaves unsaid.
    return [phrase for phrase, _ in found.most_common() if _is_named(phrase)]


def _asks_again(question: str) -> bool:
    """Whether a question is the last one, of something else that has no name: "And in 2023?", "And water?".

    "And the cost?" asks something new; of "And in Finland?" the name says most.
    """
    if not _ASKED_AGAIN.match(question) or set(stems(question)) & _OF_SOMETHING:
        return False
    return not _names(question)


def _asked_again(turns: Sequence[Turn]) -> list[str]:
    """What the last question was about that was not itself one asked again: its names, then its other words."""
    asked = next((turn.question for turn in turns if not _asks_again(turn.question)), "")
    named = [phrase for phrase in phrases(asked) if _is_named(phrase)]
    known = {word for phrase in phrases(asked) for word in words(phrase)}
    return [*named, *(word for word in _topical(asked) if word not in known)]


def _topical(question: str) -> list[str]:
    return [word for word in content_words(question) if word not in _SAYS_LITTLE]


def _is_named(phrase: str) -> bool:
    """Whether a phrase is more than a number or a date."""
    return not any(map(str.isdigit, phrase)) or not all(map(_OF_A_DATE.fullmatch, words(phrase)))


def _tells(turn: Turn) -> bool:
    return not turn.answer.startswith(REFUSAL)


def phrases(text: str) -> list[str]:
    """Names, numbers and quoted phrases of a text, in order, each once; of what somebody said only those in it."""
    found = []
    for match in _NAME.finditer(text):
        if match[1] and not _is_name(match[1]):
            found += phrases(match[1])
            continue
        parts = (match[1] or match[2]).strip(" ’'-.,").split()
        # "In August", "Did Åse": capital by place only; what stands in quotation marks stays whole.
        while parts and not match[1] and _POSSESSIVE.sub("", parts[0].casefold()) in _UNNAMED:
            parts = parts[1:]
        plain = " ".join(parts)
        a_time = _POSSESSIVE.sub("", plain.casefold()) in (*MONTHS, *WEEKDAYS)
        if len(plain) > 1 and not a_time and words(plain):
            found.append(plain)
    return list(dict.fromkeys(found))


def _is_name(quoted: str) -> bool:
    """Whether what stands in quotation marks is a title or a term, and not what somebody said."""
    # "Zingers," has the comma of its sentence.
    quoted = quoted.rstrip(" ,.")
    told = quoted.split()
    long = [word for word in told if len(word) >= _SHORTEST_CAPITAL]
    if long and not any(word[0].islower() for word in long):
        return True
    return len(told) <= _LONGEST_NAME and not _SAID_WHOLE.search(quoted)


_UNNAMED = frozenset(
    """what when where which who whom whose why how is are was were do does did can could has have had the a an in
    on at it he she they we i this that these those and but or if as by for from of to his her their its there
    then with after before since until during while when not no one two most many some according tell explain
    describe list name should would will may might must
    about above across against all almost although among another around because behind below beneath beside besides
    between beyond both despite each either even every everybody everyone few here however inside instead into many
    meanwhile more nearly neither nobody nothing only other our out outside over perhaps since so some somebody still
    such though through today together under unless yesterday yet your
    dr miss mr mrs ms prof sir""".split()
)
