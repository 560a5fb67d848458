"""Rules for English names of persons: after a label, title or salutation, in headers, under a letter."""

import re
from collections.abc import Iterator
from functools import lru_cache

from curate.stages.pii.checks import words
from curate.stages.pii.fields import CLOSING, JOIN, OPENING, SIGN, label
from curate.stages.pii.reasons import Reason
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import SURNAMES

UPPER, LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ\u0101\u0107\u010d\u0119\u011b\u0142\u0144\u0159\u015b\u0161\u017a\u017c\u017e"
LETTERS = re.compile(f"[{UPPER}{LOWER}]+")
WORD = f"(?:(?:[{UPPER}]['’])?[{UPPER}][{LOWER}]{{1,28}}(?:['’\\-]?[{UPPER}][{LOWER}]{{1,20}}){{0,3}}(?![{LOWER}]))"
LOUD = f"[{UPPER}]{{2,15}}(?:['’\\-][{UPPER}]{{2,15}})?(?![{LOWER}])"
INITIAL = f"[{UPPER}]\\."
PARTICLE = "(?:van der|van den|van|von der|von|de la|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten)"
PART = f"(?:{WORD}|{LOUD})"
MORE = f"(?:[ ](?:{INITIAL}[ ]?){{0,3}}(?:{PARTICLE}[ ])?{PART}|[ ]{INITIAL}(?![{UPPER}{LOWER}]))"
JUNIOR = "(?:,? (?:Jr|Sr)\\b\\.?|,? (?:MD|PhD|II|III|IV)\\b)?"
NAME = f"(?:{INITIAL}[ ]?){{0,4}}(?:{PARTICLE}[ ])?{PART}{MORE}{{0,3}}{JUNIOR}"
FULL = f"(?:(?:{INITIAL}[ ]?){{1,4}}{PART}|{PART}){MORE}{{1,3}}{JUNIOR}|(?:{INITIAL}[ ]?){{1,4}}{PART}"
LOUD_PARTICLE = "(?:(?:DE LA|DE LOS|DE|DEL|VAN DER|VAN DEN|VAN|VON|DI|DA|DOS|LA|LE|EL|AL|BIN) )?"
SURNAME_FIRST = f"{LOUD_PARTICLE}{PART}, {PART}(?: {INITIAL}|[ ]{PART})?"
TITLE = "(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Rev|MR|MRS)"
ALL_TITLES = re.compile(f"(?i:{TITLE}\\.?(?: {TITLE}\\.?)*)")
"""What stands alone where the name behind it was replaced."""
FIELDS = (
    "(?:d\\.?o\\.?b\\.?|date of birth|birth ?date|ssn|social security|mrn|medical record|patient id|employee id|age|"
    "sex|gender|phone|ph\\.?|telephone|tel\\.?|mobile|cell|fax|e-?mail|address|id|passport|nhs|account|acct\\.?|policy|"
    "title|position|department|dept\\.?|relationship|signature|date|room|ward|bank acc(?:oun)?t)"
    "(?: ?(?:no\\.?|numbers?|num\\.?))?"
)
"""What follows the name of a person in a form, on the same line."""
BESIDE = f"(?i:{FIELDS})(?:[ ]?[:#=]| [0-9])|[(]?[0-9]{{3}}[)]?[ .-][0-9]{{3}}[ .-][0-9]{{4}}(?![0-9])|[+][0-9]"
NEXT = (
    f"(?=[ ]{{0,3}}(?:[\\n\\r\\t,;()<>\"'|/\\]&]|\\.(?:\\s|\\Z)|[-–—] | and |[ ]{{2}}|\\\\[n\"']|\\Z)|[ ](?:{BESIDE}))"
)

