"""Calls over the API, checked as AWS checks them where the engine would ask something else."""

import json
import re

from iam.record import count, holders, may, refuse, taken_away
from ministack import app as gateway
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import secretsmanager, ses_v2
from ministack.services.cloudformation import provisioners

# The state machine that waits for a token's answer, by the token: services.py writes it down.
machine_of_token = {}
_key_of_table = {}


def install() -> None:
    """Puts the questions below in place of the engine's."""
    iam_evaluator.enforce = _enforce
    iam_evaluator._resolve_condition_key = _resolve_condition_key
    iam_actions.extract_iam_action = _extract_iam_action
    iam_actions.extract_resource_arn = _extract_resource_arn
    iam_actions.dynamodb_service_context = _dynamodb_service_context
    gateway._enforce_ses_v2 = _enforce_ses_v2
    for step in ("create", "update"):
        _remember_keys(provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"], step)


_engine_enforce = iam_evaluator.enforce


def _enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    denied = _engine_enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    principal = iam_evaluator.resolve_principal(access_key_id or "", get_account_id())
    if isinstance(principal, iam_evaluator.AuthError) or principal.type != "AssumedRole":
        return denied
    role = iam_evaluator._role_name_from_assumed_arn(principal.arn)
    holder = holders().get(role, role)
    why = taken_away(holder, iam_action)
    if denied is None and why is not None:
        denied = iam_evaluator.EvalResult("ImplicitDeny", principal.arn, "", "Taken away for this run")
    if denied is not None:
        refuse(holder, iam_action, resource_arn, why)
        return denied
    count(role, iam_action, resource_arn)
    key = _key_behind(service, iam_action, resource_arn)
    if key is not None and not may(role, "kms:Decrypt", key, {"kms:ViaService": f"{service}.{region}.amazonaws.com"}):
        return iam_evaluator.EvalResult("ImplicitDeny", principal.arn, "", "The key behind it may not be used")
    return None


def _key_behind(service: str, action: str, resource: str) -> str | None:
    """The customer-managed key that a service decrypts with in the caller's name, if what is read is under one."""
    if service == "dynamodb":
        table = re.search(r":table/([^/]+)", resource)
        return _key_of_table.get(table.group(1)) if table else None
    if action == "secretsmanager:GetSecretValue":
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
        return machine_of_token.get(iam_actions._safe_json_field(body, "taskToken"), "*")
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
