import type { ToyCrm } from '../toys/toy-crm.ts';
import type { Person, TicketStatus } from '../toys/zendesk-webhook.ts';
import type { Step } from './send.ts';
import { standardWebhook, type Webhook } from './webhook.ts';

export interface SampleOptions {
  readonly crm: ToyCrm;
  /** Standard Webhooks secret of the source "intake". */
  readonly intakeSecret: string;
  /** Ids of tickets and cases count up from here; a later replay must begin higher. */
  readonly firstNumber: number;
}

/** What happens to a sample ticket in the CRM, seconds after the replay's start. */
type Happening =
  | { readonly at: number; readonly customer: string }
  | { readonly at: number; readonly agent: string }
  | { readonly at: number; readonly note: string }
  | { readonly at: number; readonly status: TicketStatus }
  | { readonly at: number; readonly assign: true }
  /** Into the ticket that is so many before this one in the list. */
  | { readonly at: number; readonly mergeIntoPrevious: number }
  /** The webhook of the opening comes a second time, as CRMs do when they missed the answer. */
  | { readonly at: number; readonly repeatOpening: true };

interface SampleTicket {
  readonly at: number;
  readonly customer: string;
  readonly subject: string;
  readonly text: string;
  readonly channel?: string;
  readonly later?: readonly Happening[];
}

const LEE: Person = { id: '600001', name: 'Lee Park (support)', isStaff: true };

/**
 * A minute and a quarter in the support of a video service. The cases and the demo's policy
 * (local/policy) belong together: what a rule looks for stands in the texts, and the words on which
 * the toy vendors reject or stay silent (local/toys/vendor-rules.ts) in the subjects.
 */
export const SAMPLE_TICKETS: readonly SampleTicket[] = [
  {
    // Manila takes it, answers, resolves.
    at: 0,
    customer: 'Dana Whitfield',
    subject: 'Live channel keeps buffering every few minutes',
    text: 'Since yesterday the live channel keeps buffering every few minutes. I restarted the router twice and every other app is fine.',
    later: [{ at: 4, repeatOpening: true }],
  },
  {
    // Sensitive, stays home; nobody looks: warned, breached, answered late.
    at: 2,
    customer: 'Marcus Adeyemi',
    subject: 'My channel was hacked',
    text: 'Somebody hijacked my channel last night. The e-mail address was changed and there are crypto streams on it now. 84,000 subscribers, please hurry!',
    channel: 'email',
    later: [
      { at: 52, agent: 'Hello Marcus, I have locked the channel and sent a recovery link to your original address.' },
      { at: 58, status: 'SOLVED' },
    ],
  },
  {
    // Billing: only Bogotá takes billing. Solved, then the customer has another question.
    at: 4,
    customer: 'Priya Raman',
    subject: 'Charged twice for November',
    text: 'I was charged twice for my subscription this month. Please refund one of the two payments.',
    later: [
      { at: 20, customer: 'One more thing: will the refund go to the same card?' },
      { at: 20.2, status: 'OPEN' },
      { at: 31, agent: 'Yes, to the same card, within five days.' },
      { at: 33, status: 'SOLVED' },
    ],
  },
  {
    // Manila's 4K desk is full: Bogotá is next.
    at: 7,
    customer: 'Jonas Lindqvist',
    subject: 'Black screen when I play 4K films',
    text: 'With 4K films I get a black screen after the titles. HD is fine. Model from 2022, newest firmware.',
  },
  {
    // Answered at once by our own people, waits for the customer, goes on, ends well.
    at: 9,
    customer: 'Ines Carvalho',
    subject: 'Not my login: devices in the list that I do not own',
    text: 'There are two phones in my device list that are not mine. I think someone else logged in.',
    later: [
      { at: 12, assign: true },
      {
        at: 14,
        agent: 'Hello Ines, I have signed out every device. Could you set a new password and tell me if it holds?',
      },
      { at: 15, status: 'PENDING' },
      { at: 30, customer: 'New password is set, the phones are gone.' },
      { at: 31, status: 'OPEN' },
      { at: 36, agent: 'Good to hear. I have switched on two-step sign-in for you as well.' },
      { at: 38, status: 'SOLVED' },
    ],
  },
  {
    // Manila stays silent: the offer expires, Bogotá is next.
    at: 11,
    customer: 'Tom Okonkwo',
    subject: 'No sound on my streaming stick since the update',
    text: 'No sound since the update of Tuesday, picture is fine. Tried two HDMI ports.',
  },
  {
    // Nobody takes it: it comes home and a lead is told.
    at: 14,
    customer: 'Bea Lindgren',
    subject: 'App on my smart fridge stopped: playback error 7',
    text: 'I watch while I cook. Since Sunday every playback ends with error 7.',
    later: [
      { at: 46, agent: 'Hello Bea, error 7 is an expired certificate on the fridge; here is how to renew it.' },
      { at: 55, status: 'SOLVED' },
    ],
  },
  {
    // Manila takes it and gives it back, Bogotá rejects: home.
    at: 17,
    customer: 'Sofia Marin',
    subject: 'My creator payout for October is missing',
    text: 'October should have been paid on the 10th. My creator payout page says "sent", my bank says nothing came.',
    later: [
      { at: 50, agent: 'Hello Sofia, the bank had returned it; it goes out again tonight.' },
      { at: 60, status: 'SOLVED' },
    ],
  },
  {
    at: 19,
    customer: 'Kofi Mensah',
    subject: 'Copyright claim on my own song',
    text: 'My video got a copyright claim for a song that I wrote and recorded myself. How do I dispute it?',
  },
  {
    // A threat: sensitive, stays home, answered by a person.
    at: 22,
    customer: 'R. Vance',
    subject: 'You people ruined my account',
    text: 'Give me my account back or I will kill whoever closed it. I know where your office is.',
    channel: 'email',
    later: [
      { at: 27, note: 'Passed on to security with the full headers.' },
      { at: 32, agent: 'We have received your message. A member of our trust and safety team will be in touch.' },
      { at: 56, status: 'SOLVED' },
    ],
  },
  {
    // A worry about somebody: sensitive, urgent.
    at: 25,
    customer: 'Hannah Weiss',
    subject: 'Worried about someone in a live chat',
    text: 'A viewer called bluefinch wrote "I want to hurt myself tonight" in the live chat. Can somebody check on her?',
    later: [
      { at: 29, agent: 'Thank you for telling us. Our safety team is reaching out to her right now.' },
      { at: 57, status: 'SOLVED' },
    ],
  },
  {
    // The first one again, from another address: merged away before anyone works on it.
    at: 28,
    customer: 'Dana Whitfield',
    subject: 'Still buffering?? second message',
    text: 'Not sure the first message arrived: the live channel keeps buffering.',
    channel: 'email',
    later: [{ at: 30, mergeIntoPrevious: 11 }],
  },
];

