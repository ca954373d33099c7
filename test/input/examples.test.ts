import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { accepted } from './given.ts';

const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../examples', name), 'utf8');

test('the example fleet has 500 clients on 5 logon servers, every hundredth a server', () => {
  const fleet = accepted(parseFleet(example('fleet.csv'), 'fleet.csv'));
  expect(fleet).toHaveLength(500);
  expect(new Set(fleet.map(({ logonServer }) => logonServer)).size).toBe(5);
  expect(new Set(fleet.map(({ zone }) => zone)).size).toBe(4);
  expect(fleet.filter(({ role }) => role === 'server')).toHaveLength(5);
});

test('the example campaign names the example release', () => {
  const campaign = accepted(parseCampaign(example('campaign.yaml'), 'campaign.yaml'));
  const release = accepted(parseRelease(example('release/release.yaml'), 'release.yaml'));
  expect(campaign.release).toBe(release.release);
  expect(campaign.start).toBe('byHand');
  expect(campaign.waves.map(({ name, size }) => [name, size])).toEqual([
    ['canary', { count: 10 }],
    ['early', { percent: 25 }],
    ['rest', { rest: true }],
  ]);
});
