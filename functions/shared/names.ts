/** Names that more than one place must agree on: infra and functions both read them here. Import-free. */

/** Environment variables of the functions. */
export const ENV = {
  tableName: 'TABLE_NAME',
  /** Base URL of the HTTP API as its callers see it: e-mail links and vendor answers start with it. */
  publicUrl: 'PUBLIC_URL',
  deadlineQueueUrl: 'DEADLINE_QUEUE_URL',
  poisonQueueUrl: 'POISON_QUEUE_URL',
  caseTriageArn: 'CASE_TRIAGE_ARN',
  caseAssignmentArn: 'CASE_ASSIGNMENT_ARN',
  vendorHandoffArn: 'VENDOR_HANDOFF_ARN',
  handoffNoticeArn: 'HANDOFF_NOTICE_ARN',
  breachAlertArn: 'BREACH_ALERT_ARN',
  /** Prefix of the secrets' names: <prefix>/source/<name>, <prefix>/vendor/<id>, <prefix>/links. */
  secretPrefix: 'SECRET_PREFIX',
  configurationSet: 'CONFIGURATION_SET',
} as const;

export const METRIC_NAMESPACE = 'CaseRelay';

export const METRIC = {
  casesReceived: 'CasesReceived',
  duplicatesDropped: 'DuplicatesDropped',
  /** Each webhook taken from a source whose silence rings an alarm, and each minute in which none is expected of it. */
  sourceHeard: 'SourceHeard',
  webhooksRefused: 'WebhooksRefused',
  triageDecided: 'TriageDecided',
  agentAssigned: 'AgentAssigned',
  assignmentDeferred: 'AssignmentDeferred',
  exposureExhausted: 'ExposureExhausted',
  writeBackRefused: 'WriteBackRefused',
  handoffOffered: 'HandoffOffered',
  handoffAccepted: 'HandoffAccepted',
  handoffRejected: 'HandoffRejected',
  handoffExpired: 'HandoffExpired',
  recallRefused: 'RecallRefused',
  slaWarning: 'SlaWarning',
  slaBreach: 'SlaBreach',
  alertLag: 'AlertLag',
  alertAcknowledged: 'AlertAcknowledged',
  dangerUnanswered: 'DangerUnanswered',
  poisonEvents: 'PoisonEvents',
  sweeps: 'Sweeps',
  oldestOverdue: 'OldestOverdueDeadline',
  holidaysKnownDays: 'HolidaysKnownDays',
} as const;

/** The table's indexes (docs/data-model.md). */
export const INDEX = { due: 'due' } as const;

/** Of every item that DynamoDB deletes some time after an instant: that instant, in seconds since 1970. */
export const EXPIRY_ATTRIBUTE = 'expiresAt';

/** Begins the partition key of a case: its log and its snapshot. */
export const CASE_PREFIX = 'CASE#';

/** Begins the sort key of an event: the stream passes on nothing else. */
export const EVENT_PREFIX = 'EV#';

/** Begins the key of each event that CaseRelay makes itself; a sender's may not begin so. */
export const OWN_KEYS = 'caserelay:';

/** Shards of the due index: the sweeper queries each. */
export const DUE_SHARDS = 4;

/** How far ahead of the clock a sweep looks, seconds: a little more than the minute between two sweeps. */
export const SWEEP_AHEAD_SECONDS = 90;

/** Largest webhook or answer body that is read, bytes. */
export const BODY_CAP_BYTES = 256 * 1024;

export const SECRET = {
  source: (prefix: string, name: string) => `${prefix}/source/${name}`,
  vendor: (prefix: string, id: string) => `${prefix}/vendor/${id}`,
  links: (prefix: string) => `${prefix}/links`,
} as const;
