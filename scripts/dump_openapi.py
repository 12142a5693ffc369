"""Print the API's description (OpenAPI 3.1), from which the front end's client is generated."""

import sys

import msgspec

from xiaodian.app import create_app

if __name__ == "__main__":
    description = create_app().openapi_schema.to_schema()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(description, order="deterministic"), indent=1).decode())
    sys.stdout.write("\n")
