"""The platform's key for web push (VAPID, RFC 8292): made once, kept sealed with the records, the same everywhere."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from xiaodian.infra.database import Connection
from xiaodian.infra.sealing import Sealer

PURPOSE = "outreach push key"


async def get_key(connection: Connection, sealer: Sealer) -> Vapid02:
    """The key; whoever asks first makes it."""
    if (sealed := await connection.fetchval("SELECT sealed FROM outreach.push_key")) is None:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        made = sealer.seal(to_text(number.to_bytes(32)), PURPOSE)
        await connection.execute("INSERT INTO outreach.push_key (sealed) VALUES ($1) ON CONFLICT DO NOTHING", made)
        sealed = await connection.fetchval("SELECT sealed FROM outreach.push_key")
    return Vapid02.from_raw(sealer.open(sealed, PURPOSE).encode())


def public_text(key: Vapid02) -> str:
    """The public half, as browsers want it (`applicationServerKey`)."""
    return to_text(key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def to_text(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes of base64url, padded or not. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
