import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { defaultStart } from '../../orchestrator/proving/default-start.ts';
import type { Equipment } from '../../orchestrator/proving/machine.ts';
import { type Proof, prove, type Question } from '../../orchestrator/proving/prove.ts';
import type { PropertyName } from '../../orchestrator/proving/asked.ts';
import type { CampaignDefinition, Release } from '../../shared/domain/campaign/definition.ts';
import { loadProfile, rulesOf } from '../../shared/products/profile.ts';

export const release: Pick<Release, 'files'> = {
  files: [
    { name: 'first.exe', size: 1, sha256: 'release-1' },
    { name: 'second.exe', size: 1, sha256: 'release-2' },
  ],
};

export function definitionOf(text: string): CampaignDefinition {
  const parsed = parseCampaign(text, 'campaign.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

export function equipmentOf(product: string): Equipment {
  const profile = loadProfile(product);
  if (!profile.ok) throw new Error(profile.error.message);
  return {
    product: rulesOf(profile.value),
    files: Object.fromEntries(release.files.map(({ name, sha256 }) => [name, sha256])),
    program: 'pcmwin32.exe',
  };
}

interface Asked {
  readonly product?: string;
  readonly names?: readonly PropertyName[];
  readonly neverDown?: { readonly most: number; readonly per: string };
  readonly events?: number;
  readonly states?: number;
}

/** A proof that ends after so many events or states: no result depends on the clock. */
export function proofOf(
  definition: CampaignDefinition,
  { product = 'sms-1.2', names = [], neverDown, events = 3, states = 1_000 }: Asked,
): { readonly proof: Proof; readonly question: Question } {
  const question: Question = {
    definition,
    equipment: equipmentOf(product),
    asked: { names, neverDown: neverDown ?? null },
    startsAt: defaultStart(definition),
    faults: 2,
    depth: events,
    states,
    isOver: () => false,
  };
  return { proof: prove(question), question };
}
