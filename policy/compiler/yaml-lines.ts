/** A line of a text: where it begins, without its line break. */
export interface Line {
  readonly from: number;
  readonly text: string;
}

/** The line that an offset lies in. */
export function lineAt(text: string, at: number): Line {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', from);
  return { from, text: text.slice(from, end < 0 ? text.length : end).replace(/\r$/, '') };
}

/** The next line that is neither empty nor a comment. */
export function nextLine(text: string, at: number): Line | undefined {
  let line = lineAt(text, at);
  do {
    const from = text.indexOf('\n', line.from) + 1;
    if (from === 0) return undefined;
    line = lineAt(text, from);
  } while (/^\s*(#|$)/.test(line.text));
  return line;
}

/** The rest of a line as it stands, quotes and all. */
export function shown(line: Line, at: number): string {
  const rest = line.text.slice(at - line.from).trim();
  return rest.length > 70 ? `${rest.slice(0, 69)}…` : rest;
}

/** A text between quotes, so that it holds what it says. */
export function quote(text: string): string {
  const bare = text.replace(/^(["'])(.*)\1$/s, '$2');
  return bare.includes('"') ? `'${bare.replaceAll("'", "''")}'` : `"${bare}"`;
}
