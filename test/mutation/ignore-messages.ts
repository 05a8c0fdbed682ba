/**
 * The one rule of what is not mutated: the text of an error that is thrown, `new SomeError('…')`. Its wording may change
 * freely; that it is thrown, and its class, are still mutated. Everything else in domain/ counts.
 */
const IGNORED = 'The wording of an error: what is thrown and when is mutated, not how it is put.';

interface Path {
  readonly node: { readonly type: string; readonly callee?: { readonly type: string; readonly name?: string } };
  readonly parentPath: Path | null;
  isStringLiteral(): boolean;
  isTemplateLiteral(): boolean;
}

const isError = ({ node }: Path): boolean =>
  node.type === 'NewExpression' && node.callee?.type === 'Identifier' && /Error$/.test(node.callee.name ?? '');

const messagesOfErrors = {
  /** @returns the reason to leave this piece of code alone, or undefined to mutate it */
  shouldIgnore: (path: Path): string | undefined =>
    (path.isStringLiteral() || path.isTemplateLiteral()) && path.parentPath !== null && isError(path.parentPath)
      ? IGNORED
      : undefined,
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'messages-of-errors', value: messagesOfErrors }];
