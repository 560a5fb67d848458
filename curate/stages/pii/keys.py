"""The secret behind surrogates and pseudonyms, and what is drawn from it."""

import hmac


class Secret:
    """A key that neither prints nor writes itself; what it draws from given words is always the same."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return "Secret()"

    def draw(self, *words: str) -> bytes:
        """Return HMAC-SHA256(key, words), 32 bytes; the length before each word keeps `a, bc` apart from `ab, c`."""
        said = "".join(f"{len(word)}:{word}" for word in words)
        return hmac.digest(self._key, said.encode("utf-8", "surrogatepass"), "sha256")

    def stream(self, length: int, *words: str) -> bytes:
        """Return so many bytes drawn from words."""
        drawn = self.draw(*words)
        for block in range(1, -(-length // len(drawn))):
            drawn += self.draw(*words, str(block))
        return drawn[:length]

    def choice(self, among: int, *words: str) -> int:
        """Return a number below `among` that words decide."""
        return int.from_bytes(self.draw(*words)[:8]) % among