NOBODY = words(
    "sir sirs madam customer customers client all team colleague colleagues friend friends editor editors "
    "members member user users reader readers everyone folks chairman president secretary senator governor "
    "applicant candidate parent parents there world folk guys student students "
    "valued hiring investor investors shareholder "
    "shareholders ladies gentlemen god lord"
)
"""Whom a salutation addresses without a name."""
ORGANISATIONS = words(
    "inc ltd llc llp corp corporation company co gmbh ag plc group bank university college institute department dept "
    "office team "
    "support security center centre service services systems system technologies technology software solutions "
    "automation "
    "committee council board agency administration ministry association foundation society hospital clinic school "
    "list lists "
    "mailing help desk helpdesk sales marketing info admin administrator postmaster daemon newsletter news editor "
    "editors "
    "international national federal global industries industrial electric energy networks network research lab labs "
    "laboratory "
    "international response cert psirt csirt soc product products customer care contact us here see name names "
    "address phone "
    "email mail fax tel telephone mobile date subject unknown none null true false anonymous various not applicable "
    "available "
    "the this that these our your their all any same above below http https www tbd project community developers "
    "maintainers "
    "contributors authors user users root default test example required optional string number remotely exploitable "
    "exploit type title first last full "
    "american hispanic shift duty "
    "reserve trust insurance partners associates holdings press media times journal review street road "
    "avenue drive court building "
    "united states america kingdom china european union january february march july september october "
    "november december monday tuesday wednesday thursday friday saturday sunday male female version windows linux "
    "server act law bill protection accounts payable receivable billing ops yes no pending plan plans "
    "benefit benefits handbook agreement relations"
)
"""Words of organisations, offices and fields that stand where a name could."""

STRONG = (
    "(?:patient|mother|father|parent|child|applicant|insured|customer|client|employee|student|spouse|guardian|driver|"
    "owner|tenant|member|witness|husband|wife|doctor|physician)['’]s[ _](?:full |first |last |legal |maiden )?name|"
    "pt\\.?[ _]name|pcp|(?:referring|ordering|treating) (?:physician|provider)|dentist|therapist|psychiatrist|"
    "radiologist|pathologist|midwife|"
    "full[ _]?name|first[ _]?name|last[ _]?name|given[ _]?names?|family[ _]?name|surname|middle[ _]?name|maiden[ "
    "_]?name|patient(?:[ _]?name)?|"
    "(?:customer|client|contact|employee|applicant|student|member|account holder|card ?holder|cardholder|insured|"
    "beneficiary|tenant|"
    "guest|passenger|driver|guardian|spouse|recipient|sender|buyer|seller|owner|manager|supervisor|emergency contact|"
    "emergency_contact|legal|real)[ _]?name|"
    "name on card|contact[ _]?person|account holder|cardholder|card holder|applicant|employee|insured|beneficiary|"
    "next of kin|emergency contact|guardian|"
    "spouse|witness|signed(?: by)?|signature|prepared by|approved by|reviewed by|reported by|submitted by|written by|"
    "attending(?: physician)?|physician|doctor|nurse|surgeon|attorney|plaintiff|defendant|claimant|recipient|sender"
)
WEAK = (
    "attn|attention|name|contact|author|from|to|cc|bcc|reply-to|manager|supervisor|customer|client|technician|operator|"
    "inspector|engineer|tenant|landlord|lessee|lessor|borrower|guarantor|debtor|grantor|grantee|executor|trustee"
)
LABEL = label(f"(?<![0-9A-Za-z_-])(?:(?P<weak>(?i:{WEAK}))|(?i:{STRONG}))")
LAST_WORDS = words(
    "name names surname patient person holder cardholder applicant employee insured beneficiary kin guardian spouse "
    "witness signed by "
    "signature physician doctor nurse surgeon attorney plaintiff defendant claimant recipient sender attn attention "
    "contact author from to "
    "cc bcc manager supervisor customer client technician operator inspector engineer tenant landlord "
    "lessee lessor borrower guarantor debtor grantor grantee executor trustee pcp provider dentist therapist "
    "psychiatrist radiologist pathologist midwife"
)
LAST_WORD = re.compile("([A-Za-z]{2,12})(?:\\(s)?\\Z")
CAMEL = re.compile("[a-z][A-Z][a-z]+\\Z")
OTHERS = words(
    "company file host product package project business organisation organization event course drug brand trade "
    "device domain server table column field variable class function module display screen step job workflow "
    "process service school hospital bank street place vessel ship system database model part item test study "
    "site group vendor supplier manufacturer common generic chemical scientific image folder directory path key "
    "tag branch building plant equipment machine tool application app software program report document form "
    "template sheet profile network interface thread node cluster queue topic bucket region city state country "
    "county farm store shop team club entity firm agency"
)
"""Before `name`: whose name it is, where it is no person's."""
GOODS = words(
    "pro plus mini lite ultra premium deluxe edition series kit pack bundle widget gadget starter standard basic "
    "express enterprise professional suite toolkit belt conveyor pump valve motor sensor gateway panel switch router"
)
"""Last words of what is sold: behind a bare `Name:` no person is called so."""
OTHERS_NAME = re.compile("([A-Za-z]+)[ ]{1,2}\\Z")
WORD_BEFORE = 16
CLOSING_SIGNS = " \t\u3000\"'”’】])）*\\"
ENDINGS = frozenset(word[-2:] for word in LAST_WORDS) | {"(s"}
ENDED = "|".join(sorted({f"{word[-2:]}" for word in LAST_WORDS}))
AFTER_LABEL = f"(?:(?<=(?i:{ENDED}).)|(?<=(?i:{ENDED})[ \"'”’\\])*\\\\].)|(?<=[ \"'”’\\])*\\\\]{{2}}.))"
"""Before the sign that joins them: the last two letters of a label, or two signs that may close one."""
LONGEST_LABEL, LONGEST_LAST = 32, 20
WEAK_NAMES = re.compile(f"(?:(?i:{TITLE})\\.? ){{0,3}}(?P<name>{SURNAME_FIRST}|{FULL}){NEXT}")
STRONG_NAMES = re.compile(f"(?:(?i:{TITLE})\\.? ){{0,3}}(?P<name>{SURNAME_FIRST}|{NAME}){NEXT}")
BETWEEN = re.compile("[ ]?[\"']?[ ]?(?:<[^<>\n]{1,80}>)?[ ]?(?:[,;&]|and )[ ]?[\"']?")

