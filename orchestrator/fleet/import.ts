import { err, ok, type Result } from '../../shared/errors.ts';
import { namesOf, spelledBy } from '../domain/logon-server-names.ts';
import { shownDelimiter } from '../input/csv-delimiter.ts';
import { faultsAtMost } from '../input/csv-records.ts';
import { type FleetFile, readFleetFile, twinFault } from '../input/fleet-csv.ts';
import { inFileOrder, type InputFault } from '../../shared/input/input-fault.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Twin } from '../../shared/domain/campaign/machine.ts';
import type { FleetStore } from '../../shared/store/fleet-store.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { FleetImport, FleetInput } from '../background/results.ts';
import { changesOf, differenceOf } from './difference.ts';
import { type ChangedHost, heldHostFault, heldHosts, isOtherMachine } from './changed-hosts.ts';

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;

/**
 * Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. It is a
 * fault, too, when a client of the file is the machine of another client in the fleet, and when the
 * file leads to another machine while a campaign has something open on the present one. A logon
 * server keeps the spelling that the fleet has. A dry run finds the same faults and the same
 * difference, and changes nothing. Reads only the clients of the file.
 */
export async function importFleet(
  { store, log, clock, background }: OrchestratorContext,
  who: string,
  { file, text, columns = [], dryRun = false }: FleetInput,
): Promise<Result<FleetImport, Refusal>> {
  if (background !== undefined && text.length > largeText)
    return background('importFleet', who, { file, text, columns, dryRun });
  const read = readFleetFile(text, file, columns);
  if (!read.ok) return err(badFile(file, read.error));
  const known = await knownEntries(store, read.value.clients);
  const held = await heldHosts(store, changedHosts(known, read.value.clients), faultsAtMost);
  if (held.length > 0) {
    const faults = held.map((each) => heldHostFault(file, read.value, each));
    return err(badFile(file, inFileOrder(faults)));
  }
  const names = namesOf(await store.logonServers());
  const clients = read.value.clients.map((client) => spelledBy(names, client));
  const difference = differenceOf(known, clients);
  const { delimiter, leftOut } = read.value;
  const said = { ...difference, dryRun, delimiter: shownDelimiter(delimiter), leftOut };
  const outcome = dryRun
    ? await dryOutcome(store, clients, difference.added)
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

async function dryOutcome(store: FleetStore, clients: readonly Client[], added: number) {
  const twins = await store.twinsOf(clients);
  return twins.length > 0
    ? { kind: 'twins' as const, twins }
    : { kind: 'imported' as const, imported: { total: (await store.fleetSize()) + added } };
}

/**
 * The entries that the fleet has of these rows, by client. An equal entry is the row itself: it
 * saves memory.
 */
async function knownEntries(
  store: FleetStore,
  rows: readonly Client[],
): Promise<ReadonlyMap<string, Client>> {
  const known = new Map<string, Client>();
  for (let from = 0; from < rows.length; from += readAtOnce) {
    const piece = rows.slice(from, from + readAtOnce);
    const found = await store.readClients(piece.map(({ client }) => client));
    for (const [at, row] of piece.entries()) {
      const present = found[at] ?? null;
      if (present !== null) known.set(row.client, changesOf(present, row).length === 0 ? row : present);
    }
  }
  return known;
}

const readAtOnce = 1_000;

/** Clients that the file would lead to another machine. */
const changedHosts = (known: ReadonlyMap<string, Client>, rows: readonly Client[]): readonly ChangedHost[] =>
  rows.flatMap((row) => {
    const present = known.get(row.client);
    return present === undefined || !isOtherMachine(present, row) ? [] : [{ client: row, present }];
  });

/** Two clients that are one machine would be driven by two workers at once. */
function twinFaults(file: string, read: FleetFile, twins: readonly Twin[]): InputFault[] {
  const shown = twins.slice(0, faultsAtMost);
  const asked = new Set(shown.map(({ client }) => client));
  const hosts = new Map(
    read.clients.filter(({ client }) => asked.has(client)).map(({ client, host }) => [client, host]),
  );
  return inFileOrder(shown.map((twin) => twinFault(file, read, twin, hosts.get(twin.client) ?? '')));
}
