import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A sentence as a value of its own: `title: 'No worker runs'`. */
const sentence = /['`](?:[A-Z]|\$\{)[^'`]* [^'`]*['`]/g;

test('what needs a person is said in the texts of the page, and nowhere beside them', () => {
  const source = readFileSync('orchestrator/web/app/attention.ts', 'utf8').replace(/\/\*\*[^]*?\*\//g, '');
  expect(source.match(sentence) ?? []).toEqual([]);
  const texts = readFileSync('orchestrator/web/app/texts-campaign.ts', 'utf8');
  expect(texts.match(sentence)?.length).toBeGreaterThan(10);
});
