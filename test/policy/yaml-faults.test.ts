import { describe, expect, it } from 'vitest';
import { PolicyFile } from '../../policy/compiler/policy-file.ts';
import { formatProblem } from '../../policy/compiler/problems.ts';

/** A file in the form of a policy's, so that a lead's slips can be made in it; the numbers of its lines count below. */
const FILE = `rules:
  - id: refund
    owner: maya
    reason: why not
    contains:
      - refund
      - money back
    hours: ["09:00-12:00", "13:00-17:00"]
    then: { queue: general, tags: [x] }
otherwise: general
`;

/** What is said of the file with a part replaced, without the file's name. */
function said(from: string, to: string): string[] {
  if (!FILE.includes(from)) throw new Error(`the file has no ${JSON.stringify(from)}`);
  const file = new PolicyFile('triage.yaml', FILE.replace(from, to));
  return file.problems.map((problem) => formatProblem(problem).replace(/^triage\.yaml:/, ''));
}

const COLUMN = 'expected a line that begins in the same column as the others of its list or entry, found';
const LOOK = 'move it with spaces, or see whether the line above it is complete';
const CONFLICT = 'expected one of two versions that git could not join, found';
const KEEP = 'keep the right lines; delete the others, and those of <<<<<<<, ======= and >>>>>>>';

