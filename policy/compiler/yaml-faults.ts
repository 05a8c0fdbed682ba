import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';
import { describe } from './problems.ts';
import { type Line, lineAt, nextLine, quote, shown } from './yaml-lines.ts';

/** What is wrong with a text that is no YAML, for somebody who has never heard of it. */
export interface Fault {
  /** Offset in the text, from 0. */
  readonly at: number;
  /** `expected …, found …` */
  readonly message: string;
}

/** What git writes where it could not join two changes: seven of one character at the beginning of a line. */
const CONFLICT = /^(?:<{7}|>{7}|\|{7})(?: |\r?$)|^={7}\r?$/m;

/**
 * The first fault of a document as a lead can mend it, or undefined if there is none. One fault of
 * syntax brings others after it that are none, so that only the first is of use.
 */
export function yamlFault(document: Document.Parsed, text: string): Fault | undefined {
  const faults = [...document.errors, ...document.warnings]
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .sort((a, b) => a.pos[0] - b.pos[0]);
  const [first] = faults;
  const conflict = /^[<>]{7}/m.test(text) || first !== undefined ? CONFLICT.exec(text) : null;
  if (conflict !== null)
    return {
      at: conflict.index,
      message: `expected one of two versions that git could not join, found ${describe(lineAt(text, conflict.index).text)}: keep the right lines; delete the others, and those of <<<<<<<, ======= and >>>>>>>`,
    };
  if (first === undefined) return undefined;
  const blank = /^[ ]*([^\S \r\n])[^\S\r\n]*[^\s#]/m.exec(text);
  if (blank !== null)
    return {
      at: blank.index + blank[0].indexOf(blank[1] as string),
      message: `expected ordinary spaces at the beginning of a line, found ${blank[1] === '\t' ? 'a tab' : 'a space of another kind, as copied from a page'}: replace it with spaces, as many as the lines around it have`,
    };
  const said = explain(first, document, text);
  return said ?? { at: first.pos[0], message: `expected valid YAML, found a fault: ${first.message.split('\n')[0]}` };
}

function explain(fault: YAMLError, document: Document.Parsed, text: string): Fault | undefined {
  const [at] = fault.pos;
  switch (fault.code) {
    case 'MULTILINE_IMPLICIT_KEY':
      return keyWithoutColon(lineAt(text, at)) ?? otherColumn(lineAt(text, at));
    case 'BLOCK_AS_IMPLICIT_KEY':
      return fault.message.includes('sequence')
        ? otherColumn(lineAt(text, at))
        : (colonInText(text, at) ?? otherColumn(nextLine(text, at)));
    case 'NON_STRING_KEY':
      return otherColumn(lineAt(text, at));
    case 'BAD_SCALAR_START':
    case 'TAG_RESOLVE_FAILED':
      return needsQuotes(text, at);
    case 'BAD_DQ_ESCAPE':
      return {
        at,
        message: `expected a text with \\ in it between single quotes, such as '\\d+', found "${text.slice(at, at + 2)}" between double quotes`,
      };
    case 'MULTIPLE_DOCS':
      return anotherDocument(text, at);
    case 'MISSING_CHAR':
      return missing(fault, document, text);
    case 'BAD_INDENT':
      return fault.message.includes('Flow') ? unclosed(document, text, at) : otherColumn(lineOrNext(text, at));
    case 'BLOCK_IN_FLOW':
      return noComma(document, text, at);
    case 'UNEXPECTED_TOKEN':
      return unexpected(document, text, at);
    default:
      return undefined;
  }
}

function anotherDocument(text: string, at: number): Fault {
  const signs = [...text.slice(0, lineAt(text, at).from + 4).matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)];
  const sign = signs.at(-1);
  return {
    at: sign?.index ?? at,
    message: `expected the file to go on to its end, found "${sign?.[0] ?? lineAt(text, at).text}", which begins another one: delete this line`,
  };
}

