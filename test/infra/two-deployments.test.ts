import { beforeAll, describe, expect, test } from 'vitest';
import { type Resource, type Synthesised, synthesised } from './synthesised.ts';

/** Properties that end like a name but are none that AWS wants to be unique. */
const NO_NAME = new Set([
  // The HTTP API is known by its id; its stage is one of it.
  'AWS::ApiGatewayV2::Stage StageName',
  // Told apart by its dimension.
  'AWS::CloudWatch::Alarm MetricName',
  // Inline: known within its role, which has no name.
  'AWS::IAM::Policy PolicyName',
]);

/** "type property name" of whatever has a name that somebody chose; what is no text refers to another resource. */
function namesOf({ Type, Properties = {} }: Resource): string[] {
  return Object.entries(Properties)
    .filter(([property, value]) => /(^|[a-z])Name$|^EmailIdentity$/.test(property) && typeof value === 'string')
    .filter(([property]) => !NO_NAME.has(`${Type} ${property}`))
    .map(([property, value]) => `${Type} ${property} ${value}`);
}

let first: Synthesised;
let second: Synthesised;
beforeAll(() => {
  // Nothing is bundled: names are what is looked at.
  first = synthesised({ 'aws:cdk:bundling-stacks': [] });
  second = synthesised({ 'aws:cdk:bundling-stacks': [], name: 'Trial' });
});

describe('two deployments of one policy in one account', () => {
  const own = ({ resources }: Synthesised) => resources.filter(({ Type }) => Type !== 'AWS::SES::EmailIdentity');

  test('have no physical name in common', () => {
    const names = own(first).flatMap(namesOf);
    expect(names.length).toBeGreaterThan(40);
    const others = new Set(own(second).flatMap(namesOf));
    expect(names.filter((name) => others.has(name))).toEqual([]);
  });

  test('have no stack and no export in common but the sender’s domain', () => {
    const stackNames = ({ stacks }: Synthesised) => Object.values(stacks).map(({ stackName }) => stackName);
    expect(stackNames(first)).toEqual(['CaseRelay-Stateful', 'CaseRelay-Service', 'CaseRelay-Mail-example-com']);
    expect(stackNames(second)).toEqual(['Trial-Stateful', 'Trial-Service', 'CaseRelay-Mail-example-com']);
    const exports = new Set(second.exports);
    expect(first.exports.filter((name) => exports.has(name))).toEqual([]);
  });

  test('agree to the letter on the sender’s domain, so that the second deployment changes nothing of it', () => {
    expect(first.templates.at(-1)).toEqual(second.templates.at(-1));
    expect(first.ofType('AWS::SES::EmailIdentity')).toHaveLength(1);
  });

  test('count into metrics of their own', () => {
    const services = ({ ofType }: Synthesised) =>
      new Set(
        ofType('AWS::Lambda::Function').map(
          ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
        ),
      );
    expect([...services(first), ...services(second)]).toEqual(['CaseRelay', 'Trial']);
  });
});

describe('a domain that is an identity already', () => {
  test('is not made again', () => {
    const { stacks, ofType } = synthesised({ 'aws:cdk:bundling-stacks': [], createIdentity: 'false' });
    expect(Object.keys(stacks)).toEqual(['stateful', 'service']);
    expect(ofType('AWS::SES::EmailIdentity')).toEqual([]);
  });
});
