"""The door of webhooks: the use cases that the open API offers too."""

from xiaodian.modules.webhooks import payloads
from xiaodian.modules.webhooks.catalogue import CATALOGUE, MessageType
from xiaodian.modules.webhooks.models import Message
from xiaodian.modules.webhooks.service.endpoints import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    list_endpoints,
    read_endpoint,
    rotate_secret,
)
from xiaodian.modules.webhooks.service.list_events import list_events, list_types
from xiaodian.modules.webhooks.service.log import list_deliveries, read_delivery
from xiaodian.modules.webhooks.service.redeliver import redeliver_one, redeliver_since, send_test
from xiaodian.modules.webhooks.wire import (
    DeliveryDetail,
    DeliveryView,
    EndpointInput,
    EndpointList,
    EndpointPatch,
    EndpointView,
    MessagePage,
    Redelivered,
    RedeliveryInput,
    WebhookTypeList,
    WebhookTypeView,
)
from xiaodian.modules.webhooks.wire import (
    EndpointSecretView as SecretView,
)

__all__ = [
    "CATALOGUE",
    "DeliveryDetail",
    "DeliveryView",
    "EndpointInput",
    "EndpointList",
    "EndpointPatch",
    "EndpointView",
    "Message",
    "MessagePage",
    "MessageType",
    "Redelivered",
    "RedeliveryInput",
    "SecretView",
    "WebhookTypeList",
    "WebhookTypeView",
    "change_endpoint",
    "create_endpoint",
    "delete_endpoint",
    "list_deliveries",
    "list_endpoints",
    "list_events",
    "list_types",
    "payloads",
    "read_delivery",
    "read_endpoint",
    "redeliver_one",
    "redeliver_since",
    "rotate_secret",
    "send_test",
]
