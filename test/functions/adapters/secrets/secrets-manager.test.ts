import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { secretsManager } from '../../../../functions/adapters/secrets/secrets-manager.ts';
import { SecretUnavailableError } from '../../../../functions/shared/secrets.ts';

const aws = mockClient(SecretsManagerClient);
beforeEach(() => aws.reset());

function setUp() {
  const clock = { now: 0 };
  const secrets = secretsManager('caserelay', new SecretsManagerClient({}), () => clock.now);
  const reads = () => aws.commandCalls(GetSecretValueCommand).length;
  return { clock, secrets, reads };
}

describe('secrets from Secrets Manager', () => {
  it('are read by name, once for all who ask at once, and again after five minutes', async () => {
    aws
      .on(GetSecretValueCommand, { SecretId: 'caserelay/source/zendesk' })
      .resolvesOnce({ SecretString: '{"signingSecrets":["old"]}' })
      .resolves({ SecretString: '{"signingSecrets":["new","old"]}' });
    const { clock, secrets, reads } = setUp();
    const [first, second] = await Promise.all([secrets.source('zendesk'), secrets.source('zendesk')]);
    expect([first.signingSecrets, second.signingSecrets, reads()]).toEqual([['old'], ['old'], 1]);
    clock.now = 5 * 60_000;
    expect((await secrets.source('zendesk')).signingSecrets).toEqual(['new', 'old']);
  });

  it.each([
    ['is not JSON', 'not set yet'],
    ['has another shape', '{"signingSecrets":[]}'],
  ])('are unavailable, without a read for each request, when one %s', async (_, SecretString) => {
    aws.on(GetSecretValueCommand).resolves({ SecretString });
    const { clock, secrets, reads } = setUp();
    await expect(secrets.vendor('manila')).rejects.toBeInstanceOf(SecretUnavailableError);
    clock.now = 9_999;
    await expect(secrets.vendor('manila')).rejects.toBeInstanceOf(SecretUnavailableError);
    expect(reads()).toBe(1);
    clock.now = 10_000;
    aws.on(GetSecretValueCommand).resolves({ SecretString: '{"signingSecrets":["whsec_YQ=="]}' });
    expect((await secrets.vendor('manila')).signingSecrets).toEqual(['whsec_YQ==']);
  });

  it('are read again for who wants them fresher', async () => {
    aws
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: '{"signingSecrets":["typed wrong"]}' })
      .resolves({ SecretString: '{"signingSecrets":["right"]}' });
    const { clock, secrets, reads } = setUp();
    const first = await secrets.source('zendesk');
    clock.now = 9_999;
    expect(await secrets.source('zendesk', 10_000)).toBe(first);
    clock.now = 10_000;
    expect((await secrets.source('zendesk')).signingSecrets).toEqual(['typed wrong']);
    expect((await secrets.source('zendesk', 10_000)).signingSecrets).toEqual(['right']);
    expect((await secrets.source('zendesk')).signingSecrets).toEqual(['right']);
    expect(reads()).toBe(2);
  });

  it('stay in use for everybody else when a fresher one cannot be read: nobody unsigned can take them away', async () => {
    aws
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: '{"signingSecrets":["right"]}' })
      .rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    const { clock, secrets, reads } = setUp();
    const known = await secrets.source('zendesk');
    clock.now = 10_000;
    // Somebody sends rubbish, and the secret is read again before it is refused.
    await expect(secrets.source('zendesk', 10_000)).rejects.toBeInstanceOf(SecretUnavailableError);
    expect(await secrets.source('zendesk')).toBe(known);
    // More rubbish within ten seconds is no further read.
    clock.now = 19_999;
    await expect(secrets.source('zendesk', 10_000)).rejects.toBeInstanceOf(SecretUnavailableError);
    expect(reads()).toBe(2);
    // The known one is not used for longer than it would have been.
    clock.now = 5 * 60_000;
    await expect(secrets.source('zendesk')).rejects.toBeInstanceOf(SecretUnavailableError);
    aws.on(GetSecretValueCommand).resolves({ SecretString: '{"signingSecrets":["new"]}' });
    clock.now = 5 * 60_000 + 10_000;
    expect((await secrets.source('zendesk')).signingSecrets).toEqual(['new']);
    clock.now = 5 * 60_000 + 20_000;
    expect((await secrets.source('zendesk', 10_000)).signingSecrets).toEqual(['new']);
    expect(reads()).toBe(5);
  });
});