KEYED = re.compile(
    f"(?:(?i:{TITLE})\\.? )?(?P<name>[{UPPER}{LOWER}.'’\\-]{{1,24}}(?:[ "
    f"][{UPPER}{LOWER}.'’\\-]{{1,24}}){{1,3}})(?=\\\\?[\"']|[\\r\\n]|\\Z)"
)
"""A name alone in quotes or on a line, in whatever case it was typed."""
KEYS = (
    "(?:gender|sex|age|birth_?da(?:te|y)|date_of_birth|dob|"
    "(?:tele)?phone(?:_?numbers?)?|tel|mobile|"
    "e-?mail(?:_?address)?|ssn|id_?card(?:_?numbers?)?|idcardnumbers|性别|年龄|电话|手机|住址|地址|身份证号?|"
    "(?P<shared>address|occupation|nationality|location|physician|doctor))"
    "(?=(?P<close>\\\\?[\"'<>]|[ \\t]{0,3}(?(shared)[:|]|[:|=])))"
)
"""Fields of persons; those that settings of programs have too count before a colon alone."""
PERSONAL_KEYS = re.compile(f"(?i)(?:[\"'<>]|\\n[ \\t]{{0,8}}(?:- )?){KEYS}")
"""What closes one may open another: so the keys of a page do not depend on where it begins."""
FIRST_KEY = re.compile(f"(?i)[ \\t]{{0,8}}(?:- )?{KEYS}")
"""One that a text begins with."""
KEY_WINDOW, LONGEST_KEY, PAGE = 240, 64, 512
"""Characters around a name in which such a key speaks for it, and of the longest; those of a page of the text."""