/** The webhooks of the sample cases: tickets of the toy CRM, and two cases from another sender. About 75 seconds. */
export function sampleSteps({ crm, intakeSecret, firstNumber }: SampleOptions): Step[] {
  const tickets = SAMPLE_TICKETS.flatMap((sample, index) => ticketSteps(sample, firstNumber, index, crm));
  return [...tickets, ...intakeSteps(firstNumber, intakeSecret)];
}

function ticketSteps(sample: SampleTicket, firstNumber: number, index: number, crm: ToyCrm): Step[] {
  const id = String(firstNumber + index);
  const requester: Person = { id: String(500_001 + index), name: sample.customer, isStaff: false };
  let opening: Webhook | undefined;
  const open = (at: number) => {
    const { subject, text: description, channel = 'web' } = sample;
    opening = crm.createTicket({ id, subject, description, requester, channel }, at);
    return opening;
  };
  const happen = (happening: Happening, at: number): Webhook => {
    if ('customer' in happening) return crm.comment(id, requester, happening.customer, true, at);
    if ('agent' in happening) return crm.comment(id, LEE, happening.agent, true, at);
    if ('note' in happening) return crm.comment(id, LEE, happening.note, false, at);
    if ('status' in happening) return crm.setStatus(id, happening.status, LEE, at);
    if ('assign' in happening) return crm.assign(id, LEE, at);
    if ('mergeIntoPrevious' in happening) {
      return crm.merge(id, String(firstNumber + index - happening.mergeIntoPrevious), LEE, at);
    }
    return opening ?? open(at);
  };
  return [
    { atSeconds: sample.at, make: open },
    ...(sample.later ?? []).map((happening) => ({
      atSeconds: happening.at,
      make: (at: number) => happen(happening, at),
    })),
  ];
}

/** Two cases that come in through the source "intake", as any sender of Standard Webhooks can make them. */
function intakeSteps(firstNumber: number, secret: string): Step[] {
  const told = (number: string) => {
    let nth = 0;
    return (atSeconds: number, type: string, data: Readonly<Record<string, unknown>>): Step => {
      nth += 1;
      const id = `intake-${number}-${nth}`;
      return { atSeconds, make: (at) => standardWebhook({ source: 'intake', number, id, type, at, data }, secret) };
    };
  };
  // Spanish: Manila does not speak it, Bogotá does.
  const spanish = told(`W-${firstNumber + 90}`);
  // Money of a customer in the United States stays home.
  const refund = told(`W-${firstNumber + 91}`);
  return [
    spanish(20, 'opened', {
      priority: 'normal',
      fields: {
        subject: 'No puedo iniciar sesión',
        text: 'Cambié de teléfono y ya no puedo iniciar sesión: el código nunca llega.',
        language: 'es',
        channel: 'chat',
        region: 'MX',
      },
    }),
    spanish(33, 'message-added', { author: 'vendor', public: true, text: 'Hola, le acabo de enviar un código nuevo.' }),
    spanish(40, 'solved', {}),
    refund(24, 'opened', {
      priority: 'normal',
      fields: {
        subject: 'Refund for a film that never started',
        text: 'I paid for a film on Saturday and it never started. I would like a refund to my credit card.',
        language: 'en',
        channel: 'chat',
        region: 'US',
      },
    }),
    refund(54, 'message-added', { author: 'agent', public: true, text: 'The refund is on its way.' }),
    refund(60, 'solved', {}),
  ];
}
