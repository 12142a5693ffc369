"""`xiaodian operator grant|revoke SIGN_IN`: who runs the platform. Nobody becomes an operator over the network."""

import argparse
import asyncio
import sys

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.accounts import api as accounts
from xiaodian.settings import Settings

DEEDS = {"grant": "make the account an operator", "revoke": "the account is no operator any more"}


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do, and to whom."""
    deeds = parser.add_subparsers(dest="deed", required=True)
    for deed, text in DEEDS.items():
        deeds.add_parser(deed, help=text, description=text).add_argument(
            "sign_in", metavar="SIGN_IN", help="the phone number or e-mail that the account signs in with"
        )


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 if there is no such account or no database."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="operator")
    try:
        asyncio.run(_set(settings, options.deed, options.sign_in))
    except NotFoundError:
        print(f"xiaodian: nobody signs in as {options.sign_in}", file=sys.stderr)
        return 1
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the accounts cannot be reached: {error}", file=sys.stderr)
        return 1
    print(f"{options.sign_in}: {'an operator now' if options.deed == 'grant' else 'no operator any more'}")
    return 0


async def _set(settings: Settings, deed: str, sign_in: str) -> None:
    async with open_records(settings) as records, records.database.transaction() as connection:
        account_id = await accounts.find_account_of(connection, sign_in)
        if deed == "grant":
            await accounts.grant_operator(connection, account_id)
        else:
            await accounts.revoke_operator(connection, account_id)
