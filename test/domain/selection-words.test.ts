import { expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { selectionWords } from '../../orchestrator/views/selection-words.ts';
import { accepted } from '../input/given.ts';

const wordsOf = (select: string): string | null =>
  selectionWords(accepted(parseCampaign(`campaign: c\nrelease: r\nselect: ${select}\n`, 'c.yaml')).select);

const twelve = Array.from({ length: 12 }, (_, n) => `p${n}`);

test.each([
  ['{}', null],
  ['{ exclude: [{ where: kiosk, reason: a }] }', null],
  ['{ labels: [office] }', 'clients with label office'],
  ['{ labels: [a, b] }', 'clients with label a AND label b'],
  ['{ logonServers: [LS-1, LS-2] }', 'clients on logon server LS-1 OR LS-2'],
  ['{ where: "labels in (a, b), !c" }', 'clients that fulfil labels in (a, b) AND !c'],
  [
    '{ labels: [a], logonServers: [LS-1], clients: [x, y], where: d }',
    'clients with label a, AND on logon server LS-1, AND named x OR y, AND that fulfil d',
  ],
  ['{ percent: 20 % }', 'clients in the stable 20 % with seed servpack'],
  [
    '{ labels: [a], percent: 2.5 %, seed: autumn }',
    'clients with label a, AND in the stable 2.5 % with seed autumn',
  ],
  [`{ clients: [${twelve.join(', ')}] }`, `clients named ${twelve.slice(0, 10).join(' OR ')} OR 2 more`],
])('%s', (select, words) => {
  expect(wordsOf(select)).toBe(words);
});
