"""Print the OpenAPI document of the HTTP API; needs no engines."""

import json
import sys

from xiaodian.app import create_app
from xiaodian.edge.openapi import openapi_document

if __name__ == "__main__":
    json.dump(openapi_document(create_app()), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
