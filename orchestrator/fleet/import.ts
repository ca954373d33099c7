import { err, ok, type Result } from '../../shared/errors.ts';
import { namesOf, spelledBy, spellingsIn } from '../domain/logon-server-names.ts';
import { shownDelimiter } from '../input/csv-delimiter.ts';
import { faultsAtMost } from '../input/csv-records.ts';
import { type FleetFile, readFleetFile, twinFault } from '../input/fleet-csv.ts';
import { inFileOrder, type InputFault } from '../../shared/input/input-fault.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { type Twin, TwinFinder } from '../../shared/domain/campaign/machine.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { FleetImport, FleetInput } from '../background/results.ts';
import { changesOf, differenceOf } from './difference.ts';
import { type ChangedHost, heldHostFault, heldHosts, isOtherMachine } from './changed-hosts.ts';

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;
/** All entries of the fleet are compared with new clients: a tenth of a second of computing. */
const largeFleet = 50_000;

/**
 * Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. It is a
 * fault, too, when a client of the file is the machine of another client in the fleet, and when the
 * file leads to another machine while a campaign has something open on the present one. A logon
 * server keeps the spelling that the fleet has. A dry run finds the same faults and the same
 * difference, and changes nothing.
 */
export async function importFleet(
  { store, log, clock, background }: OrchestratorContext,
  who: string,
  { file, text, columns = [], dryRun = false }: FleetInput,
): Promise<Result<FleetImport, Refusal>> {
  if (background !== undefined && (text.length > largeText || (await store.fleetSize()) > largeFleet))
    return background('importFleet', who, { file, text, columns, dryRun });
  const read = readFleetFile(text, file, columns);
  if (!read.ok) return err(badFile(file, read.error));
  const met = new MetEntries(read.value.clients);
  const names = namesOf(await spellingsIn(met.of(store.fleet())));
  const { changed } = met;
  const held = await heldHosts(store, changed, faultsAtMost);
  if (held.length > 0) {
    const faults = held.map((each) => heldHostFault(file, read.value, each));
    return err(badFile(file, inFileOrder(faults)));
  }
  const clients = read.value.clients.map((client) => spelledBy(names, client));
  const difference = differenceOf(met.known, clients);
  const { delimiter, leftOut } = read.value;
  const said = { ...difference, dryRun, delimiter: shownDelimiter(delimiter), leftOut };
  const outcome = dryRun
    ? dryOutcome(met, difference.added)
    : await store.importUnique(clients, {
        at: clock.now(),
        campaign: '',
        client: null,
        who,
        from: '',
        to: 'imported',
        because: `${clients.length} clients of the fleet, from ${file}`,
        evidence: null,
      });
  if (outcome.kind === 'twins') return err(badFile(file, twinFaults(file, read.value, outcome.twins)));
  if (!dryRun) log.info({ who, file, ...outcome.imported }, 'fleet imported');
  const imported = { ...said, ...outcome.imported };
  const unchanged = clients.length - imported.added - imported.changed;
  return ok({ ...imported, unchanged, notInFile: imported.total - clients.length });
}

const dryOutcome = (met: MetEntries, added: number) => {
  const twins = met.twins();
  return twins.length > 0
    ? { kind: 'twins' as const, twins }
    : { kind: 'imported' as const, imported: { total: met.size + added } };
};

/** What the fleet has of the clients of a file, noted while the fleet is read. */
class MetEntries {
  /** Clients that the file would lead to another machine. */
  readonly changed: ChangedHost[] = [];
  /** The entry of each client of the file. An equal entry is the row itself: it saves memory. */
  readonly known = new Map<string, Client>();
  size = 0;
  readonly #listed: ReadonlyMap<string, Client>;
  readonly #finder = new TwinFinder();
  readonly #twins: Twin[] = [];

  constructor(rows: readonly Client[]) {
    this.#listed = new Map(rows.map((row) => [row.client, row]));
    for (const row of rows) this.#finder.add(row);
  }

  /** Passes the fleet on. */
  async *of(fleet: AsyncIterable<Client>): AsyncGenerator<Client> {
    for await (const present of fleet) {
      this.size += 1;
      this.#note(present, this.#listed.get(present.client));
      yield present;
    }
  }

  /** As the store finds them: a client that keeps its host makes no new twin. */
  twins(): readonly Twin[] {
    return this.#twins.filter(({ client }) => {
      const row = this.#listed.get(client);
      return row === undefined || this.known.get(client)?.host !== row.host;
    });
  }

  #note(present: Client, row: Client | undefined): void {
    if (row === undefined) {
      const twin = this.#finder.twinOf(present);
      if (twin !== null) this.#twins.push({ client: twin.other, other: present.client, key: twin.key });
      return;
    }
    if (isOtherMachine(present, row)) this.changed.push({ client: row, present });
    this.known.set(row.client, changesOf(present, row).length === 0 ? row : present);
  }
}

/** Two clients that are one machine would be driven by two workers at once. */
function twinFaults(file: string, read: FleetFile, twins: readonly Twin[]): InputFault[] {
  const shown = twins.slice(0, faultsAtMost);
  const asked = new Set(shown.map(({ client }) => client));
  const hosts = new Map(
    read.clients.filter(({ client }) => asked.has(client)).map(({ client, host }) => [client, host]),
  );
  return inFileOrder(shown.map((twin) => twinFault(file, read, twin, hosts.get(twin.client) ?? '')));
}
