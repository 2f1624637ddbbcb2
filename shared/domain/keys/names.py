"""Names of people and companies, as far as two ways to write one can be told to be one."""

import re

from shared.domain.keys.plain import PLACEHOLDERS, plain

_ENGLISH = frozenset(
    {"ltd", "limited", "plc", "llp", "lp", "llc", "inc", "incorporated", "corp", "corporation", "co", "cic"}
) | {"company", "dac", "teo", "pty", "pte", "pvt", "private", "bhd", "sdn", "ulc", "pllc"}
_GERMAN = frozenset({"gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "gbr", "ug", "ev", "ek", "eg", "se"}) | {
    "haftungsbeschrankt"
}
_ROMANCE = frozenset(
    {"sa", "sas", "sasu", "sarl", "eurl", "sci", "snc", "sl", "slu", "sau", "sll", "cv", "sacv", "sadecv"}
) | {"lda", "ltda", "unipessoal", "srl", "srls", "spa", "sapa", "sagl", "scrl"}
_DUTCH_AND_NORTHERN = frozenset(
    {"bv", "nv", "vof", "bvba", "sprl", "cvba", "ab", "hb", "as", "asa", "aps", "ks", "ans", "ehf"}
) | {"oy", "oyj", "ou", "uab", "sia"}
_EASTERN = frozenset(
    {
        "spzoo",
        "spj",
        "spk",
        "sro",
        "vos",
        "kft",
        "zrt",
        "nyrt",
        "bt",
        "doo",
        "dd",
        "eood",
        "ood",
        "ead",
        "sti",
    }
)
_LEGAL_FORMS = _ENGLISH | _GERMAN | _ROMANCE | _DUTCH_AND_NORTHERN | _EASTERN
"""As one word, without dots: `S.p.A.` is `spa`, `Sp. z o.o.` is `spzoo`."""
_LONGEST_FORM = 5
"""Words that a form may be spread over: `s a d e cv`."""
_OPENINGS = frozenset(
    {"the", "firma", "sarl", "ooo", "zao", "uab", "sia", "ets", "mr", "mrs", "ms", "miss", "mx", "dr", "prof"}
) | {"herr", "frau", "mme", "mlle", "monsieur", "madame", "dhr", "mevr"}
"""What stands before a name and is no part of it."""
_AND = frozenset({"and", "und", "et", "og", "och"})
_WRITTEN_OUT = {
    "intl": "international",
    "int": "international",
    "natl": "national",
    "bros": "brothers",
    "mfg": "manufacturing",
    "mgmt": "management",
    "svc": "services",
    "svcs": "services",
    "serv": "services",
    "assoc": "associates",
    "eng": "engineering",
    "dist": "distribution",
    "hldgs": "holdings",
    "grp": "group",
    "ind": "industries",
    "inds": "industries",
    "tech": "technologies",
    "ent": "enterprises",
    "dept": "department",
    "univ": "university",
    "centre": "center",
}
_AS = "dba"
_TRADING = (("trading", "as"), ("doing", "business", "as"), ("also", "known", "as"), ("formerly",), ("aka",))
_TURNS = frozenset({_AS, *(phrase[0] for phrase in _TRADING)})
"""The first words of what stands between two names."""
_SLASHED = re.compile(r"(?<!\w)(?:t/a|d/b/a|a/k/a|f/k/a)(?!\w)| / ")
_APOSTROPHES = re.compile("[.'`\u2018\u2019\u02bc]")
_WORDS = re.compile(r"[^\W_]+")
_NOBODY = PLACEHOLDERS | {"GUEST", "NONAME", "TESTUSER", "TESTCUSTOMER", "GUESTCUSTOMER", "GUESTUSER"}


def name(text: str | None) -> str:
    """Give a name's words in order, without accents, punctuation and legal form.

    `Acme Trading Ltd.` and `ACME TRADING LIMITED` are `acme trading`; a name that the company trades
    under stands behind, `acme / bright lights`. Never a key by itself (SAGE-ABS-08).
    """
    marked = plain(text or "")
    if "/" in marked:
        marked = _SLASHED.sub(f" {_AS} ", marked)
    words = _WORDS.findall(_APOSTROPHES.sub("", marked))
    parts = (" ".join(_essential(part)) for part in _parted(words))
    return " / ".join(dict.fromkeys(part for part in parts if _is_name(part)))


def names(normalised: str) -> tuple[str, ...]:
    """Give the names that a normalised one holds: the registered one and those traded under."""
    return tuple(normalised.split(" / "))


def _parted(words: list[str]) -> list[list[str]]:
    """Part words where a name ends and another that it goes by begins."""
    if _TURNS.isdisjoint(words):
        return [words]
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(words):
        phrase = next((each for each in _TRADING if tuple(words[at : at + len(each)]) == each), ())
        if phrase or words[at] == _AS:
            parts.append([])
        else:
            parts[-1].append(words[at])
        at += max(1, len(phrase))
    return parts


def _essential(words: list[str]) -> list[str]:
    """Leave out what tells no two names apart, as long as anything is left."""
    written_out = [_WRITTEN_OUT.get(word, word) for word in words]
    kept = [word for word in written_out if word not in _AND] or written_out
    while len(kept) > 1:
        if kept[0] in _OPENINGS:
            kept = kept[1:]
        elif form := _form_length(kept):
            kept = kept[:-form]
        else:
            break
    return kept


def _form_length(words: list[str]) -> int:
    """Count the words at the end that are a legal form, written apart or not."""
    initials = 0
    while initials < min(_LONGEST_FORM, len(words) - 1) and len(words[-1 - initials]) <= 2:  # noqa: PLR2004
        initials += 1
    for length in range(initials, 1, -1):
        if "".join(words[-length:]) in _LEGAL_FORMS:
            return length
    return int(len(words) > 1 and words[-1] in _LEGAL_FORMS)


def _is_name(part: str) -> bool:
    return part.replace(" ", "").upper() not in _NOBODY
