import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { inWords, seenName } from '../domain/narrowing.ts';

const pieceSize = 1_000;

/** Campaigns that have not begun, and will want their clients. */
const notBegun = ['created', 'scheduled', 'waitingForRelease'] as const;

/** The records, and who asks. */
interface Asked extends Pick<OrchestratorContext, 'store'> {
  readonly asker: Narrowing | undefined;
}

/**
 * The other campaigns that want clients of this one, and how many: a sentence each. One client
 * has one driver, so the second of two campaigns does not start.
 * @param name of the planned campaign
 */
export async function overlapWarnings(
  { store, asker }: Asked,
  name: string,
  clients: readonly string[],
): Promise<readonly string[]> {
  const working = await countAtWork(store, name, clients);
  const asked = new Set(clients);
  const found: string[] = [];
  for (const { campaign } of await store.campaigns([...notBegun, 'running', 'paused'])) {
    const { definition, state } = campaign;
    const other = definition.campaign;
    if (other === name) continue;
    const isAtWork = state.status === 'running' || state.status === 'paused';
    const both = isAtWork ? (working.get(other) ?? 0) : await countWaiting(store, other, asked);
    if (both > 0) found.push(sentence(inWords(seenName(asker, other)), state, both, isAtWork));
  }
  return found;
}

function sentence(other: string, state: CampaignState, both: number, isAtWork: boolean): string {
  const many = `${both} of these clients`;
  return isAtWork
    ? `${other} ${statusClause[state.status]} and has not finished ${many}: this one does not start before it has`
    : `${other} ${statusClause[state.status]} and wants ${many}, too: whichever of the two starts first keeps the other from its start`;
}

async function countAtWork(
  store: OperatorStore,
  name: string,
  clients: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let from = 0; from < clients.length; from += pieceSize)
    for (const { campaign } of await store.overlapWith(name, clients.slice(from, from + pieceSize)))
      counts.set(campaign, (counts.get(campaign) ?? 0) + 1);
  return counts;
}

async function countWaiting(
  store: OperatorStore,
  other: string,
  asked: ReadonlySet<string>,
): Promise<number> {
  let both = 0;
  for await (const { client } of store.waiting(other)) if (asked.has(client)) both += 1;
  return both;
}
