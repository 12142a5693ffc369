"""What silence does. Any number of workers may do it at once: an after-sale is worked on by one of them."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.database import Database
from xiaodian.infra.logging import get_logger
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.models import Deed, Doing, Role
from xiaodian.modules.aftersales.service.move import move

log = get_logger(__name__)

_SILENCE = Doing(deed=Deed.TIME_OUT, role=Role.CLOCK)


async def time_out(database: Database, now: datetime) -> int:
    """Take silence for what it counts as, for all that is overdue. Says how many.

    Each is a transaction of its own: one that fails is logged, passed over, and comes again with the next run.
    """
    done, failed = 0, set[UUID]()
    while True:
        overdue_id: UUID | None = None
        try:
            async with database.transaction() as connection:
                overdue = await queries.lock_overdue(connection, now, failed)
                if overdue is None:
                    return done
                overdue_id = overdue.after_sale_id
                await move(connection, overdue, _SILENCE, now)
            done += 1
        except UnavailableError:
            raise
        except Exception:
            if overdue_id is None:
                raise
            failed.add(overdue_id)
            log.exception("after_sale_not_timed_out", after_sale_id=str(overdue_id))
