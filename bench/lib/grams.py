"""The grams of a word, as the service computes them (src/domain/grams.rs): the limits' SQL needs them too.

Only what a gram needs of XXH3: inputs of 1 to 16 bytes. `check` compares with what is stored.
"""

MASK = 2**64 - 1
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
)


def _number(data, at, size):
    return int.from_bytes(data[at:at + size], "little")


def _secret(first, second, size=8):
    return _number(SECRET, first, size) ^ _number(SECRET, second, size)


def _swap(number, size=8):
    return int.from_bytes(number.to_bytes(size, "little"), "big")


def _rotate(number, by):
    return (number << by | number >> (64 - by)) & MASK


def xxh3(data, seed=0):
    length = len(data)
    if length <= 3:
        mixed = data[0] << 16 | data[length >> 1] << 24 | data[length - 1] | length << 8
        mixed ^= (_secret(0, 4, 4) + seed) & MASK
        mixed = (mixed ^ mixed >> 33) * 0xC2B2AE3D27D4EB4F & MASK
        mixed = (mixed ^ mixed >> 29) * 0x165667B19E3779F9 & MASK
        return mixed ^ mixed >> 32
    if length <= 8:
        seed ^= _swap(seed & 0xFFFFFFFF, 4) << 32
        first, last = _number(data, 0, 4), _number(data, length - 4, 4)
        mixed = (last + (first << 32)) ^ (_secret(8, 16) - seed) & MASK
        mixed ^= _rotate(mixed, 49) ^ _rotate(mixed, 24)
        mixed = mixed * 0x9FB21C651E98DF25 & MASK
        mixed ^= (mixed >> 35) + length
        mixed = mixed * 0x9FB21C651E98DF25 & MASK
        return mixed ^ mixed >> 28
    low = _number(data, 0, 8) ^ (_secret(24, 32) + seed) & MASK
    high = _number(data, length - 8, 8) ^ (_secret(40, 48) - seed) & MASK
    product = low * high
    mixed = (length + _swap(low) + high + (product & MASK ^ product >> 64)) & MASK
    mixed = (mixed ^ mixed >> 37) * 0x165667919E3779F9 & MASK
    return mixed ^ mixed >> 32


class Grams:
    """Of one tenant, which is part of every hash."""

    def __init__(self, tenant_id):
        self.seed = xxh3(bytes.fromhex(tenant_id.replace("-", "")))

    def _hash(self, gram):
        number = xxh3(gram.encode(), self.seed) & 0xFFFFFFFF
        return number - 2**32 if number >= 2**31 else number

    def of_text(self, text):
        words = text.replace("\n", " ").split(" ")
        pieces = {word[at:at + size] for word in words for size in (1, 2, 3) for at in range(len(word) - size + 1)}
        return sorted({self._hash(piece) for piece in pieces})

    def of_word(self, word):
        """Those of the greatest length there is, each letter covered once."""
        size = min(len(word), 3)
        last = len(word) - size
        return sorted({self._hash(word[at:at + size]) for at in [*range(0, last, 3), last]})

    def check(self, text, stored):
        if self.of_text(text) != sorted(stored):
            raise SystemExit("bench: the grams stored are not those of lib/grams.py; it has to follow src/domain/grams.rs")


def array(numbers):
    return "{" + ",".join(map(str, numbers)) + "}"
