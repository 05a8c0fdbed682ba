import { MEASURES, type Summary } from './summary.ts';

const MOST_NAMED = 20;

const countOf = (troubles: readonly string[]) => (troubles.length === 0 ? 'nothing' : String(troubles.length));

/** The summary as it is printed. */
export function summaryText(summary: Summary): string {
  const { alertLag: lag } = summary;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  const rows: [label: string, value: string][] = [
    ['Webhooks sent', `${summary.sent}${summary.retried === 0 ? '' : ` (${summary.retried} of them more than once)`}`],
    ['Cases', `${summary.cases} with ${summary.events} events in their logs`],
    ['Routes', list(summary.routes)],
    ['Handoffs', list(summary.handoffs)],
    ['Came home', String(summary.broughtHome)],
    ['Agents', list(summary.assigned)],
    ['Warnings', String(summary.warnings)],
    ['Breaches', String(summary.breaches)],
    ['E-mails', String(summary.emails)],
    ['Acknowledged', String(summary.acknowledged)],
    [
      'Alert lag',
      lag === undefined ? 'no alerts' : `p50 ${seconds(lag.p50)}, p95 ${seconds(lag.p95)}, max ${seconds(lag.max)}`,
    ],
    ['Workflows', list(summary.executions)],
    ...Object.entries(summary.metrics).map(([name, value], index): [string, string] => [
      index === 0 ? 'Metrics' : '',
      MEASURES.has(name) ? `${name} measured ${value === 1 ? 'once' : `${value} times`}` : `${name} ${value}`,
    ]),
    ['Lost', countOf(summary.lost)],
    ['Stuck', countOf(summary.stuck)],
    ['Refused', summary.refused === undefined ? 'not known: this engine checks no roles' : countOf(summary.refused)],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  const troubles = [...(summary.refused ?? []), ...summary.lost, ...summary.stuck];
  const more = troubles.length > MOST_NAMED ? [`  … and ${troubles.length - MOST_NAMED} more`] : [];
  return ['Summary', ...table, ...troubles.slice(0, MOST_NAMED).map((trouble) => `  ! ${trouble}`), ...more].join('\n');
}
