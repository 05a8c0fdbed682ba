import { DescribeAlarmsCommand, type MetricAlarm, paginateDescribeAlarmHistory } from '@aws-sdk/client-cloudwatch';
import { paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import { blocks, type Deployment, type Finding, fine, note, orFine, runbook } from './finding.ts';

const DAY = 86_400_000;
/** How long CloudWatch keeps what alarms did. */
const HISTORY_DAYS = 30;

/** Is anybody told when an alarm rings? */
export async function lookAtSubscribers({ clients: { sns }, deployed }: Deployment): Promise<readonly Finding[]> {
  const TopicArn = deployed.output('AlarmTopicArn');
  const [confirmed, pending]: [string[], string[]] = [[], []];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn })) {
    for (const { SubscriptionArn = '', Endpoint = '' } of Subscriptions)
      (SubscriptionArn.startsWith('arn:') ? confirmed : pending).push(Endpoint);
  }
  const confirm =
    'click the link in the mail of "AWS Notifications"; it is valid for three days, a new deployment of the subscription sends another';
  if (confirmed.length > 0)
    return [
      fine(`alarms go to ${confirmed.join(', ')}`),
      ...pending.map((endpoint) => note(`${endpoint} has not confirmed yet`, confirm)),
    ];
  if (pending.length > 0) return [blocks(`${pending.join(', ')} has not confirmed yet: alarms ring unheard`, confirm)];
  return [blocks('nobody gets the alarms', `"alarmEmail" in the context of cdk.json: ${runbook('first-deployment')}`)];
}

/** Is one ringing? Has one ever got through to the topic? */
export async function lookAtAlarms(deployment: Deployment): Promise<readonly Finding[]> {
  const { name, clients, deployed } = deployment;
  const topic = deployed.output('AlarmTopicArn');
  const { MetricAlarms = [] } = await clients.cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` }),
  );
  // A deployment whose name begins with ours has a topic of its own.
  const ours = MetricAlarms.filter(({ AlarmActions = [] }) => AlarmActions.includes(topic));
  if (ours.length === 0) return [blocks('there are no alarms', 'npx cdk deploy --all')];
  const entry = ({ AlarmDescription = '' }: MetricAlarm) => AlarmDescription.split('#').at(-1) ?? '';
  const ringing = ours
    .filter(({ StateValue }) => StateValue === 'ALARM')
    .map((alarm) => blocks(`${alarm.AlarmName} rings: ${alarm.StateReason ?? ''}`, runbook(entry(alarm))));
  const muted = ours
    .filter(({ ActionsEnabled }) => ActionsEnabled === false)
    .map(({ AlarmName }) =>
      blocks(`${AlarmName} tells nobody`, `aws cloudwatch enable-alarm-actions --alarm-names ${AlarmName}`),
    );
  return [
    ...orFine([...ringing, ...muted], `${ours.length} alarms, none rings`),
    await lastPublished(deployment, topic),
  ];
}

async function lastPublished({ name, clients, now }: Deployment, topic: string): Promise<Finding> {
  const since = { HistoryItemType: 'Action' as const, StartDate: new Date(now() - HISTORY_DAYS * DAY) };
  const prove = runbook('prove-that-an-alarm-arrives');
  for await (const { AlarmHistoryItems = [] } of paginateDescribeAlarmHistory({ client: clients.cloudWatch }, since)) {
    const [newest] = AlarmHistoryItems.filter(
      ({ AlarmName = '', HistorySummary = '' }) => AlarmName.startsWith(`${name}-`) && HistorySummary.includes(topic),
    );
    if (newest === undefined) continue;
    const { HistorySummary = '', AlarmName, Timestamp } = newest;
    if (/^Successfully/.test(HistorySummary))
      return fine(`${AlarmName} was last told to the topic, ${Timestamp?.toISOString()}`);
    return blocks(`${AlarmName} rang and could not be told: ${HistorySummary}`, prove);
  }
  return note(
    `no alarm was told to the topic in the last ${HISTORY_DAYS} days: whether one arrives is not proved`,
    prove,
  );
}
