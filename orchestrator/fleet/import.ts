import { err, ok, type Result } from '../../shared/errors.ts';
import { namesOf, spelledBy, spellingsIn } from '../domain/logon-server-names.ts';
import { shownDelimiter } from '../input/csv-delimiter.ts';
import { faultsAtMost } from '../input/csv-records.ts';
import { type FleetFile, readFleetFile, twinFault } from '../input/fleet-csv.ts';
import { inFileOrder, type InputFault } from '../../shared/input/input-fault.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Twin } from '../../shared/domain/campaign/machine.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { FleetImport, FleetInput } from '../background/results.ts';
import { type ChangedHost, heldHostFault, heldHosts, isOtherMachine } from './changed-hosts.ts';

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;
/** All entries of the fleet are compared with new clients: a tenth of a second of computing. */
const largeFleet = 50_000;

/**
 * Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. It is a
 * fault, too, when a client of the file is the machine of another client in the fleet, and when the
 * file leads to another machine while a campaign has something open on the present one. A logon
 * server keeps the spelling that the fleet has.
 */
export async function importFleet(
  { store, log, clock, background }: OrchestratorContext,
  who: string,
  { file, text, columns = [] }: FleetInput,
): Promise<Result<FleetImport, Refusal>> {
  if (background !== undefined && (text.length > largeText || (await store.fleetSize()) > largeFleet))
    return background('importFleet', who, { file, text, columns });
  const read = readFleetFile(text, file, columns);
  if (!read.ok) return err(badFile(file, read.error));
  const changed: ChangedHost[] = [];
  const fleet = notingChanges(store.fleet(), read.value.clients, changed);
  const names = namesOf(await spellingsIn(fleet));
  const held = await heldHosts(store, changed, faultsAtMost);
  if (held.length > 0) {
    const faults = held.map((each) => heldHostFault(file, read.value, each));
    return err(badFile(file, inFileOrder(faults)));
  }
  const clients = read.value.clients.map((client) => spelledBy(names, client));
  const outcome = await store.importUnique(clients, {
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
  log.info({ who, file, ...outcome.imported }, 'fleet imported');
  const { delimiter, leftOut } = read.value;
  return ok({ ...outcome.imported, delimiter: shownDelimiter(delimiter), leftOut });
}

/** Passes the fleet on, and notes each client that the file would lead to another machine. */
async function* notingChanges(
  fleet: AsyncIterable<Client>,
  rows: readonly Client[],
  changed: ChangedHost[],
): AsyncGenerator<Client> {
  const listed = new Map(rows.map((row) => [row.client, row]));
  for await (const present of fleet) {
    const client = listed.get(present.client);
    if (client !== undefined && isOtherMachine(present, client)) changed.push({ client, present });
    yield present;
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
