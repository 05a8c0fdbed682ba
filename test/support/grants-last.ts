import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Runs test/e2e/grants.test.ts after all others, since it asks what they used. */
export class GrantsLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLast = ({ moduleId }: TestSpecification) => moduleId.endsWith('/e2e/grants.test.ts');
    return [...sorted.filter((file) => !isLast(file)), ...sorted.filter(isLast)];
  }
}
