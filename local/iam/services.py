"""What services of AWS do with a deployed role, which the engine does without asking: invoke, poll, write logs."""

import contextvars

from iam.calls import machine_of_token
from iam.record import may
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, stepfunctions

_execution = contextvars.ContextVar("caserelay_execution", default=None)
_token = contextvars.ContextVar("caserelay_token", default=None)


def install() -> None:
    """Puts the steps below in place of the engine's."""
    stepfunctions._execute_task = _execute_task
    stepfunctions._invoke_with_callback = _invoke_with_callback
    stepfunctions._call_lambda = _call_lambda
    eventbridge._invoke_target = _invoke_target
    lambda_svc._execute_function = _execute_function


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
    machine_of_token[token] = execution.get("stateMachineArn", "*")
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
        if machine and not may(machine["roleArn"].rsplit("/", 1)[-1], "lambda:InvokeFunction", arn):
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
    if role and ":function:" in arn and not may(role, "lambda:InvokeFunction", arn):
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
    if not all([may(role, action, source) for action in _POLLS.get(first.get("eventSource"), [])]):
        return {"error": True, "body": {"errorType": "AccessDenied", "errorMessage": f"{role} may not read {source}"}}
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
    stream = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:any"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        # Refused, lines are lost without a word on AWS; here they are not, but the run fails.
        may(role, action, stream)
    return _engine_function(func, event)
