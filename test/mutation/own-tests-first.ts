import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Runs the tests that are named after the changed file first: `clock.ts` by `clock.test.ts` and `clock-laws.test.ts`.
 * A run ends with the first test that notices the change, so most then end after one file. It changes no result.
 */
export class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const changed = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'));
    const isOwn = ({ moduleId }: TestSpecification) => changed.some((name) => basename(moduleId).startsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isOwn), ...sorted.filter((file) => !isOwn(file))];
  }
}
