"""Who may call what of the admin API: a test for each call and each role of administrators, as recorded of
Keycloak 26.7 (tests/system/data/permissions.json), and what no table tells."""

import json

import pytest

from support import permissions
from support.server import ROOT

pytestmark = pytest.mark.any_engine

RECORDED = json.loads((ROOT / "tests" / "system" / "data" / "permissions.json").read_text())
CALLS = {permissions.name(call): call for call in permissions.CALLS}


@pytest.fixture(scope="module")
def matrix(common):
    admin = common.server.admin()
    return permissions.Matrix(common.server.url, lambda: admin.bearer()["authorization"].split()[1], "permissions")


@pytest.mark.parametrize("role", permissions.ROLES, ids=lambda role: role or "nobody")
@pytest.mark.parametrize("call", CALLS)
def test_cell(matrix, call, role):
    status = matrix.play(CALLS[call], role)
    assert (status != 403) == (role in RECORDED[call]), status
    assert status != 401 and status < 500 or status == 501
