import type { Writable } from 'node:stream';

/** What a terminal obeys instead of showing: control characters, and marks that turn a line around. Line ends and tabs are ours. */
const OBEYED = /[[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]--[\n\t]]/gv;

/** Text in which nothing is obeyed: "\\u001b" for an escape. JSON stays JSON, and says the same. */
function shownPlainly(text: string): string {
  return text.replace(OBEYED, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A stream to which text is written so, as what customers, vendors and CRMs wrote is in it. */
export function plainOutput<Stream extends Writable>(stream: Stream): Stream {
  const write: Writable['write'] = (chunk: unknown, ...rest: never[]) =>
    stream.write(typeof chunk === 'string' ? shownPlainly(chunk) : chunk, ...rest);
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
