import { describe, expect, it } from 'vitest';
import { type Trait, traitOf } from '../../orchestrator/simulation/machines/traits.ts';

const clients = Array.from({ length: 20_000 }, (_, n) => `PC${String(n).padStart(5, '0')}`);

const expected: readonly (readonly [Trait, number])[] = [
  ['free', 0.44],
  ['pcmInBin', 0.3],
  ['userProgram', 0.08],
  ['offlineForDays', 0.05],
  ['pcmBusy', 0.06],
  ['fileMissing', 0.025],
  ['staysHome', 0.025],
  ['neverComesBack', 0.02],
];

describe('the table of traits', () => {
  it.each(expected)('gives %s to its share of the clients', (trait, share) => {
    const found = clients.filter((client) => traitOf('seed', client) === trait).length / clients.length;
    expect(Math.abs(found - share)).toBeLessThan(0.01);
  });

  it('gives a client the same trait for the same seed, and others for another seed', () => {
    const drawn = (seed: string) => clients.slice(0, 100).map((client) => traitOf(seed, client));
    expect(drawn('one')).toEqual(drawn('one'));
    expect(drawn('one')).not.toEqual(drawn('two'));
  });
});
