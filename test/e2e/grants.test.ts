import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { type Grant, readPermissions } from '../../local/live/permissions.ts';

const { deployment, ranDir } = inject('e2e');
const others = readdirSync('test/e2e').filter((name) => name.endsWith('.test.ts') && name !== 'grants.test.ts');
const missing = others.filter((name) => !existsSync(join(ranDir, name)));
const partial = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} did not run before it)`;

interface Unseen {
  readonly who?: string;
  readonly actions: RegExp;
  readonly resource?: RegExp;
  readonly why: string;
}

/** Granted, and not seen used here; each with the reason why it stays. */
const UNSEEN: readonly Unseen[] = [
  { actions: /^xray:/, why: 'the engine has no X-Ray' },
  {
    actions: /^logs:(\w+LogDeliver|DescribeLogGroups|\w+ResourcePolic)/,
    why: 'Step Functions sets up the delivery of its own logs, which the engine does not',
  },
  {
    actions: /^kms:(DescribeKey|Encrypt|GenerateDataKey|ReEncrypt)/,
    why: 'AWS names them as the least that users of a table need; when DynamoDB asks for which is its own affair',
  },
  {
    actions: /^dynamodb:ListStreams$|^sqs:(GetQueueUrl|GetQueueAttributes|ChangeMessageVisibility)$/,
    why: 'CDK grants them with an event source or a destination: Lambda asks when it is made',
  },
  { actions: /^sqs:SendMessage$/, resource: /dlq|poison/, why: 'nothing had to be put aside' },
  { who: 'fire-deadline', actions: /^sqs:SendMessage$/, why: 'no hint came before its time' },
  { who: 'expire-handoff', actions: /./, why: 'the backstop of a wait that the deadline index ends' },
  {
    who: 'vendor-handoff',
    actions: /^lambda:InvokeFunction$/,
    resource: /expire-handoff$/,
    why: 'the same backstop',
  },
  { who: 'offer-handoff', actions: /^dynamodb:(Get|Update)Item$/, why: 'no offer had to be made a second time' },
  {
    who: 'offer-handoff',
    actions: /^states:SendTaskSuccess$/,
    why: 'no case was over, and no offer answered, in the moment in which it was offered',
  },
  {
    who: 'triage-case',
    actions: /^dynamodb:Query$/,
    why: "the demo's rules ask for no history, and no case was folded under another policy",
  },
  {
    who: 'notify-lead',
    actions: /^ses:SendEmail$/,
    resource: /identity\/.*@/,
    why: "the sender is verified by its domain here; it may be by its address, and in its sandbox SES asks for the leads' too",
  },
];

const isExplained = ({ who, action, resource }: Grant) =>
  UNSEEN.some(
    (unseen) =>
      unseen.actions.test(action) &&
      (unseen.resource ?? /./).test(resource) &&
      (unseen.who === undefined || who.endsWith(`-${unseen.who}`)),
  );

describe.skipIf(partial !== '')(`what the roles may do${partial}`, () => {
  test('was done in these tests, or has a reason', async () => {
    const { grants = [] } = (await readPermissions(deployment.endpoint)) ?? {};
    expect(grants.length).toBeGreaterThan(100);
    const unused = grants.filter((grant) => grant.calls === 0 && !isExplained(grant));
    expect(unused.map(({ who, action, resource }) => `${who}: ${action} on ${resource}`)).toEqual([]);
  });
});
