import type { NotStaged } from '../../shared/domain/campaign/copies.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';

interface PlannedWave {
  readonly name: string;
  readonly clients: readonly Client[];
}

/**
 * What of a campaign will not go as its author may think: gates that cannot decide, or decide by
 * something else than they say. A sentence each.
 */
export function planWarnings(
  { waves: definitions }: CampaignDefinition,
  waves: readonly PlannedWave[],
  notStaged: readonly NotStaged[],
): readonly string[] {
  const missing = new Set(notStaged.map(({ logonServer }) => logonServer));
  return waves.flatMap(({ name, clients }, index) => {
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
            `wave ${name}: its gate decides after ${sample} of ${size} clients (minSample), so settled: ${gate.settledPercent} % has no effect`,
          ]
        : []),
      ...(size - held < Math.max(sample, needed)
        ? [
            `wave ${name}: ${held} of ${size} clients cannot begin, because the release is not staged on their logon servers, so its gate cannot decide`,
          ]
        : []),
    ];
  });
}
