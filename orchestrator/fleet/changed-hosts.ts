import type { FleetFile } from '../input/fleet-csv.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { machineOf } from '../../shared/domain/campaign/machine.ts';
import { procedureWords, progressOf } from '../../shared/domain/remediation/procedure-words.ts';
import { openOnClient } from '../../shared/domain/upgrade/memory.ts';
import { movedServices } from '../../shared/domain/upgrade/moved-services.ts';
import type { UpgradeStore } from '../../shared/store/upgrade-store.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

/** A client that would be reached at another machine while a campaign has begun something on it. */
export interface HeldHost {
  readonly client: Client;
  /** The entry that the fleet has now. */
  readonly present: Client;
  readonly campaign: string;
  /** What is open on the machine, as a sentence. */
  readonly because: string;
}

/** A row of a fleet file, and the entry that the fleet has of the same client. */
export interface ChangedHost {
  readonly client: Client;
  readonly present: Client;
}

/**
 * Would the row lead to another machine than the entry? A new address is the same machine when the
 * entry pins its host keys and the row accepts no other key: no other machine can show them.
 */
export function isOtherMachine(present: Client, row: Client): boolean {
  if (machineOf(present.host) === machineOf(row.host) && present.port === row.port) return false;
  const pinned = present.hostKeys ?? [];
  const accepted = row.hostKeys ?? [];
  return accepted.length === 0 || accepted.some((key) => !pinned.includes(key));
}

/** How many clients are asked for at once. */
const pieceSize = 200;

/**
 * Which of these clients have something open on the machine of their present entry? What a campaign
 * has begun on one machine must not go on against another one.
 * @param limit no more are looked for than so many
 */
export async function heldHosts(
  store: Pick<UpgradeStore, 'claimOf' | 'readUpgrade'>,
  changed: readonly ChangedHost[],
  limit: number,
): Promise<readonly HeldHost[]> {
  const held: HeldHost[] = [];
  for (let from = 0; from < changed.length && held.length < limit; from += pieceSize) {
    const piece = changed.slice(from, from + pieceSize);
    const found = await Promise.all(piece.map((each) => heldHost(store, each)));
    held.push(...found.filter((each) => each !== null));
  }
  return held.slice(0, limit);
}

async function heldHost(
  store: Pick<UpgradeStore, 'claimOf' | 'readUpgrade'>,
  { client, present }: ChangedHost,
): Promise<HeldHost | null> {
  const campaign = await store.claimOf(client.client);
  const stored = campaign === null ? null : await store.readUpgrade({ campaign, client: client.client });
  const because = stored === null ? null : whyOpen(stored);
  return campaign === null || because === null ? null : { client, present, campaign, because };
}

/** What is open on the client's machine; null = nothing is. */
function whyOpen({ upgrade, index }: StoredUpgrade): string | null {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return null;
  if (state.phase === 'remedying')
    return `its ${procedureWords[state.journal.procedure]} is at ${progressOf(state.journal)}`;
  const [first] = openOnClient(memory);
  if (first !== undefined) return inWords[first];
  const [moved] = movedServices(memory.learned);
  if (moved !== undefined) return `${moved.service.name} was moved there`;
  // The worker has read the entry of the fleet, and may begin something at any moment.
  return index === 'driven' ? 'a worker is at work on it' : null;
}

const inWords: Readonly<Record<ReturnType<typeof openOnClient>[number], string>> = {
  mark: 'it is marked',
  unanswered: 'its update may have begun',
  restart: 'it is expected back from a restart',
  workaround: 'a service of it is set to manual for a while',
  replacing: 'new files wait there for its restart',
  unfinished: 'a procedure may be unfinished there',
};

/** A row that would lead a campaign to another machine in the middle of its work. */
export const heldHostFault = (
  file: string,
  { lineOf, nameOf }: FleetFile,
  { client, present, campaign, because }: HeldHost,
): InputFault => ({
  file,
  line: lineOf(client.client),
  key: nameOf(present.host === client.host ? 'port' : 'host'),
  wrong: `leads client ${client.client} to another machine, and campaign ${campaign} is not done with the present one: ${because}`,
  expected: `${addressOf(present)} until the campaign is done with it (servpack client why ${client.client})`,
});

const addressOf = ({ host, port }: Client): string => (port === undefined ? host : `${host}, port ${port}`);
