import { describe, expect, it } from 'vitest';
import { speaks } from '../../domain/speaks.ts';

describe('whoever speaks', () => {
  it.each([
    [['es'], 'es', true],
    [['es'], 'es-MX', true],
    [['ES'], 'es_mx', true],
    [['es_MX'], 'es-mx', true],
    [['es-MX'], 'es', false],
    [['es'], 'est', false],
    [['en', 'pt-BR'], 'pt-BR', true],
    [['en'], 'pt-BR', false],
    [[], 'en', false],
  ])('%j and a case in %s: %s', (spoken, language, expected) => {
    expect(speaks(spoken, language)).toBe(expected);
  });
});
