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

const path = (endpoint: string) => `${endpoint.replace(/\/+$/, '')}/_caserelay/permissions`;

/** What the engine at `endpoint` has refused and what it saw used; undefined if it is none of ours and checks nothing. */
export async function readPermissions(
  endpoint: string,
  request: typeof fetch = fetch,
): Promise<Permissions | undefined> {
  const response = await request(path(endpoint), { signal: AbortSignal.timeout(10_000) });
  const json: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
  return json === undefined ? undefined : Permissions.parse(json);
}

/** Lets the engine go without some grants from now on, each "FUNCTION ACTION"; an empty list gives them all back. */
export async function goWithout(endpoint: string, grants: readonly string[]): Promise<void> {
  const body = JSON.stringify({ without: grants });
  const response = await fetch(path(endpoint), { method: 'PUT', body });
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
