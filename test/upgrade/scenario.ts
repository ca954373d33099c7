import { clientWith, clientsWith } from '../fixtures/clients-with.ts';
import { fleetText, type LabClient } from '../fixtures/campaign-lab.ts';

/**
 * What lies in the middle of its work when servpack is upgraded. The names of the clients decide
 * their traits, by the seed of `clientsWith`.
 */
export const seed = 'one';

const [moving = '', pausedPcm = '', askingPcm = ''] = clientsWith('pcmInBin', 3);
const free = clientsWith('free', 8);
const program = clientWith('userProgram');

/** The relocation of its service is open when the earlier version ends. */
export const openRelocation = moving;

const labelled = (label: string, names: readonly string[]): readonly LabClient[] =>
  names.map((client, at) => ({ client, label, logonServer: `LS-${at % 2}` }));

const groups = {
  run: labelled('run', [moving, program, ...free.slice(0, 2)]),
  hold: labelled('hold', [pausedPcm, ...free.slice(2, 4)]),
  ask: labelled('ask', [askingPcm, ...free.slice(4, 7)]),
  later: labelled('later', free.slice(7, 8)),
};

export const fleetCsv = fleetText(Object.values(groups).flat());

const campaign = (name: keyof typeof groups, more: string): string =>
  `campaign: ${name}\nrelease: test-release\nselect: { labels: [${name}] }\nstructural: atOnce\nladder: [wait, relocation]\n${more}`;

const whole = 'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]\n';

/** By name. */
export const campaigns: Readonly<Record<keyof typeof groups, string>> = {
  run: campaign('run', whole),
  hold: campaign('hold', whole),
  ask: campaign(
    'ask',
    'waves: [{ name: canary, count: 1, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }, { name: rest, rest: true }]\napprovals: [{ wave: rest }]\n',
  ),
  later: campaign('later', whole),
};
