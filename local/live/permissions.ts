import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** A call that the engine refused because the role behind it does not allow it. */
const Refusal = z.object({
  /** ms. */
  at: z.number(),
  /** The function, or whatever else holds the role. */
  who: z.string(),
  action: z.string(),
  resource: z.string(),
  /** A test took the grant away and expects this. */
  onPurpose: z.boolean(),
});
export type Refusal = z.infer<typeof Refusal>;

/** One action on one resource that a deployed role allows, and how often it was used. */
const Grant = z.object({ who: z.string(), action: z.string(), resource: z.string(), calls: z.number() });
export type Grant = z.infer<typeof Grant>;

const Permissions = z.object({ refusals: z.array(Refusal), grants: z.array(Grant) });
export type Permissions = z.infer<typeof Permissions>;

const pathTo = (endpoint: string, what: 'permissions' | 'refusals') =>
  `${endpoint.replace(/\/+$/, '')}/_caserelay/${what}`;

async function readJson(url: string, request: typeof fetch): Promise<unknown> {
  const response = await request(url, { signal: AbortSignal.timeout(10_000) });
  return response.ok ? await response.json().catch(() => undefined) : undefined;
}

/** What the engine at `endpoint` has refused and what it saw used; undefined if it is none of ours and checks nothing. */
export async function readPermissions(
  endpoint: string,
  request: typeof fetch = fetch,
): Promise<Permissions | undefined> {
  const json = await readJson(pathTo(endpoint, 'permissions'), request);
  return json === undefined ? undefined : Permissions.parse(json);
}

/** Lets the engine go without some grants from now on, each "FUNCTION ACTION"; an empty list gives them all back. */
export async function goWithout(endpoint: string, grants: readonly string[]): Promise<void> {
  const body = JSON.stringify({ without: grants });
  const response = await fetch(pathTo(endpoint, 'permissions'), { method: 'PUT', body });
  if (!response.ok) throw new Error(`the engine answered ${response.status}: ${await response.text()}`);
}

/** Refusals in words, each once, the first first. */
export function refusalWords(refusals: readonly Refusal[]): string[] {
  const times = new Map<string, number>();
  for (const { who, action, resource } of refusals) {
    const words = `${who} was refused ${action} on ${resource}`;
    times.set(words, (times.get(words) ?? 0) + 1);
  }
  return [...times].map(([words, count]) => (count === 1 ? words : `${words}, ${count} times`));
}

export interface FollowOptions {
  readonly endpoint: string;
  /** Refusals from before this instant (ms) are somebody else's. */
  readonly since: number;
  readonly onRefusal: (words: string) => void;
  readonly fetch?: typeof fetch;
  readonly pollMs?: number;
}

/** Tells each refusal once, while it goes on. An engine that checks nothing has none to tell. */
export function followRefusals({ endpoint, since, onRefusal, fetch: request = fetch, pollMs = 2000 }: FollowOptions): {
  stop(): Promise<void>;
} {
  const ending = new AbortController();
  const told = new Set<string>();
  const look = async () => {
    const refusals = z.array(Refusal).safeParse(await readJson(pathTo(endpoint, 'refusals'), request)).data ?? [];
    for (const refusal of refusals.filter(({ at }) => at >= since)) {
      const [words = ''] = refusalWords([refusal]);
      if (told.has(words)) continue;
      told.add(words);
      onRefusal(words);
    }
  };
  const work = (async () => {
    while (!ending.signal.aborted) {
      await look().catch(() => undefined);
      await sleep(pollMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await work;
    },
  };
}
