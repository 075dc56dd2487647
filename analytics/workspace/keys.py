"""What lies outside the workspace and its backups: hash keys and the head of the audit log."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from analytics.workspace.errors import WorkspaceError


class Keys:
    """The folder of secrets that belongs to one workspace."""

    def __init__(self, folder: Path):
        self.folder = folder

    def create(self) -> str:
        """Make the keys and return the check value that the workspace keeps of the hash key."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("hash.key", "cookie.key"):
            self._write(name, secrets.token_hex(32))
        return self.check_value()

    def check_value(self) -> str:
        """Return a value from which the hash key can be recognised but not found."""
        return hashlib.sha256(b"check" + self._key("hash.key")).hexdigest()[:16]

    def escrow(self) -> str:
        """Return the hash key as text, to be written down and kept safe by the force."""
        return self._key("hash.key").decode()

    def recover(self, key: str) -> None:
        """Put an escrowed hash key in place, with a fresh cookie key."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write("hash.key", key)
        self._write("cookie.key", secrets.token_hex(32))

    @property
    def has_hash_key(self) -> bool:
        """Whether the hash key is on this machine."""
        return (self.folder / "hash.key").exists()

    def pseudonym(self, identifier: str) -> str:
        """Return the keyed hash (16 hex digits) that stands for an officer or a device."""
        text = identifier.strip().upper().encode()
        return hmac.new(self._key("hash.key"), text, hashlib.sha256).hexdigest()[:16]

    def cookie_key(self) -> str:
        """Return the key that signs sign-in cookies."""
        return self._key("cookie.key").decode()

    def write_head(self, length: int, head: str) -> None:
        """Record the length and last hash of the audit log outside the workspace."""
        self._write("audit.head", f"{length} {head}\n")

    def read_head(self) -> tuple[int, str] | None:
        """Return the recorded length and last hash of the audit log, None when there is none."""
        file = self.folder / "audit.head"
        if not file.exists():
            return None
        length, head = file.read_text(encoding="ascii").split()
        return int(length), head

    def _key(self, name: str) -> bytes:
        file = self.folder / name
        if not file.exists():
            raise WorkspaceError(
                f"The key '{file}' is missing. Put the escrowed key back, then try again."
            )
        return file.read_bytes().strip()

    def _write(self, name: str, text: str) -> None:
        """Replace a file whole, so that a crash leaves the old or the new one."""
        part = self.folder / f"{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        part.replace(self.folder / name)