describe('a file that is no YAML', () => {
  it('is taken as right before it is broken', () => expect(said('why not', 'why')).toEqual([]));

  it.each<[string, string, string, string]>([
    [
      'a missing colon',
      'owner: maya',
      'owner maya',
      '3:5: (yaml): expected a colon after the key, as in "owner: maya", found "owner maya"',
    ],
    [
      'a missing colon above a list',
      'contains:',
      'contains',
      '5:5: (yaml): expected a colon after the key, as in "contains:", found "contains"',
    ],
    [
      'a missing colon at the top',
      'rules:',
      'rules',
      '1:1: (yaml): expected a colon after the key, as in "rules:", found "rules"',
    ],
    [
      'a line that is not finished',
      'owner: maya',
      'ow',
      '3:5: (yaml): expected a colon after the key, as in "ow:", found "ow"',
    ],
    [
      'no space after a colon',
      'owner: maya',
      'owner:maya',
      '3:11: (yaml): expected a space after the colon, as in "owner: maya", found "owner:maya"',
    ],
    [
      'a colon in a reason',
      'why not',
      'Refunds: see the guide',
      '4:13: (yaml): expected quotes around a text with a colon in it, as in "Refunds: see the guide", found none',
    ],
    [
      'a colon in a reason that has quotes',
      'why not',
      'Say "no": always',
      `4:13: (yaml): expected quotes around a text with a colon in it, as in 'Say "no": always', found none`,
    ],
    [
      'a merge that was not finished',
      '    owner: maya\n',
      '<<<<<<< HEAD\n    owner: maya\n=======\n    owner: aoife\n>>>>>>> theirs\n',
      `3:1: (yaml): ${CONFLICT} "<<<<<<< HEAD": ${KEEP}`,
    ],
    [
      'a merge of which a line is left',
      '    owner: maya\n',
      '=======\n    owner: maya\n',
      `3:1: (yaml): ${CONFLICT} "=======": ${KEEP}`,
    ],
    [
      'a tab',
      '    owner',
      '\towner',
      '3:1: (yaml): expected ordinary spaces at the beginning of a line, found a tab: replace it with spaces, as many as the lines around it have',
    ],
    [
      'a tab behind spaces',
      '      - refund',
      '    \t- refund',
      '6:5: (yaml): expected ordinary spaces at the beginning of a line, found a tab: replace it with spaces, as many as the lines around it have',
    ],
    [
      'spaces from a web page',
      '    owner',
      '\u00a0   owner',
      '3:1: (yaml): expected ordinary spaces at the beginning of a line, found a space of another kind, as copied from a page: replace it with spaces, as many as the lines around it have',
    ],
    [
      'a quote that does not end',
      'why not',
      '"why not',
      '4:13: (yaml): expected a closing " for the text that begins here, found none after "why not',
    ],
    [
      'a single quote that does not end',
      'why not',
      "'why not",
      "4:13: (yaml): expected a closing ' for the text that begins here, found none after 'why not",
    ],
    [
      'an apostrophe between single quotes',
      'why not',
      "'it's ours'",
      `4:17: (yaml): expected nothing after the closing quote, or quotes around all of the text, as in "it's ours", found "s ours'"`,
    ],
    [
      'a text that begins with a quoted word',
      'why not',
      '"Why" not',
      `4:19: (yaml): expected nothing after the closing quote, or quotes around all of the text, as in '"Why" not', found "not"`,
    ],
    [
      'a text that begins with a bracket',
      'why not',
      '[EU] only',
      '4:18: (yaml): expected nothing after the closing bracket, or quotes around all of the text, as in "[EU] only", found "only"',
    ],
    [
      'a list that does not end',
      '"13:00-17:00"]',
      '"13:00-17:00"',
      '8:12: (yaml): expected "]" at the end of what begins here, found none after ["09:00-12:00", "13:00-17:00"',
    ],
    [
      'a mapping that does not end',
      '[x] }',
      '[x]',
      '9:11: (yaml): expected "}" at the end of what begins here, found none after { queue: general, tags: [x]',
    ],
    [
      'a bracket too many',
      '[x] }',
      '[x]] }',
      '9:38: (yaml): expected no other bracket, found a "]" that closes nothing: delete it',
    ],
    [
      'a bracket too many at the end',
      '"13:00-17:00"]',
      '"13:00-17:00"]]',
      '8:42: (yaml): expected no other bracket, found a "]" that closes nothing: delete it',
    ],
    [
      'a comma that is missing',
      '"09:00-12:00", ',
      '"09:00-12:00" ',
      '8:27: (yaml): expected a comma between the entries, found none before "13:00-17:00"]',
    ],
    [
      'a comma that is missing between keys',
      'general, tags',
      'general tags',
      '9:20: (yaml): expected a comma between the entries, found none before general tags: [x] }',
    ],
    [
      'a bracket at the margin',
      '["09:00-12:00", "13:00-17:00"]',
      '[\n      "09:00-12:00",\n  ]',
      '10:3: (yaml): expected "]" further to the right than the key that it belongs to, found it in column 3',
    ],
    ['a key too far to the left', '    owner', '   owner', `3:4: (yaml): ${COLUMN} "owner: maya" in column 4: ${LOOK}`],
    [
      'a key too far to the right',
      '    owner',
      '     owner',
      `3:6: (yaml): ${COLUMN} "owner: maya" in column 6: ${LOOK}`,
    ],
    [
      'an item too far to the left',
      '      - money',
      '    - money',
      `7:5: (yaml): ${COLUMN} "- money back" in column 5: ${LOOK}`,
    ],
    [
      'a text that begins with @',
      'why not',
      '@lead looks',
      '4:13: (yaml): expected quotes around a text that begins with "@", as in "@lead looks", found none',
    ],
    [
      'a text that begins with %',
      'why not',
      '%50 off',
      '4:13: (yaml): expected quotes around a text that begins with "%", as in "%50 off", found none',
    ],
    [
      'a text that begins with !',
      'why not',
      '!now',
      '4:13: (yaml): expected quotes around a text that begins with "!", as in "!now", found none',
    ],
    [
      'a text that begins with >',
      'why not',
      '> 3 days',
      '4:13: (yaml): expected quotes around a text that begins with ">", as in "> 3 days", found none',
    ],
    [
      'a text that begins with *',
      'why not',
      '*urgent*',
      '4:13: (yaml): expected the value itself, or quotes around a text that begins with "*", found the alias "*urgent*"',
    ],
    [
      'a backslash between double quotes',
      'why not',
      '"order \\d+"',
      '4:20: (yaml): expected a text with \\ in it between single quotes, such as \'\\d+\', found "\\d" between double quotes',
    ],
    [
      'a second file in it',
      'otherwise:',
      '---\notherwise:',
      '10:1: (yaml): expected the file to go on to its end, found "---", which begins another one: delete this line',
    ],
    [
      'a key twice',
      '    owner: maya',
      '    owner: maya\n    owner: aoife',
      '4:5: (yaml): expected each key once, found "owner" again: delete one of the two, or give it another name',
    ],
  ])('is mended by what is said of %s', (_what, from, to, problem) => expect(said(from, to)).toEqual([problem]));

  it('is told of in lines that end as Windows has them', () => {
    const file = new PolicyFile('triage.yaml', FILE.replace('owner: maya', 'owner maya').replaceAll('\n', '\r\n'));
    expect(file.problems.map(formatProblem)).toEqual([
      'triage.yaml:3:5: (yaml): expected a colon after the key, as in "owner: maya", found "owner maya"',
    ]);
  });
});

describe('a text of which YAML would keep only a part', () => {
  it.each<[string, string, string, string]>([
    [
      'behind an &',
      'why not',
      '&Co asks',
      '4:13: (yaml): expected the value itself, or quotes around a text that begins with "&", found the anchor "&Co"',
    ],
    [
      'before a #',
      '- refund',
      '- order #3',
      '6:15: (yaml): expected quotes around a text with # in it, as in "order #3", or a space after the # of a comment, found neither',
    ],
    [
      'between the quotes of a word processor',
      'why not',
      '“why not”',
      '4:13: (yaml): expected straight quotes, as in "why not", found “why not”',
    ],
  ])('is refused: %s', (_what, from, to, problem) => expect(said(from, to)).toEqual([problem]));

  it('is none where a comment says so, or no space is before the #', () => {
    expect(said('why not', 'why not # or how')).toEqual([]);
    expect(said('- refund', '- c#sharp')).toEqual([]);
    expect(said('- refund\n', '- refund\n#now this\n')).toEqual([]);
  });
});
