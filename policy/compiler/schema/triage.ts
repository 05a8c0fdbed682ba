import * as z from 'zod';
import { Priority, Route } from '../../../domain/event.ts';
import { TRIAGE_FIELDS } from '../../../domain/triage-fields.ts';
import { parsePattern } from '../patterns.ts';
import {
  A_CALENDAR,
  A_LEAD,
  A_LIST,
  A_QUEUE,
  flag,
  id,
  line,
  list,
  nameOf,
  number,
  oneOf,
  parsed,
  pattern,
  plainDuration,
} from './parts.ts';

/** The authored form of a condition: like the compiled one, but a single value may stand without a list. */
export interface Condition {
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
  field?: string | undefined;
  is?: Scalar | Scalar[] | undefined;
  'is-in'?: string | undefined;
  contains?: string | string[] | undefined;
  'contains-any-of'?: string | undefined;
  matches?: string | string[] | undefined;
  exists?: boolean | undefined;
  'at-least'?: number | undefined;
  'at-most'?: number | undefined;
  within?: string | undefined;
  during?: string | undefined;
}
export type Scalar = string | number | boolean;

const phrase = pattern(
  /[\p{L}\p{N}]/u,
  'a phrase with letters or digits in it, such as refund or "911"',
  'A phrase, matched as whole words in any case.',
);
const expression = parsed(
  parsePattern,
  'a regular expression (RE2)',
  'A regular expression (RE2), matched anywhere in the text, in any case.',
);
const value = z.union([line('A value.'), z.number(), z.boolean()], { error: 'a text, a number, true or false' });
const bound = (description: string) => z.number({ error: 'a number' }).meta({ description });

export const Condition: z.ZodType<Condition> = z
  .strictObject({
    get all() {
      return list(Condition, 'condition', 'All of these hold.').optional();
    },
    get any() {
      return list(Condition, 'condition', 'At least one of these holds.').optional();
    },
    get not() {
      return Condition.optional();
    },
    field: z
      .string({ error: 'the name of a field' })
      .meta({
        description: `A field of the case: ${TRIAGE_FIELDS.join(', ')} or custom.<name>. any-text is subject and text together.`,
      })
      .optional(),
    is: z
      .union([value, z.array(value).min(1)], { error: 'a value, or a list of values' })
      .meta({ description: 'The field is one of these.' })
      .optional(),
    'is-in': nameOf(A_LIST, 'Name of a list under "lists": the field is one of its values.').optional(),
    contains: z
      .union([phrase, z.array(phrase).min(1)], {
        error: 'a phrase, or a list of phrases, with letters or digits in them',
      })
      .meta({ description: 'The field has one of these phrases in it, as whole words in any case.' })
      .optional(),
    'contains-any-of': nameOf(
      A_LIST,
      'Name of a list under "lists": the field has one of its phrases in it.',
    ).optional(),
    matches: z
      .union([expression, z.array(expression).min(1)], { error: 'a regular expression (RE2), or a list of some' })
      .meta({ description: 'One of these regular expressions (RE2) is found in the field, in any case.' })
      .optional(),
    exists: flag('The case has the field (true) or does not (false).').optional(),
    'at-least': bound('The field is a number, and at least this.').optional(),
    'at-most': bound('The field is a number, and at most this.').optional(),
    within: plainDuration(
      366,
      'With "field: cases": how far back the cases of the customer are counted, such as "30 calendar days".',
    ).optional(),
    during: nameOf(A_CALENDAR, 'Name of a calendar: the case was opened while it was open.').optional(),
  })
  .meta({ id: 'condition', description: 'What must be so for the rule to apply.' });

export const Outcome = z.strictObject({
  category: id('What the case is about; vendors.yaml says which vendor takes which category.'),
  queue: nameOf(A_QUEUE, 'Name of a queue in queues.yaml.'),
  route: oneOf(
    Route.options,
    'Who works it: your own team (home, the default), a vendor, or nobody (parked): its clocks are cancelled.',
  ).optional(),
  'data-class': id('What kind of data the case holds; a vendor is offered only classes that it is cleared for.'),
  sensitive: flag('A sensitive case never leaves the house (default: false).').optional(),
  priority: oneOf(Priority.options, 'Priority to set; left out, the case keeps its own.').optional(),
  tags: z
    .array(pattern(/^[^\s\p{Cc},]+$/u, 'a tag without spaces', 'A tag.'), { error: 'a list of tags' })
    .meta({ description: 'Tags to add to the case.' })
    .optional(),
  skills: z
    .array(id('A skill.'), { error: 'a list of skills' })
    .meta({ description: 'What an agent must be able to do to be given the case, as agents.yaml names it.' })
    .optional(),
});
export type Outcome = z.infer<typeof Outcome>;

export const Rule = z.strictObject({
  id: id('Name of the rule; each decision is stamped with it.'),
  owner: nameOf(A_LEAD, 'The lead to ask about this rule: an id in leads.yaml.'),
  reason: line('Why, in a line: the private note on the case says it.'),
  when: Condition.optional(),
  tell: oneOf(
    ['now'],
    'Danger: a lead is told at once of each case that the rule holds for, whichever rule decides it, and also when a later message says it.',
  ).optional(),
  score: number(
    0.01,
    1000,
    'How sure the rule is, up to 1 (the default); with "mode: scored", what it adds to its category.',
  ).optional(),
  // biome-ignore lint/suspicious/noThenProperty: a policy reads "when … then …"; nothing awaits this object.
  then: Outcome.meta({ description: 'What is decided.' }),
});
export type Rule = z.infer<typeof Rule>;

export const Lists = z.record(id('Name of the list.'), list(value, 'value', 'Values or phrases.'));

export const Triage = z.strictObject({
  mode: oneOf(
    ['first-match', 'scored'],
    'first-match (the default): the first rule that holds decides. scored: the category whose rules add up to most.',
  ).optional(),
  'min-confidence': number(0, 1, 'A decision less sure than this goes to "unsure" instead (default: 0).').optional(),
  unsure: Outcome.meta({ description: 'What is decided for a case that no rule is sure enough about.' }).optional(),
  'duplicate-within': plainDuration(
    31,
    'The same text of the same customer within this time is a duplicate; left out, there are none.',
  ).optional(),
  lists: Lists.meta({
    description: 'Values or phrases that several rules use, by name: "is-in" and "contains-any-of" refer to them.',
  }).optional(),
  rules: z
    .array(Rule, { error: 'a list of rules' })
    .meta({ description: 'Rules, tried from the top: the first whose condition holds decides.' }),
  otherwise: Outcome.meta({ description: 'What is decided when no rule applies.' }),
});
