import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a text, without their ends (LF or CRLF) and without a byte order mark. Node's
 * readline also ends lines at U+2028 and U+2029, which JSON has inside its strings.
 */
export async function* textLines(text: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isFirst = true;
  const whole = (line: string) => {
    const shown = (isFirst ? line.replace(/^\uFEFF/, '') : line).replace(/\r$/, '');
    isFirst = false;
    return shown;
  };
  for await (const chunk of text) {
    const [first = '', ...more] = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n');
    const last = more.pop();
    rest += first;
    if (last === undefined) continue;
    yield whole(rest);
    for (const line of more) yield whole(line);
    rest = last;
  }
  rest += decoder.end();
  if (rest !== '') yield whole(rest);
}
