"""HTTP: a shop's freight templates, for its staff."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import FreightTemplate, ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.freight_queries import list_freight_templates
from xiaodian.modules.shops.service import write_freight
from xiaodian.modules.shops.wire import FreightTemplateInput, FreightTemplateList

TAGS = ["shops"]
PATH = "/api/shops/{shop_id:uuid}/freight-templates"
WRITE_PROBLEMS = problems(MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)


@get(PATH, opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError, UnauthenticatedError))
async def list_templates(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> FreightTemplateList:
    """By what the shop reckons freight."""
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.SHOP_READ)
        return FreightTemplateList(items=await list_freight_templates(connection, ShopId(shop_id)))


@post(PATH, opt=access(Access.MEMBER), tags=TAGS, responses=WRITE_PROBLEMS)
async def create_template(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[FreightTemplateInput]
) -> FreightTemplate:
    """Add a template; as the default it takes the place of the one before."""
    return await write_freight.create_template(ctx, caller, ShopId(shop_id), data)


@put(PATH + "/{template_id:uuid}", opt=access(Access.MEMBER), tags=TAGS, responses=WRITE_PROBLEMS)
async def replace_template(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    template_id: FromPath[UUID],
    data: JSONBody[FreightTemplateInput],
) -> FreightTemplate:
    """Change a template for orders from now on."""
    return await write_freight.replace_template(ctx, caller, ShopId(shop_id), template_id, data)


@delete(
    PATH + "/{template_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def remove_template(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], template_id: FromPath[UUID]) -> None:
    """Remove a template; its products travel by the default. The default goes last."""
    await write_freight.remove_template(ctx, caller, ShopId(shop_id), template_id)


routes = [list_templates, create_template, replace_template, remove_template]
