from deploy.gcp.configuration import FOLDER
from deploy.gcp.identities_table import identities_table
from deploy.gcp.infrastructure.grants import IDENTITIES

TABLE = FOLDER.parents[1] / "reports/cloud_identities.md"


def test_the_docs_show_the_rights_of_the_code() -> None:
    assert identities_table() == TABLE.read_text(encoding="utf-8"), "run invoke tables"


def test_every_identity_has_a_row() -> None:
    table = identities_table()

    assert all(f"| `{identity}` | " in table for identity in IDENTITIES)