function keyWithoutColon({ from, text }: Line): Fault | undefined {
  const [, indent = '', said = ''] = /^(\s*(?:- +)*)(.*?)\s*$/.exec(text) ?? [];
  const at = from + indent.length;
  if (/^"|^'|: |:$|^[-?]( |$)/.test(said) || said === '') return undefined;
  const tight = /^([\w-]+):(\S.*)$/.exec(said);
  if (tight !== null)
    return {
      at: at + (tight[1] as string).length + 1,
      message: `expected a space after the colon, as in "${tight[1]}: ${tight[2]}", found ${describe(said)}`,
    };
  const [key = '', ...value] = said.split(/\s+/);
  const meant = [`${key}:`, ...value].join(' ');
  return { at, message: `expected a colon after the key, as in ${describe(meant)}, found ${describe(said)}` };
}

/** `reason: Refunds: see the guide`. */
function colonInText(text: string, at: number): Fault | undefined {
  const line = lineAt(text, at);
  const rest = line.text.slice(at - line.from);
  if (!/:(\s|$)/.test(rest) || /^[-?] /.test(rest)) return undefined;
  return {
    at,
    message: `expected quotes around a text with a colon in it, as in ${/"/.test(rest) ? `'${rest.trim()}'` : `"${rest.trim()}"`}, found none`,
  };
}

/** The line of an offset, or the next one that says something. */
function lineOrNext(text: string, at: number): Line | undefined {
  const line = lineAt(text, at);
  return /^\s*(#|$)/.test(line.text) ? nextLine(text, at) : line;
}

function otherColumn(line: Line | undefined): Fault | undefined {
  if (line === undefined) return undefined;
  const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
  return {
    at: line.from + indent,
    message: `expected a line that begins in the same column as the others of its list or entry, found ${describe(line.text.trim())} in column ${indent + 1}: move it with spaces, or see whether the line above it is complete`,
  };
}

function needsQuotes(text: string, at: number): Fault {
  const line = lineAt(text, at);
  const rest = line.text.slice(at - line.from).trim();
  return {
    at,
    message: `expected quotes around a text that begins with "${rest[0]}", as in ${quote(rest)}, found none`,
  };
}

function missing(fault: YAMLError, document: Document.Parsed, text: string): Fault | undefined {
  const [at] = fault.pos;
  const sign = /Missing closing (["'])/.exec(fault.message)?.[1];
  if (sign !== undefined) {
    const type = sign === '"' ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
    const opened = lastBefore(document, at, (node) => isScalar(node) && node.type === type);
    const from = opened ?? at;
    return {
      at: from,
      message: `expected a closing ${sign} for the text that begins here, found none after ${shown(lineAt(text, from), from)}`,
    };
  }
  if (fault.message.includes('flow')) return noComma(document, text, at);
  return otherColumn(lineAt(text, at));
}

/** The innermost [ or { that an offset lies in is not closed. */
function unclosed(document: Document.Parsed, text: string, at: number): Fault | undefined {
  const isFlow = (node: Node) => isCollection(node) && node.flow === true;
  const isOpen = (node: Node) => {
    const [from = 0, to = 0] = node.range ?? [];
    return (
      isFlow(node) &&
      !text
        .slice(from, to)
        .trimEnd()
        .endsWith(text[from] === '[' ? ']' : '}')
    );
  };
  const opened = lastBefore(document, at, isOpen) ?? lastBefore(document, at, isFlow);
  if (opened === undefined) return undefined;
  const closing = text[opened] === '[' ? ']' : '}';
  const line = lineAt(text, at);
  if (/[\]}]/.test(text[at] ?? '') && text[at] !== closing) return closesNothing(text, at);
  if (line.text.trim().startsWith(closing))
    return {
      at: line.from + line.text.indexOf(closing),
      message: `expected "${closing}" further to the right than the key that it belongs to, found it in column ${line.text.indexOf(closing) + 1}`,
    };
  return {
    at: opened,
    message: `expected "${closing}" at the end of what begins here, found none after ${shown(lineAt(text, opened), opened)}`,
  };
}

function closesNothing(text: string, at: number): Fault {
  return { at, message: `expected no other bracket, found a "${text[at]}" that closes nothing: delete it` };
}

function noComma(document: Document.Parsed, text: string, at: number): Fault | undefined {
  const opened = lastBefore(document, at, (node) => isCollection(node) && node.flow === true);
  if (opened === undefined) return undefined;
  if (lineAt(text, opened).from !== lineAt(text, at).from) return unclosed(document, text, at);
  const line = lineAt(text, at);
  return {
    at,
    message: `expected a comma between the entries, found none before ${shown(line, at)}`,
  };
}

function unexpected(document: Document.Parsed, text: string, at: number): Fault | undefined {
  const line = lineAt(text, at);
  const rest = line.text.slice(at - line.from);
  if (/^[\]}]/.test(rest)) return closesNothing(text, at);
  const before = line.text.slice(0, at - line.from);
  const block = /(?:^|: |- )([>|][^:]*)$/.exec(before);
  if (block !== null) return needsQuotes(text, at - (block[1] as string).length);
  const opened = lastBefore(document, at, (node) => {
    const from = node.range?.[0] ?? -1;
    return from >= line.from && /["'[{]/.test(text[from] ?? '');
  });
  if (opened === undefined) return undefined;
  const whole = line.text.slice(opened - line.from).trim();
  const what = /["']/.test(text[opened] ?? '') ? 'closing quote' : 'closing bracket';
  return {
    at,
    message: `expected nothing after the ${what}, or quotes around all of the text, as in ${quote(whole)}, found ${describe(rest.trim())}`,
  };
}

/** Where the last node begins that is wanted and begins before an offset. */
function lastBefore(document: Document.Parsed, at: number, wanted: (node: Node) => boolean): number | undefined {
  let last: number | undefined;
  visit(document, {
    Node: (_, node) => {
      const from = node.range?.[0];
      if (from !== undefined && from < at && wanted(node) && (last === undefined || from > last)) last = from;
    },
  });
  return last;
}
