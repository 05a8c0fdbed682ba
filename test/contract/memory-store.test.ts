import { describe } from 'vitest';
import { memoryStore } from '../support/memory-store.ts';
import { storeContract } from '../support/store-contract.ts';

describe('the store in memory', () => storeContract(memoryStore));
