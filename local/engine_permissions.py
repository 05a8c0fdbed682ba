"""IAM in the local engine, answered as AWS answers it, and a record of what was asked.

The engine evaluates the deployed roles for each call of a function (AUTH=true). Where its answer
differs from AWS's, the question is put anew here; and what AWS's own services do with a deployed
role (invoke, poll, log, decrypt), which the engine does without asking, is asked here. Each call
of a role is counted, each refusal kept: `report` tells both, so that a run can fail on a refusal
and a test can find what was granted and never used.
"""

import collections
import contextvars
import json
import re
import threading
import time

from ministack import app as gateway
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, ses_v2, stepfunctions
from ministack.services.cloudformation import provisioners

MOST_REFUSALS = 1000
# How long an answer about a role is good, seconds: it is asked thousands of times, and AWS keeps such answers too.
REMEMBERED = 30

_lock = threading.Lock()
_calls = collections.Counter()
_refusals = collections.deque(maxlen=MOST_REFUSALS)
_without = {"started": [], "asked": []}

_allowed_until = {}
_machine_of_token = {}
_key_of_table = {}
_execution = contextvars.ContextVar("caserelay_execution", default=None)
_token = contextvars.ContextVar("caserelay_token", default=None)


def install(without: str) -> None:
    """Puts the questions below in place of the engine's. `without`: grants that the run goes without, "NAME ACTION, …"."""
    set_without([grant.strip() for grant in without.split(",") if grant.strip()], "started")
    iam_evaluator.enforce = _enforce
    iam_evaluator._resolve_condition_key = _resolve_condition_key
    iam_actions.extract_iam_action = _extract_iam_action
    iam_actions.extract_resource_arn = _extract_resource_arn
    iam_actions.dynamodb_service_context = _dynamodb_service_context
    gateway._enforce_ses_v2 = _enforce_ses_v2
    stepfunctions._execute_task = _execute_task
    stepfunctions._invoke_with_callback = _invoke_with_callback
    stepfunctions._call_lambda = _call_lambda
    eventbridge._invoke_target = _invoke_target
    lambda_svc._execute_function = _execute_function
    for step in ("create", "update"):
        _remember_keys(provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"], step)


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


def report() -> dict:
    """What was refused since the engine started, and each grant of the deployed roles with its number of calls."""
    with _lock:
        calls, refusals = dict(_calls), list(_refusals)
    return {"refusals": refusals, "grants": _grants(calls)}


# --- Who asks -----------------------------------------------------------------------------------


def _holders() -> dict[str, str]:
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


def _taken_away(holder: str, action: str) -> str | None:
    for why, pairs in _without.items():
        if any(action == taken and _is_named(holder, name) for name, taken in pairs):
            return why
    return None


def _count(role: str, action: str, resource: str) -> None:
    with _lock:
        _calls[(role, action, resource)] += 1


def _refuse(holder: str, action: str, resource: str, why: str | None) -> None:
    with _lock:
        _refusals.append(
            {"at": time.time() * 1000, "who": holder, "action": action, "resource": resource, "onPurpose": why == "asked"}
        )


def _may(role: str, action: str, resource: str, context: dict | None = None) -> bool:
    """Whether a role's own policies allow what a service of AWS does with it; counted, or kept as a refusal."""
    question = (role, action, resource, str(context))
    if _allowed_until.get(question, 0) > time.time():
        _count(role, action, resource)
        return True
    account, holder = get_account_id(), _holders().get(role, role)
    asked = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/{holder}",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    why = _taken_away(holder, action)
    allowed = iam_evaluator.evaluate(asked, iam_evaluator._gather_role_policies(role, account)).decision == "Allow"
    if allowed and why is None:
        _allowed_until[question] = time.time() + REMEMBERED
        _count(role, action, resource)
        return True
    _refuse(holder, action, resource, why)
    return False


def _grants(calls: dict) -> list[dict]:
    """Each action and resource that an Allow statement of a deployed role pairs; CDK's own roles are not ours."""
    from ministack.services import iam

    holders = _holders()
    grants = []
    for key, role in iam._roles.to_dict().items():
        name = key[-1] if isinstance(key, tuple) else key
        if name.startswith("cdk-"):
            continue
        made = [(action, resource, times) for (by, action, resource), times in calls.items() if by == name]
        for document in (role.get("InlinePolicies") or {}).values():
            for statement in iam_evaluator.parse_policy_document(document):
                if statement.effect != "Allow":
                    continue
                for action in statement.actions:
                    for resource in statement.resources:
                        used = sum(
                            times
                            for called, on, times in made
                            if iam_evaluator._action_matches(called, [action], [])
                            and iam_evaluator._resource_matches(on, [resource], [])
                        )
                        grants.append(
                            {"who": holders.get(name, name), "action": action, "resource": resource, "calls": used}
                        )
    return grants


# --- Calls over the API -------------------------------------------------------------------------

_engine_enforce = iam_evaluator.enforce


def _enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    denied = _engine_enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    principal = iam_evaluator.resolve_principal(access_key_id or "", get_account_id())
    if isinstance(principal, iam_evaluator.AuthError) or principal.type != "AssumedRole":
        return denied
    role = iam_evaluator._role_name_from_assumed_arn(principal.arn)
    holder = _holders().get(role, role)
    why = _taken_away(holder, iam_action)
    if denied is None and why is not None:
        denied = iam_evaluator.EvalResult("ImplicitDeny", principal.arn, "", "Taken away for this run")
    if denied is not None:
        _refuse(holder, iam_action, resource_arn, why)
        return denied
    _count(role, iam_action, resource_arn)
    key = _key_behind(service, iam_action, resource_arn)
    if key is not None and not _may(role, "kms:Decrypt", key, {"kms:ViaService": f"{service}.{region}.amazonaws.com"}):
        return iam_evaluator.EvalResult("ImplicitDeny", principal.arn, "", "The key behind it may not be used")
    return None


def _key_behind(service: str, action: str, resource: str) -> str | None:
    """The customer-managed key that a service decrypts with in the caller's name, if what is read is under one."""
    if service == "dynamodb":
        table = re.search(r":table/([^/]+)", resource)
        return _key_of_table.get(table.group(1)) if table else None
    if action == "secretsmanager:GetSecretValue":
        from ministack.services import secretsmanager

        for secret in secretsmanager._secrets.to_dict().values():
            if secret.get("ARN") == resource:
                return secret.get("KmsKeyId")
    return None


def _remember_keys(handlers: dict, step: str) -> None:
    """The engine passes over a global table's replicas, which name its key."""
    engine_step = handlers[step]

    def provision(*args, **kwargs):
        made = engine_step(*args, **kwargs)
        name = made[0] if isinstance(made, tuple) else args[0]
        for props in (part for part in args if isinstance(part, dict)):
            for replica in props.get("Replicas") or []:
                _key_of_table[name] = (replica.get("SSESpecification") or {}).get("KMSMasterKeyId")
        return made

    handlers[step] = provision


_engine_resolve = iam_evaluator._resolve_condition_key


def _resolve_condition_key(key, ctx):
    """The engine speaks plain HTTP on loopback, where AWS is reached by TLS alone."""
    return "true" if key.lower() == "aws:securetransport" else _engine_resolve(key, ctx)


_engine_action = iam_actions.extract_iam_action

_SQS_BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def _extract_iam_action(service, method, path, headers, body, query_params):
    """Batches are no actions of their own: whoever may send one message may send ten."""
    action = _engine_action(service, method, path, headers, body, query_params)
    return _SQS_BATCHES.get(action, action)


_engine_resource = iam_actions.extract_resource_arn


def _extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
    """The end of a wait is allowed on the state machine that waits; a secret is named by its whole ARN."""
    if service == "states" and ".SendTask" in headers.get("x-amz-target", ""):
        return _machine_of_token.get(iam_actions._safe_json_field(body, "taskToken"), "*")
    return _engine_resource(service, method, path, headers, body, query_params, region, account_id)


_engine_dynamodb_context = iam_actions.dynamodb_service_context


def _dynamodb_service_context(body):
    """With dynamodb:LeadingKeys: the partition keys of all items that a request names."""
    context = _engine_dynamodb_context(body)
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return context
    items = [request, *(part for item in request.get("TransactItems") or [] for part in item.values())]
    keys = [(item.get("Key") or item.get("Item") or {}).get("PK", {}).get("S") for item in items]
    if any(keys):
        context["dynamodb:LeadingKeys"] = [key for key in keys if key]
    return context


_engine_enforce_ses = gateway._enforce_ses_v2


def _enforce_ses_v2(method, path, headers, body, query_params, request_id):
    """A mail is allowed on the sender's identity, on its configuration set, and in the sandbox on the recipients'."""
    action = iam_actions.extract_iam_action("ses", method, path, headers, body, query_params)
    if action != "ses:SendEmail":
        return _engine_enforce_ses(method, path, headers, body, query_params, request_id)
    mail = json.loads(body or b"{}")
    ours = f"arn:aws:ses:{gateway.extract_region(headers, query_params)}:{get_account_id()}"
    sender = _bare_address(mail.get("FromEmailAddress") or "")
    resources = [f"identity/{_identity_of(address)}" for address in [sender, *_recipients(mail)]]
    if mail.get("ConfigurationSetName"):
        resources.append(f"configuration-set/{mail['ConfigurationSetName']}")
    for resource in resources:
        refused = gateway._enforce_data_plane(
            "sesv2",
            action,
            headers,
            query_params,
            request_id,
            resource_arn=f"{ours}:{resource}",
            service_context={"ses:FromAddress": sender},
            named_resource=f"{ours}:{resource}",
        )
        if refused:
            return refused
    return None


def _recipients(mail: dict) -> list[str]:
    destination = mail.get("Destination") or {}
    fields = ("ToAddresses", "CcAddresses", "BccAddresses")
    return [_bare_address(address) for field in fields for address in destination.get(field) or []]


def _bare_address(text: str) -> str:
    return (re.search(r"<([^<>]+)>\s*$", text) or [None, text.strip()])[1]


def _identity_of(address: str) -> str:
    """The identity that an address stands for: itself if it is verified itself, else its domain."""
    return address if address in ses_v2._identities else address.rpartition("@")[2]


# --- What services of AWS do with a role ---------------------------------------------------------

_engine_task = stepfunctions._execute_task


def _execute_task(state_def, raw_input, execution, ctx):
    entered = _execution.set(execution)
    try:
        return _engine_task(state_def, raw_input, execution, ctx)
    finally:
        _execution.reset(entered)


_engine_callback = stepfunctions._invoke_with_callback


def _invoke_with_callback(resource, input_data, token, state_def):
    execution = _execution.get() or {}
    _machine_of_token[token] = execution.get("stateMachineArn", "*")
    entered = _token.set(token)
    try:
        return _engine_callback(resource, input_data, token, state_def)
    finally:
        _token.reset(entered)


_engine_call = stepfunctions._call_lambda


def _call_lambda(func_ref, event):
    """A workflow's function runs if the workflow's role may invoke it; its error ends the wait that it was to begin."""
    token = _token.get()
    try:
        machine = stepfunctions._state_machines.get((_execution.get() or {}).get("stateMachineArn"))
        arn = func_ref if func_ref.startswith("arn:") else f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{func_ref}"
        if machine and not _may(machine["roleArn"].rsplit("/", 1)[-1], "lambda:InvokeFunction", arn):
            raise stepfunctions._ExecutionError("Lambda.AccessDeniedException", f"{machine['name']} may not invoke {arn}")
        return _engine_call(func_ref, event)
    except stepfunctions._ExecutionError as error:
        # The engine swallows it and waits on; Step Functions fails the state, so that Retry and Catch see it.
        info = stepfunctions._task_tokens.get(token) if token else None
        if info:
            info["error"] = {"Error": error.error, "Cause": error.cause}
            info["event"].set()
        raise


_engine_target = eventbridge._invoke_target


def _invoke_target(target, event, rule, view=None):
    role, arn = target.get("RoleArn", "").rsplit("/", 1)[-1], target.get("Arn", "")
    if role and ":function:" in arn and not _may(role, "lambda:InvokeFunction", arn):
        return None
    return _engine_target(target, event, rule, view)


# What Lambda needs to read an event source: Developer Guide, "Process … records" of DynamoDB and SQS.
_POLLS = {
    "aws:dynamodb": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
    "aws:sqs": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
}

_engine_function = lambda_svc._execute_function


def _execute_function(func, event):
    config = func.get("config") or func
    role = config.get("Role", "").rsplit("/", 1)[-1]
    records = event.get("Records") if isinstance(event, dict) else None
    first = records[0] if isinstance(records, list) and records and isinstance(records[0], dict) else {}
    source = first.get("eventSourceARN", "")
    if not all([_may(role, action, source) for action in _POLLS.get(first.get("eventSource"), [])]):
        return {"error": True, "body": {"errorType": "AccessDenied", "errorMessage": f"{role} may not read {source}"}}
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
    stream = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:any"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        # Refused, lines are lost without a word on AWS; here they are not, but the run fails.
        _may(role, action, stream)
    return _engine_function(func, event)
