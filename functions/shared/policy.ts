import { readFileSync } from 'node:fs';
import type { Policy } from '../../domain/policy.ts';

/**
 * The compiled policy that ships in the function's bundle, beside its code. It was checked at
 * synth and is part of the same asset, so it is not checked again on each cold start.
 */
export const policy: Policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8'));
