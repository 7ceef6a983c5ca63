"""Run by `pulumi up` and `pulumi preview` in this folder."""

import sys
from pathlib import Path

# Pulumi runs this file by its path; the project is not installed with its folder `deploy`.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from deploy.gcp.configuration import read_configuration
from deploy.gcp.infrastructure.program import make_infrastructure

make_infrastructure(read_configuration())