SIGNED = (
    "(?:[Rr]egards|[Ss]igned|[Ss]incerely|[Bb]est wishes|[Bb]est|[Cc]heers|[Tt]hanks|[Tt]hank you|[Yy]ours truly|"
    "[Yy]ours faithfully|[Rr]espectfully|"
    "[Yy]ours|REGARDS|SINCERELY)(?: yours)?[,.!]?[ ]{0,3}\\r?\\n[\\s>|]{0,12}"
)
ADDRESSED = (
    "(?:[Ss]hip|[Bb]ill|[Dd]eliver|[Ss]old|SHIP|BILL|[Mm]ail|[Rr]eturn)(?:ed)?[ -](?:to|To|TO):?[ ]{0,3}\\r?\\n[ ]{0,8}"
)
GREETED = "(?:Hi|Hello|Hey|Good (?:morning|afternoon|evening)),? "
AGED = (
    ",? (?:is |was )?an? [0-9]{1,3}[- ]years?[- ]old|, aged [0-9]{1,3}(?![0-9])|, [1-9][0-9], of (?=[A-Z])|"
    ",? residing (?:at|in) |,? an individual(?! [a-z])"
)
DEGREE = ", (?:M\\.D\\.|Ph\\.? ?D\\.?|D\\.O\\.|D\\.D\\.S\\.|R\\.N\\.|J\\.D\\.|Esq\\.)"
BEFORE_AGE = re.compile(f"(?<![0-9A-Za-z])(?:{FULL})\\Z")
BEFORE_MAILBOX = re.compile(f"(?<![0-9A-Za-z])(?:{SURNAME_FIRST}|{NAME})\\Z")
LONGEST_NAME = 64
DRIVE = re.compile(f"[0-9][A-Za-z]? (?:[{UPPER}][{LOWER}]+ ){{1,3}}Dr\\.? \\Z")
POSSESSED = re.compile("['’]s (?:Drive|Street|Road|Avenue|Boulevard|Lane)(?![A-Za-z])")
"""Behind a name: the street that is called after somebody."""
DOCTORS = (
    "(?:[Dd]octor|[Pp]hysician|[Ss]urgeon|[Tt]herapist|[Dd]entist|[Nn]urse|[Aa]ttorney|[Ll]awyer)"
    f"(?:,| is| was| named) (?:{TITLE}\\.? ){{0,3}}"
)
INTRODUCED = f"(?:[Mm]y name(?:['’]s| is)|c/o|[Ss]igned by|[Ww]itnessed by) (?:{TITLE}\\.? ){{0,2}}"
ASSISTANTS = words(
    "google siri cortana bixby copilot chatgpt gpt gemini deepseek openai microsoft amazon apple facebook meta twitter "
    "github gitlab tesla ibm intel nvidia oracle adobe samsung huawei xiaomi alibaba tencent baidu bytedance "
    "netflix uber paypal "
    "linkedin youtube instagram whatsapp reddit"
)
"""Who is greeted by one word and is a machine or a company; not those that people are called too."""
OFFICES = words(
    "team committee department dept support office board resources desk helpdesk relations affairs operations "
    "staff council "
    "panel crew subscriber subscribers volunteers volunteer candidates employee employees partner partners "
    "supporter supporters"
)
"""Last words of what a letter is addressed to that is nobody."""


def is_greeted(value: str) -> bool:
    """Tell whether what follows a greeting is a name of somebody."""
    return is_person(value) and value.lower() not in ASSISTANTS


def is_addressee(value: str) -> bool:
    """Tell whether what follows a salutation or title is a name, and not a role or one more title."""
    said = value.lower().split()
    office = len(said) > 1 and said[-1] in OFFICES
    return said[0] not in NOBODY and not office and ALL_TITLES.fullmatch(value) is None


