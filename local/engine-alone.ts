import { ENGINE_ALONE, ENGINE_PORT, engineWords, openEngine } from './engine.ts';
import { portOf } from './options.ts';
import { PlainError, step } from './progress.mjs';

/** `npm run engine`: the local engine without an app, for `npm start` of this folder to use, or to look around with the AWS CLI. */
async function main(): Promise<void> {
  const port = portOf('CASERELAY_ENGINE_PORT', ENGINE_PORT);
  // Its address is what this is about: one that was given would be somebody else's engine.
  delete process.env.AWS_ENDPOINT_URL;
  const engine = await step('Starting the local AWS engine', () => openEngine(port, ENGINE_ALONE));
  console.log(engineWords(port, engine.endpoint));
  await new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  });
  console.log('\nStopping …');
  await engine.stop();
}

try {
  await main();
} catch (error) {
  console.error(error instanceof PlainError ? `\n${error.message}` : error);
  process.exitCode = 1;
}
process.exit();
