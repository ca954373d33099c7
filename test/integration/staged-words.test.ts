import { expect, test } from 'vitest';
import { stagedLines } from '../../orchestrator/cli/render/fleet.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';

const staged = {
  release: { release: 'zabbix-7.0.5', product: 'zabbix-agent-2', servicePack: null, files: [] },
  tree: '/srv/zabbix',
  evidence: '6e67',
  tookMs: 12,
  commandRan: true,
  started: [],
};

test('a release without an upgrade command is not said to have run one', () => {
  expect(stagedLines(plainView, { ...staged, commandRan: false })).toEqual([
    'Staged release zabbix-7.0.5 of zabbix-agent-2',
    'No upgrade command, 0 files hashed in /srv/zabbix (0.0 s)',
  ]);
});

test('an upgrade command that has ended well is said, with what it printed', () => {
  expect(stagedLines(plainView, staged).slice(1)).toEqual([
    'Upgrade command succeeded, 0 files hashed in /srv/zabbix (0.0 s)',
    'Output saved as evidence 6e67 (SHA-256)',
  ]);
});
