"""What each role on a shop's staff may do."""

import pytest

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.shops import ShopRole
from xiaodian.modules.shops.rules import RIGHTS, may, may_appoint

SESSION = frozenset({Scope.EVERYTHING})
WRITES = {right for right in Scope if right.endswith((":write", ":shipping", ":control"))}


def test_every_role_has_its_rights_and_none_has_those_of_a_session() -> None:
    assert set(RIGHTS) == set(ShopRole)
    assert all(Scope.EVERYTHING not in rights for rights in RIGHTS.values())


def test_the_owner_may_everything_in_the_shop() -> None:
    assert all(may(ShopRole.OWNER, SESSION, right) for right in Scope if right is not Scope.EVERYTHING)


def test_only_owner_and_finance_move_money() -> None:
    assert {role for role in ShopRole if may(role, SESSION, Scope.FINANCE_WRITE)} == {ShopRole.OWNER, ShopRole.FINANCE}


def test_who_reads_only_changes_nothing_and_sees_neither_money_nor_buyers() -> None:
    rights = RIGHTS[ShopRole.VIEWER]
    assert not rights & WRITES
    assert not rights & {Scope.FINANCE_READ, Scope.CUSTOMERS_READ}


def test_the_warehouse_ships_and_neither_cancels_nor_refunds() -> None:
    assert may(ShopRole.WAREHOUSE, SESSION, Scope.SHIPPING)
    for right in (Scope.ORDERS_WRITE, Scope.AFTERSALES_WRITE, Scope.FINANCE_READ):
        assert not may(ShopRole.WAREHOUSE, SESSION, right)


def test_a_token_may_only_what_both_its_scopes_and_the_role_allow() -> None:
    assert may(ShopRole.WAREHOUSE, frozenset({Scope.ORDERS_READ}), Scope.ORDERS_READ)
    assert not may(ShopRole.WAREHOUSE, frozenset({Scope.ORDERS_READ}), Scope.STOCK_WRITE)
    assert not may(ShopRole.WAREHOUSE, frozenset({Scope.FINANCE_READ}), Scope.FINANCE_READ)


@pytest.mark.parametrize("scope", [Scope.SHIPPING, Scope.ORDERS_WRITE])
def test_who_may_write_orders_may_ship_them(scope: Scope) -> None:
    assert may(ShopRole.OWNER, frozenset({scope}), Scope.SHIPPING)
    assert may(ShopRole.OWNER, frozenset({scope}), Scope.ORDERS_WRITE) == (scope is Scope.ORDERS_WRITE)


def test_nobody_gives_or_takes_a_role_with_more_rights_than_their_own() -> None:
    assert {role for role in ShopRole if may_appoint(ShopRole.OWNER, role)} == set(ShopRole) - {ShopRole.OWNER}
    assert not may_appoint(ShopRole.MANAGER, ShopRole.FINANCE)
    assert may_appoint(ShopRole.MANAGER, ShopRole.WAREHOUSE)
    for role in set(ShopRole) - {ShopRole.OWNER, ShopRole.MANAGER}:
        assert not any(may_appoint(role, other) for other in ShopRole)
