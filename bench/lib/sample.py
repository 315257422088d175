"""What is asked for, taken from the data: ids, cursors, keywords."""

import re
import unicodedata

from grams import array
from programs import say

NUMBER = re.compile(r"[0-9+\-()./#*]+")


def tenant_id(postgres, database, slug):
    return postgres.ask(database, "select tenant_id from tenant_slugs where slug = :'slug'", slug=slug)


def ids(bench, count):
    """Ids of contacts anywhere in the listing."""
    sql = "select id from contacts where tenant_id = :'tenant' order by random() limit :count"
    found = [row[0] for row in bench.rows(sql, tenant=bench.tenant_id, count=count)]
    bench.random.shuffle(found)
    return found


def texts(bench, count):
    """Search texts of contacts."""
    sql = ("select replace(search_text, E'\\n', E'\\x1f') from contact_search where tenant_id = :'tenant' "
           "order by random() limit :count")
    return [row[0].replace("\x1f", "\n") for row in bench.rows(sql, tenant=bench.tenant_id, count=count)]


def cursors(bench, count):
    """Cursors into random depths: those that pages by number hand out."""
    client = bench.service.client(bench.slug)
    pages = max(bench.contacts // 10 - 1, 1)
    found = []
    for _ in range(count):
        answer = client.get("/contacts", page=bench.random.randint(1, pages), pageSize=10)
        if "nextCursor" not in answer:
            say("bench: the service has no cursors; that workload is left out")
            return []
        if answer["nextCursor"]:
            found.append(answer["nextCursor"])
    return found


def digit_keywords(bench, count, length=8):
    """Digits in a row of stored phones."""
    sql = "select digits from contact_phones where tenant_id = :'tenant' order by random() limit :count"
    found = set()
    for (digits,) in bench.rows(sql, tenant=bench.tenant_id, count=2 * count):
        if len(digits) >= length:
            at = bench.random.randint(0, len(digits) - length)
            found.add(digits[at:at + length])
    return bench.random.sample(sorted(found), min(count, len(found)))


def frequency(bench, keywords):
    """The share of contacts that each keyword finds, estimated from 20,000 of them."""
    if not hasattr(bench, "text_sample"):
        bench.text_sample = texts(bench, 20_000)
    sample = bench.text_sample
    return {keyword: sum(keyword in text for text in sample) / len(sample) for keyword in keywords}


def words_near(bench, length, share, count):
    """Pieces of words of this many letters that about this share of the contacts has."""
    frequency(bench, [])
    pieces = {}
    for text in bench.text_sample[:5_000]:
        for piece in {word[at:at + length] for word in text.split() for at in range(len(word) - length + 1)}:
            if piece.isalpha():
                pieces[piece] = pieces.get(piece, 0) + 1
    close = sorted(pieces, key=lambda piece: (abs(pieces[piece] / 5_000 - share), piece))[:count]
    return frequency(bench, close)


def like_pattern(word):
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def search_values(bench, keywords):
    """What the limits' SQL needs of keywords that are one word each."""
    return [{"grams": array(bench.grams.of_word(word)), "pattern": like_pattern(word)} for word in keywords]


def _bare(piece):
    """Without the punctuation round it, which a keyword is read without, unless it is a part of a number."""
    if NUMBER.fullmatch(piece) and any(map(str.isdigit, piece)):
        return piece
    letters = [index for index, letter in enumerate(piece) if unicodedata.category(letter)[0] not in "PS"]
    return piece[letters[0]:letters[-1] + 1] if letters else ""


def mixed_keywords(bench, count):
    """Pieces of the data, 1 to 12 letters or digits, and two words; folded already, hence the same in any client."""
    found = set()
    sample = texts(bench, 4 * count)
    while len(found) < count:
        text = bench.random.choice(sample)
        words = text.split()
        kind = bench.random.random()
        if kind < 0.25:
            words = [word for word in words if word.isdigit()] or words
        wanted = 2 if kind > 0.8 else 1
        pieces = []
        for _ in range(wanted):
            word = bench.random.choice(words)
            length = min(bench.random.randint(1, 12), len(word))
            at = bench.random.randint(0, len(word) - length)
            pieces.append(_bare(word[at:at + length]))
        if all(pieces):
            found.add(" ".join(pieces))
    return sorted(found)


def matches(keyword, rows):
    """The indexes of the texts that a keyword finds: the rule of src/domain/keyword.rs, for one that is folded."""
    words = keyword.split()
    is_number = [NUMBER.fullmatch(word) is not None for word in words]
    digits = ["".join(filter(str.isdigit, word)) if number else "" for word, number in zip(words, is_number)]
    if len(words) == 1 and digits[0] in ("", words[0]):
        word = words[0]
        return [index for index, text in enumerate(rows) if word in text]
    # The longest first: it leaves the fewest texts to look at again.
    pairs = sorted(zip(words, digits), key=lambda pair: -len(pair[0]))
    found = range(len(rows))
    for word, other in pairs:
        if other in ("", word):
            found = [index for index in found if word in rows[index]]
        else:
            found = [index for index in found if word in rows[index] or other in rows[index]]
    joined = "".join(digits) if len(words) > 1 and all(is_number) else ""
    if joined:
        found = sorted({*found, *(index for index, text in enumerate(rows) if joined in text)})
    return found
