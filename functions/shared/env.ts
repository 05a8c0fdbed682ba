import { ENV } from './names.ts';

type Name = keyof typeof ENV;

/** Reads the environment variables that a function needs; an error names all that are missing. */
export function readEnv<N extends Name>(...names: N[]): Record<N, string> {
  const missing = names.filter((name) => !process.env[ENV[name]]);
  if (missing.length > 0) {
    throw new Error(
      `missing environment variables: ${missing.map((name) => ENV[name]).join(', ')}; infra/ sets them where it grants access`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, process.env[ENV[name]]])) as Record<N, string>;
}
