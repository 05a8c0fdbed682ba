"""IAM in the local engine, answered as AWS answers it (docs/local-engine.md), and a record of what was asked.

The engine evaluates the deployed roles for each call of a function (AUTH=true). Where its answer
differs from AWS's, the question is put anew in calls.py; what AWS's own services do with a
deployed role is asked in services.py. record.py counts each use and keeps each refusal, so that
a run can fail on a refusal, and a test can find what was granted and never used.
"""

from iam import calls, services
from iam.record import refusals, report, set_without

__all__ = ["install", "refusals", "report", "set_without"]


def install(without: str) -> None:
    """`without`: grants that the run goes without, "FUNCTION ACTION, …"."""
    set_without([grant.strip() for grant in without.split(",") if grant.strip()], "started")
    calls.install()
    services.install()
