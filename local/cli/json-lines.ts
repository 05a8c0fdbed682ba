import { once } from 'node:events';
import { textLines } from '../text-lines.ts';
import type { CommandIo } from './io.ts';
import { type Fields, isFields, LineError, wrong } from './line-error.ts';

/**
 * Answers JSON objects, one a line, in order; empty lines are passed over. What is wrong with a
 * line is told in its place as {"line", "id", "error"}, and the others go on. `answer` returns
 * the text to print.
 */
export async function answerLines({ stdin, stdout }: CommandIo, answer: (line: Fields) => string): Promise<void> {
  let number = 0;
  for await (const text of textLines(stdin)) {
    number++;
    const trimmed = text.trim();
    if (trimmed === '') continue;
    if (!stdout.write(`${answered(trimmed, number, answer)}\n`)) await once(stdout, 'drain');
  }
}

function answered(text: string, number: number, answer: (line: Fields) => string): string {
  let line: Fields | undefined;
  try {
    line = parsed(text);
    return answer(line);
  } catch (error) {
    const id = line?.id === undefined ? {} : { id: line.id };
    // A fault of ours must not end the run either: it is told on its line.
    return JSON.stringify({ line: number, ...id, error: error instanceof Error ? error.message : String(error) });
  }
}

function parsed(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LineError(`expected a line of JSON, found something else: ${(error as Error).message}`);
  }
  if (!isFields(value)) throw wrong('line', 'a JSON object', value);
  return value;
}
