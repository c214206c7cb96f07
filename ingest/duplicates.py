"""The same article from two places: told by the shingles of its words, whatever its header, address or format.

Nearly the same words are not enough: this year's report may differ from last year's in its figures alone, a corrected
article from the wrong one in a "not". So the names, numbers and negations between an article's first and last words,
where headers and footers are, must be the other's too, and as often: both names may stand in both texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from assistant.text import STOP_WORDS, fold

if TYPE_CHECKING:
    # At run time where it is used: it brings scipy along, and `footnote ask` should not wait for that.
    from datasketch import MinHash

# Runs of so many words are compared; half of a shorter text may be a coincidence, so such texts must be equal.
_SHINGLE_WORDS = 4
_FEWEST_WORDS = 40
_PERMUTATIONS = 128
_AT_ONCE = 2_000  # shingles; each takes 2 kB while it is looked at, and a book has 50,000
_SEED = 1
_SCHEME = "affine32"
# Articles that share so much of their shingles are the same one. Reports of two years on one subject share far
# less, a copy with another header, a new date or a corrected sentence far more.
_SAME_FROM = 0.8
_HEADER_WORDS, _HEADER_PART = 30, 6
"""Header and footer: so many words, and at most one in so many of the text's."""
_WORD = re.compile(r"\w+")
_JOINED_NOT = re.compile(r"n['’]t\b|(?<=\bcan)not\b", re.IGNORECASE)
# English, German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish and Russian, case folded. What is
# a number in one and a common word in another ("due") does no harm there: a copy has it as often.
_NEGATIONS = frozenset(
    """not no never none nobody nothing nowhere neither nor without hardly barely scarcely
    nicht nichts nie niemals niemand kein keine keinen keinem keiner keines ohne weder
    ne pas jamais rien aucun aucune sans ni nunca jamás nada nadie ningún ninguno ninguna sin
    non mai niente nessun nessuno nessuna senza né não nem sem nenhum nenhuma niet niets nooit niemand geen zonder
    inte ej aldrig ingen inget inga utan ikke aldri uden nie nigdy nikt nic bez żaden żadna
    не нет ни никогда никто ничего без""".split()
)
_NUMBER_WORDS = frozenset(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
    millions billion billions trillion trillions dozen dozens half halves third thirds quarter quarters once twice
    double doubled triple tripled first second fourth fifth sixth seventh eighth ninth tenth
    null zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreissig vierzig fünfzig sechzig siebzig
    achtzig neunzig hundert tausend deux trois quatre cinq sept huit neuf dix onze douze quinze vingt trente quarante
    cinquante soixante cent cents mille dos tres cuatro cinco seis siete ocho nueve diez doce veinte treinta cuarenta
    cincuenta cien ciento mil due tre quattro cinque sei sette otto nove dieci undici dodici venti trenta quaranta
    cinquanta cento mila dois duas três quatro sete oito dez vinte trinta twee drie vijf zes zeven negen tien twaalf
    twintig dertig veertig vijftig honderd duizend två fyra fem sex sju åtta nio tio hundra tusen fire seks syv otte
    åtte ni ti hundre hundrede tusind dwa dwie dwóch trzy trzech cztery czterech pięć pięciu sześć sześciu siedem
    siedmiu osiem ośmiu dziewięć dziewięciu dziesięć dziesięciu sto tysiąc tysięcy два две двух три трёх трех
    четыре четырёх четырех пять пяти шесть шести семь семи восемь восьми девять девяти десять десяти сто тысяча
    тысяч""".split()
)
_OTHER_FACTS = _NEGATIONS | _NUMBER_WORDS


def signature(text: str) -> bytes:
    """MinHash of the text's word shingles: uint32, 128 values."""
    made: bytes = _minhash(text).hashvalues.astype(np.uint32).tobytes()
    return made


class KnownArticles:
    """The articles there are, to be asked for one that a text repeats.

    Args:
        signatures: by what names the article.
    """

    def __init__(self, signatures: Mapping[str, bytes]) -> None:
        from datasketch import MinHashLSH

        self._hashes = MinHashLSH(threshold=_SAME_FROM, num_perm=_PERMUTATIONS)
        self._known: dict[str, MinHash] = {}
        for name, held in signatures.items():
            self.add(name, held)

    def add(self, name: str, held: bytes) -> None:
        """Add an article, or replace the one of this name."""
        self.discard(name)
        self._known[name] = _from_bytes(held)
        self._hashes.insert(name, self._known[name])

    def discard(self, name: str) -> None:
        """Forget an article."""
        if self._known.pop(name, None) is not None:
            self._hashes.remove(name)

    def same_as(self, text: str, held: bytes, text_of: Callable[[str], str]) -> str | None:
        """The name of the article that has nearly the same text; None where there is none.

        Args:
            text: an article's text.
            held: its signature.
            text_of: gives the text of a known article by name.
        """
        wanted = _from_bytes(held)
        alike = {name: wanted.jaccard(self._known[name]) for name in self._hashes.query(wanted)}
        likest: list[str] = sorted(alike, key=lambda name: -alike[name])
        for name in likest:
            if alike[name] >= _SAME_FROM and _same_facts(text, text_of(name)):
                return name
        return None


def _same_facts(one: str, other: str) -> bool:
    some, others = _words(one), _words(other)
    return _facts(some) <= _folded(others) and _facts(others) <= _folded(some)


def _facts(words: list[str]) -> Counter[str]:
    """How often each fact stands in a text, but for its header and footer."""
    header = min(_HEADER_WORDS, len(words) // _HEADER_PART)
    return _folded(word for word in words[header : len(words) - header] if _is_fact(word))


def _is_fact(word: str) -> bool:
    """Whether a word is a name, a number or a negation, or of a script that does not show which words are names."""
    folded = word.casefold()
    if folded in _OTHER_FACTS or any(map(str.isdigit, word)):
        return True
    # A letter that could not be larger is a capital, or one of a script without them, such as Arabic. Not `upper`:
    # Georgian has capitals, but begins no word with one. A stop word is large for where it stands, at the beginning.
    return word[0].isalpha() and word[0] == word[0].title() and folded not in STOP_WORDS


def _words(text: str) -> list[str]:
    return _WORD.findall(_JOINED_NOT.sub(" not", text))


def _folded(words: Iterable[str]) -> Counter[str]:
    return Counter(word.casefold() for word in words)


def _minhash(text: str) -> MinHash:
    from datasketch import MinHash

    words = fold(text).split()
    if len(words) < _FEWEST_WORDS:
        shingles = [" ".join(words)]
    else:
        shingles = [" ".join(words[i : i + _SHINGLE_WORDS]) for i in range(len(words) - _SHINGLE_WORDS + 1)]
    made = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME)
    unlike = [shingle.encode() for shingle in dict.fromkeys(shingles)]
    for first in range(0, len(unlike), _AT_ONCE):
        made.update_batch(unlike[first : first + _AT_ONCE])
    return made


def _from_bytes(held: bytes) -> MinHash:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashvalues=np.frombuffer(held, np.uint32))