def is_street(text: str, start: int, end: int) -> Reason:
    """Give the reason where `Dr` before text[start:end] ends the name of a street, or that name is in one."""
    named = POSSESSED.match(text, end) or DRIVE.search(text, max(0, start - LONGEST_NAME), start)
    return "street" if named else ""


def is_person(value: str) -> bool:
    """Tell whether no word of what could be a name speaks of an organisation or a field."""
    return is_addressee(value) and ORGANISATIONS.isdisjoint(map(str.lower, LETTERS.findall(value)))


def is_sold(value: str) -> bool:
    """Tell whether what could be a name ends like that of a product."""
    said = LETTERS.findall(value)
    return bool(said) and said[-1].lower() in GOODS


def last_word(before: str) -> str:
    """Return the last word of what stands before a name in lower case, in camelCase the last part; empty: none."""
    said = LAST_WORD.search(before) if before[-2:].lower() in ENDINGS else None
    if said is None:
        return ""
    camel = CAMEL.search(said[1])
    return (said[1] if camel is None else camel[0][1:]).lower()


def is_of_another(text: str, start: int) -> bool:
    """Tell whether the word before text[start:] says that the name there is that of a thing or an organisation."""
    whose = OTHERS_NAME.search(text, max(0, start - WORD_BEFORE), start)
    return whose is not None and whose[1].lower() in OTHERS


def said_before(before: str) -> re.Match[str] | None:
    """Return the label at the end of what stands before a name; labels do not go over the end of a line."""
    return said_in_line(before[before.rfind("\n") + 1 :])


@lru_cache(512)
def said_in_line(before: str) -> re.Match[str] | None:
    """Return the same of one line: those of mail and records are the same again and again."""
    return LABEL.search(before)


