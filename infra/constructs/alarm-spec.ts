import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** An alarm as the construct that knows the number asks for it; Observability makes it. */
export interface AlarmSpec {
  /** The alarm's name after the prefix. */
  readonly name: string;
  /** Its heading in docs/runbook.md, if that is not its name: several alarms may share an entry. */
  readonly entry?: string;
  /** What it means, in a sentence. */
  readonly means: string;
  readonly metric: IMetric;
  /** It rings when the metric is above (or below) this. */
  readonly rings: { readonly above: number } | { readonly below: number };
  /** Over how many of the metric's periods. */
  readonly periods: number;
  /** What no data means; nothing happened, unless said otherwise. */
  readonly missing?: TreatMissingData;
}

/** The condition under which CloudWatch may use the topic and its key: for the alarms of this deployment. */
export function alarmsOf(scope: Construct, prefix: string) {
  const stack = Stack.of(scope);
  const alarms = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: `${prefix}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': alarms } };
}
