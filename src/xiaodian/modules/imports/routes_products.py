"""HTTP: files of products."""

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.bulk import content_type_of
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.imports.products.export_products import SheetFormat
from xiaodian.modules.imports.products.template import get_template
from xiaodian.modules.imports.service.show_jobs import attachment


@get(
    "/api/shops/{shop_id:uuid}/product-template",
    opt=access(Access.MEMBER),
    tags=["imports"],
    responses=problems(NotFoundError, ForbiddenError, UnauthenticatedError, InvalidInputError),
)
async def get_product_template(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    format: FromQuery[SheetFormat] = SheetFormat.XLSX,
    is_chinese: FromQuery[bool] = True,
) -> Response[bytes]:
    """A file with the headings that product imports read, and an example of a product."""
    content = await get_template(ctx, caller, shop_id, format, is_chinese=is_chinese)
    name = f"{'商品模板' if is_chinese else 'products-template'}.{format.value}"
    return Response(content, media_type=content_type_of(name), headers={"content-disposition": attachment(name)})


routes = [get_product_template]
