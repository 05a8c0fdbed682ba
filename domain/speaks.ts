/**
 * Is a language one of those that somebody speaks? Who speaks "es" speaks "es-MX" too; who speaks
 * "es-MX" speaks only that. Tags are BCP 47, compared without case.
 */
export function speaks(spoken: readonly string[], language: string): boolean {
  const asked = tagOf(language);
  return spoken.some((one) => `${asked}-`.startsWith(`${tagOf(one)}-`));
}

function tagOf(language: string): string {
  return language.toLowerCase().replaceAll('_', '-');
}
