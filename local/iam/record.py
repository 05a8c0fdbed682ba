"""What the roles of a run were asked and answered: who was refused what, and what was used of each grant."""

import collections
import re
import threading
import time

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc, stepfunctions

MOST_REFUSALS = 1000
# How long an answer about a role is good, seconds: it is asked thousands of times, and AWS keeps such answers too.
REMEMBERED = 30

_lock = threading.Lock()
_calls = collections.Counter()
_refusals = collections.deque(maxlen=MOST_REFUSALS)
_without = {"started": [], "asked": []}
_allowed_until = {}


def set_without(grants: list[str], why: str = "asked") -> None:
    """Takes grants away, each "NAME ACTION": of the function (or other holder of a role) so named."""
    pairs = []
    for grant in grants:
        name, _, action = grant.partition(" ")
        if not re.fullmatch(r"[\w-]+:\w+", action):
            raise ValueError(f'"{grant}" is no grant; expected a function and an action, as in "notify-lead ses:SendEmail"')
        pairs.append((name, action))
    _without[why] = pairs
    _allowed_until.clear()


def refusals() -> list[dict]:
    """What was refused since the engine started; quick enough to be asked every other second."""
    with _lock:
        return list(_refusals)


def report() -> dict:
    """The refusals, and each grant of the deployed roles with its number of calls."""
    with _lock:
        calls = dict(_calls)
    return {"refusals": refusals(), "grants": _grants(calls)}


def holders() -> dict[str, str]:
    """The name of whatever runs under a role, by the role's name."""
    names = {}
    for record in lambda_svc._functions.to_dict().values():
        config = record.get("config") or record
        names[config.get("Role", "").rsplit("/", 1)[-1]] = config.get("FunctionName", "")
    for machine in stepfunctions._state_machines.to_dict().values():
        names[machine.get("roleArn", "").rsplit("/", 1)[-1]] = machine.get("name", "")
    return names


def _is_named(holder: str, name: str) -> bool:
    return holder == name or holder.endswith(f"-{name}")


def taken_away(holder: str, action: str) -> str | None:
    for why, pairs in _without.items():
        if any(action == taken and _is_named(holder, name) for name, taken in pairs):
            return why
    return None


def count(role: str, action: str, resource: str, context: dict | None = None) -> None:
    with _lock:
        _calls[(role, action, resource, (context or {}).get("kms:ViaService"))] += 1


def refuse(holder: str, action: str, resource: str, why: str | None) -> None:
    with _lock:
        _refusals.append(
            {"at": time.time() * 1000, "who": holder, "action": action, "resource": resource, "onPurpose": why == "asked"}
        )


def may(role: str, action: str, resource: str, context: dict | None = None) -> bool:
    """Whether a role's own policies allow what a service of AWS does with it; counted, or kept as a refusal."""
    question = (role, action, resource, str(context))
    if _allowed_until.get(question, 0) > time.time():
        count(role, action, resource, context)
        return True
    account, holder = get_account_id(), holders().get(role, role)
    asked = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/{holder}",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    why = taken_away(holder, action)
    allowed = iam_evaluator.evaluate(asked, iam_evaluator._gather_role_policies(role, account)).decision == "Allow"
    if allowed and why is None:
        _allowed_until[question] = time.time() + REMEMBERED
        count(role, action, resource, context)
        return True
    refuse(holder, action, resource, why)
    return False


def _grants(calls: dict) -> list[dict]:
    """Each action and resource that an Allow statement of a deployed role pairs; CDK's own roles are not ours."""
    names = holders()
    grants = []
    for key, role in iam._roles.to_dict().items():
        name = key[-1] if isinstance(key, tuple) else key
        if name.startswith("cdk-"):
            continue
        made = [call for call in calls.items() if call[0][0] == name]
        for document in (role.get("InlinePolicies") or {}).values():
            for statement in iam_evaluator.parse_policy_document(document):
                if statement.effect != "Allow":
                    continue
                for action in statement.actions:
                    for resource in statement.resources:
                        used = sum(times for call, times in made if _is_under(call, action, resource, statement.conditions))
                        grants.append(
                            {"who": names.get(name, name), "action": action, "resource": resource, "calls": used}
                        )
    return grants


def _is_under(call: tuple, action: str, resource: str, conditions: dict) -> bool:
    """Whether a call that was counted is what a grant is for."""
    _, called, on, via = call
    asked = (conditions.get("StringEquals") or {}).get("kms:ViaService")
    return (
        iam_evaluator._action_matches(called, [action], [])
        and iam_evaluator._resource_matches(on, [resource], [])
        and asked in (None, via)
    )
