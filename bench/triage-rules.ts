import type { Case } from '../domain/case.ts';
import type { Condition, TriageRule } from '../domain/policy.ts';

/**
 * Rules and cases as a support team of a video service has them, made up the same on every run:
 * phrases over subject and text, fields, lists of values, exceptions (`not`), a few patterns and
 * bounds. More rules speak of more things, as they do where many rules are kept.
 */

const words = (text: string) => text.trim().split(/\s+/);
const THINGS = words(`account app advert album archive audio avatar badge banner billing bookmark bundle camera caption
  card cast catalogue channel chapter charge chat clip code comment console contract copyright coupon creator credit
  dashboard desktop device discount donation download draft earnings editor email emoji episode export fee feed filter
  firmware follower game gift group handle history home icon image import inbox invite invoice keyboard kids language
  library licence like link live login logo lyrics map membership menu message microphone mobile movie music network
  notification offer order package page password pause payment payout photo picture plan player playlist podcast policy
  poll post premium preview price profile promotion purchase quality queue rating receipt recording refund region
  remote renewal replay report request restore review reward router safety sale screen script search season security
  series session setting share shop shorts signal site song sound speaker sponsor station statement sticker storage
  store stream studio style subscription subtitle survey tablet tag tax television terms theme thumbnail ticket title
  token track trailer transfer trial update upload username verification video view voice voucher wallet watchlist
  widget window`);
const TROUBLES = words(`missing broken late wrong double declined blocked locked frozen slow black silent failed expired
  lost stolen hidden duplicated cancelled refused unavailable stuck blurry disabled rejected limited charged changed
  removed interrupted delayed crashed muted flagged suspended deleted unknown unwanted empty invalid`);
const FILLERS = words(`hello i have been trying since yesterday to get this done and it still does not work could you
  please look into it because my family is waiting thank you for your help we already tried it again on another day
  with the same result the message said something about later but nothing happened after that kind regards`);
const VALUES = {
  channel: ['web', 'email', 'chat', 'phone', 'social'],
  tier: ['free', 'plus', 'premium', 'partner'],
  region: ['US', 'GB', 'IE', 'DE', 'ES', 'MX', 'BR', 'JP', 'PH', 'IN'],
  language: ['en', 'es', 'pt', 'de', 'ja', 'fil'],
};

/** A generator of numbers in [0, 1) that are the same on every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const some = <T>(random: Random, least: number, most: number, make: () => T): T[] =>
  Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, make);

function phrase(random: Random): string {
  const [thing, trouble] = [pick(random, THINGS), pick(random, TROUBLES)];
  return pick(random, [
    `${thing} ${trouble}`,
    `${trouble} ${thing}`,
    `my ${thing} is ${trouble}`,
    `${thing} ${pick(random, THINGS)} ${trouble}`,
  ]);
}

function fieldIs(random: Random): Condition {
  const field = pick(random, Object.keys(VALUES) as (keyof typeof VALUES)[]);
  return { field, is: some(random, 1, 2, () => pick(random, VALUES[field])) };
}

function condition(random: Random): Condition {
  const phrases: Condition = { field: 'any-text', contains: some(random, 3, 12, () => phrase(random)) };
  const kind = random();
  if (kind < 0.35) return phrases;
  if (kind < 0.6) return { all: [fieldIs(random), phrases] };
  if (kind < 0.7) return { all: [{ field: 'region', exists: true }, { not: fieldIs(random) }, phrases] };
  if (kind < 0.8)
    return { any: [phrases, { field: 'tags', is: [`${pick(random, THINGS)}-${pick(random, TROUBLES)}`] }] };
  if (kind < 0.87)
    return { all: [fieldIs(random), fieldIs(random), { field: 'custom.product', is: [pick(random, THINGS)] }] };
  if (kind < 0.93) {
    const pattern = `\\b${pick(random, THINGS)} (no|number|id)?[ :#]*[A-Z]{2}\\d{4,8}\\b`;
    return { all: [fieldIs(random), { field: 'any-text', matches: [pattern] }] };
  }
  const bound: Condition = { field: 'custom.amount', atLeast: 50 * Math.floor(random() * 20) };
  return { all: [bound, { field: 'subject', contains: some(random, 2, 4, () => phrase(random)) }] };
}

export function makeRules(count: number): TriageRule[] {
  const random = numbers(7);
  return Array.from({ length: count }, (_, nth) => ({
    id: `rule-${nth}`,
    owner: 'maya',
    reason: `Rule ${nth} of the benchmark.`,
    when: condition(random),
    score: 1,
    outcome: {
      category: `category-${nth % 40}`,
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'standard',
      tags: [`tag-${nth % 40}`],
      skills: [],
    },
  }));
}

/** Cases of 30 to 160 words; two in three have something in them that one of the rules looks for. */
export function makeCases(count: number, rules: readonly TriageRule[]): Case[] {
  const random = numbers(11);
  const wanted = rules.flatMap(({ when }) => phrasesOf(when));
  return Array.from({ length: count }, (_, nth) => {
    const text = some(random, 30, 160, () => (random() < 0.15 ? pick(random, THINGS) : pick(random, FILLERS)));
    if (random() < 0.67) text.splice(Math.floor(random() * text.length), 0, pick(random, wanted));
    if (random() < 0.1) text.push(`${pick(random, THINGS)} no: AB${10_000 + nth}`);
    return {
      caseId: `zendesk:${nth}`,
      source: 'zendesk',
      status: 'new',
      priority: 'normal',
      openedAt: '2026-11-23T10:00:00.000Z',
      fields: {
        subject: `${pick(random, THINGS)} ${pick(random, TROUBLES)}!`,
        text: `${text.join(' ').replace(' and ', ',\n')}.`,
        channel: pick(random, VALUES.channel),
        language: pick(random, VALUES.language),
        tier: pick(random, VALUES.tier),
        tags: some(random, 0, 3, () => `${pick(random, THINGS)}-${pick(random, TROUBLES)}`),
        custom: { product: pick(random, THINGS), amount: Math.floor(random() * 1000) },
        ...(random() < 0.8 ? { region: pick(random, VALUES.region) } : {}),
      },
      triedVendors: [],
      replies: 0,
      reopens: 0,
      formerAgents: [],
      turns: [],
      ended: {},
      policyVersion: 'bench',
      foldedTo: '',
    };
  });
}

function phrasesOf(condition: Condition | undefined): readonly string[] {
  if (condition === undefined) return [];
  return [...(condition.contains ?? []), ...[...(condition.all ?? []), ...(condition.any ?? [])].flatMap(phrasesOf)];
}