def is_record(text: str, start: int, end: int) -> bool:
    """Tell whether a field that only persons have stands in text[start:end]."""
    pages = range(max(0, start) // PAGE, end // PAGE + 1)
    return any(start <= first and last <= end for page in pages for first, last in keys_of(text, page))


@lru_cache(8)
def keys_of(text: str, page: int) -> list[tuple[int, int]]:
    """Return where in a page of a text fields stand that only persons have; names of one page ask one by one."""
    first, last = page * PAGE, (page + 1) * PAGE
    found = [*PERSONAL_KEYS.finditer(text, first, last + LONGEST_KEY)]
    if not page and (opening := FIRST_KEY.match(text)):
        found.append(opening)
    return [(key.start(), key.end("close")) for key in found if key.start() < last]


def read_labelled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the names that follow a label: one, or several in a list.

    After a weak label (`Name:`, `To:`) only what is written like a full name, or where other fields of a person stand
    near; in such a record a name counts in whatever case it was typed. Keys of JSON and `name:` in lower case, which
    steps, packages and services have too, count only there.
    """
    before = text[max(0, start - LONGEST_LAST) : start].rstrip(CLOSING_SIGNS)
    if last_word(before) not in LAST_WORDS:
        return
    typed = KEYED.match(text, end)
    if not (typed or STRONG_NAMES.match(text, end)):
        return
    said = said_before(text[max(0, start - LONGEST_LABEL) : start])
    weak = said is not None and said["weak"] is not None
    if weak and said["weak"].lower() == "name" and is_of_another(text, start - len(said[0])):  # type: ignore[index]
        return
    shape = WEAK_NAMES if weak else STRONG_NAMES
    first = shape.match(text, end) or typed
    if said is None or first is None or not is_person(first["name"]) or (weak and is_sold(first["name"])):
        return
    bare = text[end - 1] in "\"'" or said["weak"] == "name"
    doubtful = weak and (bare or first is typed)
    if doubtful and not is_record(text, start - KEY_WINDOW, end + KEY_WINDOW):
        return
    yield from listed(text, end, shape, typed)


def listed(text: str, at: int, shape: re.Pattern[str], typed: re.Match[str] | None) -> Iterator[tuple[int, int]]:
    """Read names one after the other, the first of them in any case where `typed` says so."""
    while (name := shape.match(text, at) or typed) and is_person(name["name"]):
        yield name.span("name")
        between = BETWEEN.match(text, name.end())
        if between is None:
            return
        shape, typed, at = WEAK_NAMES, None, between.end()


def read_before_age(text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
    """Read the full name that an age follows."""
    name = BEFORE_AGE.search(text, max(0, start - LONGEST_NAME), start)
    if name and is_person(name[0]):
        yield name.span()


def read_before_mailbox(text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
    """Read the name before `<mailbox@host>`, a quote and a blank between them."""
    start -= text[start - 1 : start] == " "
    start -= text[start - 1 : start] in {'"', "'"}
    last = text[start - 1 : start]
    name = BEFORE_MAILBOX.search(text, max(0, start - LONGEST_NAME), start) if last.isalpha() or last == "." else None
    if name and is_person(name[0]):
        yield name.span()


TITLE_GATE = f"(?:Dear(?: (?i:{TITLE})\\.?){{0,3}}|{TITLE})\\.?(?: (?:{PARTICLE} )?[{UPPER}]| ?[{SURNAMES}])"
SIGNED_GATE = f"(?:{SIGNED}|{DOCTORS}|{INTRODUCED}|{ADDRESSED})(?:(?:{PARTICLE} )?[{UPPER}]|[{SURNAMES}])"
LABEL_GATE = f"(?i:{'|'.join(sorted(LAST_WORDS))})(?:\\(s\\))?{CLOSING}{JOIN}[A-Za-zÀ-ÿ{SURNAMES}]"

ENGLISH_NAME_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "English name after a salutation or title",
        (NAME,),
        0.6,
        check=is_addressee,
        certain=False,
        spared=is_street,
        label=f"(?<![A-Za-z])(?:Dear (?:(?i:{TITLE})\\.? ){{0,3}}|(?:{TITLE}\\.? ){{1,3}})",
        gate=TITLE_GATE,
    ),
    Rule(
        "PERSON",
        "English name after a greeting",
        (f"(?:{NAME})(?=[ ]?(?:[,!]|\\r?\\n|\\Z))",),
        0.6,
        check=is_greeted,
        certain=False,
        label=f"(?<![A-Za-z]){GREETED}(?:{TITLE}\\.? )?",
        gate=f"{GREETED}(?:{TITLE}\\.? )?(?:{PARTICLE} )?[{UPPER}]",
    ),
    Rule(
        "PERSON",
        "English name after a label",
        (f"{SIGN}(?={OPENING}[A-Za-zÀ-ÿ]){AFTER_LABEL}{OPENING}",),
        0.7,
        gate=LABEL_GATE,
        read=read_labelled,
    ),
    Rule(
        "PERSON",
        "English name before a mailbox",
        ("<[^<>\\s@]{1,64}@",),
        0.7,
        gate="<[^<>\\s@]{1,64}@",
        read=read_before_mailbox,
    ),
    Rule(
        "PERSON",
        "English name under a letter or after a profession",
        (
            f"(?:{NAME})(?=[ ]{{0,3}}(?:[\\n\\r,]|\\Z))",
            f"(?!{TITLE}\\.? )(?:{FULL})(?=[,.]?(?:\\s|\\Z))",
            f"(?:{SURNAME_FIRST})(?=[ ]{{0,3}}(?:[\\n\\r]|\\Z))",
        ),
        0.6,
        check=is_person,
        certain=False,
        label=f"(?<![A-Za-z])(?:{SIGNED}|{DOCTORS}|{INTRODUCED}|{ADDRESSED})",
        gate=SIGNED_GATE,
    ),
    Rule(
        "PERSON",
        "English name beside an age",
        (AGED, DEGREE),
        0.6,
        gate=f"an? [0-9]{{1,3}}[- ]years?[- ]old|, aged [0-9]|, [1-9][0-9], of [A-Z]|residing (?:at|in) |an individual|"
        f"{DEGREE}",
        read=read_before_age,
    ),
)
