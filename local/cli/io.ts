import type { Readable, Writable } from 'node:stream';

/** What a command reads and writes: the process's own streams, or a test's. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** A command gets the arguments after its name and answers with the exit code: 1 for a wrong usage. */
export type Command = (args: string[], io: CommandIo) => Promise<number>;
