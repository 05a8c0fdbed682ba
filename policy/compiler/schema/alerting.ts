import * as z from 'zod';
import { email, list, oneOf, plainDuration, whole } from './parts.ts';

const rung = z.strictObject({
  to: oneOf(
    ['on-duty', 'all'],
    "Whom to tell: the queue's first lead who is on duty (nobody on duty: the first of all), or all of them.",
  ),
  wait: plainDuration(3, 'How long to wait for somebody to acknowledge before the next rung.'),
});

export const Alerting = z.strictObject({
  from: email.meta({ description: 'Sender of alerts: an address that SES may send from.' }),
  rungs: list(rung, 'rung', 'The steps of an escalation, in order.'),
  'danger-rungs': list(
    rung,
    'rung',
    'The steps for rules that say "tell: now"; left out, the same as "rungs". With nobody on duty, the first step tells all.',
  ).optional(),
  'link-days': whole(1, 30, 'Days for which the links in an e-mail work.'),
});
