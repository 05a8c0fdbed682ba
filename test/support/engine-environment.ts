import { inject } from 'vitest';
import { engineEnv } from '../../local/engine.ts';

/** Only end-to-end tests have the engine in their environment: it would choose account and region of what others synthesise. */
Object.assign(process.env, engineEnv(inject('e2e').deployment.endpoint));
