"""HTTP: what fans may do next, and how well that is told."""

from litestar import get
from litestar.params import FromPath

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.fans import FanForecast, ForecastReport
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.fans.service import see_prediction

TAGS = ["fans"]
SHOP = "/api/shops/{shop_id:uuid}"
READS = problems(UnauthenticatedError, ForbiddenError, NotFoundError)


@get(
    f"{SHOP}/fans/{{account_id:uuid}}/prediction",
    opt=access(Access.MEMBER, Scope.FANS_READ),
    tags=TAGS,
    responses=READS,
)
async def read_fan_prediction(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], account_id: FromPath[AccountId]
) -> FanForecast:
    """Whether a fan will buy again in the next days, why, and what; null where nothing is told."""
    async with ctx.database.connection() as connection:
        return FanForecast(prediction=await see_prediction.find_prediction(connection, caller, shop_id, account_id))


@get(f"{SHOP}/fan-prediction-report", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_prediction_report(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> ForecastReport:
    """How well it is told what fans may do next, beside a plain baseline; null before the first night."""
    async with ctx.database.connection() as connection:
        return ForecastReport(report=await see_prediction.find_report(connection, caller, shop_id))


routes = [read_fan_prediction, read_prediction_report]
