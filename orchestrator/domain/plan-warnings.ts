import { counted } from './counted.ts';
import type { NotStaged } from '../../shared/domain/campaign/copies.ts';
import type { CampaignDefinition, Client, Gate } from '../../shared/domain/campaign/definition.ts';

interface PlannedWave {
  readonly name: string;
  readonly clients: readonly Client[];
}

/**
 * What of a campaign will not go as its author may think: gates that cannot decide, or decide by
 * something else than they say. A sentence each.
 */
export function planWarnings(
  { waves: definitions, budgets }: CampaignDefinition,
  waves: readonly PlannedWave[],
  notStaged: readonly NotStaged[],
): readonly string[] {
  const missing = new Set(notStaged.map(({ logonServer }) => logonServer));
  const ofGates = waves.flatMap(({ name, clients }, index) => {
    const gate = definitions[index]?.gate;
    const isLast = index === waves.length - 1;
    if (gate === undefined || clients.length === 0 || isLast) return [];
    const size = clients.length;
    const sample = Math.min(gate.minSample, size);
    const needed = Math.ceil((gate.settledPercent * size) / 100);
    const held = clients.filter(({ logonServer }) => missing.has(logonServer)).length;
    return [
      ...(sample > needed
        ? [
            `wave ${name}: its gate decides after ${sample} of ${counted(size, 'client')} (minSample), so settled: ${gate.settledPercent} % has no effect`,
          ]
        : []),
      ...(size - held < Math.max(sample, needed)
        ? [
            `wave ${name}: ${held} of ${counted(size, 'client')} cannot begin, because the release is not staged on ${held === 1 ? 'its logon server' : 'their logon servers'}, so its gate cannot decide`,
          ]
        : []),
    ];
  });
  const clients = waves.flatMap((wave) => wave.clients);
  return [...idleGates(definitions), ...labelsOfNobody(budgets.restarts?.perLabel, clients), ...ofGates];
}

/** A misspelled label would limit all clients together, as those without a value of it. */
const labelsOfNobody = (
  perLabel: Readonly<Record<string, number>> = {},
  clients: readonly Client[],
): readonly string[] =>
  Object.keys(perLabel)
    .filter((key) => clients.length > 0 && !clients.some(({ labels }) => labels.some(hasValueOf(key))))
    .map(
      (key) =>
        `budgets.restarts.perLabel.${key}: no selected client has a value of label ${key}, so all of them count together`,
    );

const hasValueOf =
  (key: string) =>
  (label: string): boolean =>
    label.toLowerCase().startsWith(`${key.toLowerCase()}=`);

/** What gates ask for and what has no effect. */
function idleGates(waves: CampaignDefinition['waves']): readonly string[] {
  const [first] = waves;
  const asked = first === undefined ? [] : waitsAsked(first.gate);
  const only =
    waves.length === 1 && asked.length > 0
      ? [
          `the campaign has one wave, so ${asked.join(' and ')} of its gate ${asked.length === 1 ? 'has' : 'have'} no effect`,
        ]
      : [];
  const lenient = waves
    .slice(0, -1)
    .filter(({ gate }) => gate.health !== undefined && gate.health.notOkPercent > gate.notOkPercent)
    .map(
      ({ name, gate }) =>
        `wave ${name}: unhealthy clients also count for failures: ${gate.notOkPercent} %, which may pause the campaign before health.failures: ${gate.health?.notOkPercent} % does`,
    );
  return [...only, ...lenient];
}

const waitsAsked = ({ soakMs, health, approval }: Gate): readonly string[] => [
  ...(soakMs === undefined ? [] : ['soak']),
  ...(health === undefined ? [] : ['health']),
  ...(approval === undefined ? [] : ['approval']),
];
