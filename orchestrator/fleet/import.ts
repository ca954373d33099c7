import { counted } from '../domain/counted.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { namesOf, spelledBy } from '../domain/logon-server-names.ts';
import { shownDelimiter } from '../input/csv-delimiter.ts';
import { faultsAtMost } from '../input/faults-at-most.ts';
import { type FleetFile, readFleetFile, twinFault } from '../input/fleet-csv.ts';
import { inFileOrder, type InputFault } from '../../shared/input/input-fault.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Twin } from '../../shared/domain/campaign/machine.ts';
import type { FleetStore, ImportOutcome } from '../../shared/store/fleet-store.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { type FleetMapping, readMapping } from '../input/fleet-mapping.ts';
import { noTemplates } from '../input/fleet-templates.ts';
import type { FleetImport, FleetInput, InputFile } from '../background/results.ts';
import { changesOf, differenceOf, type FleetDifference } from './difference.ts';
import { leavingClients, whyNotPruned } from './prune.ts';
import { namedAtMost, takeOut } from './remove.ts';
import { type ChangedHost, heldHostFault, heldHosts, isOtherMachine } from './changed-hosts.ts';

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;

/** Names of the whole fleet are compared with the file: a tenth of a second of computing. */
const largeFleet = 100_000;

/**
 * Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. It is a
 * fault, too, when a client of the file is the machine of another client in the fleet, and when the
 * file leads to another machine while a campaign has something open on the present one. A logon
 * server keeps the spelling that the fleet has. A dry run finds the same faults and the same
 * difference, and changes nothing. Reads only the clients of the file; with `prune` also the names
 * of all others, which leave the fleet before the file is imported.
 */
export async function importFleet(
  context: OrchestratorContext,
  who: string,
  input: FleetInput,
): Promise<Result<FleetImport, Refusal>> {
  const { store, background } = context;
  const { file, text, columns = [], dryRun = false, prune = false, gone = false } = input;
  const isLarge = text.length > largeText || (prune && (await store.fleetSize()) > largeFleet);
  if (background !== undefined && isLarge) return background('importFleet', who, input, context.caller);
  const mapping = mappingOf(input.mapping);
  if (!mapping.ok) return mapping;
  const read = readFleetFile(text, file, [...mapping.value.columns, ...columns], mapping.value);
  if (!read.ok) return err(badFile(file, read.error));
  const known = await knownEntries(store, read.value.clients);
  const held = await heldHosts(store, changedHosts(known, read.value.clients), faultsAtMost);
  if (held.length > 0) {
    const faults = held.map((each) => heldHostFault(file, read.value, each));
    return err(badFile(file, inFileOrder(faults)));
  }
  const names = namesOf(await store.logonServers());
  const clients = read.value.clients.map((client) => spelledBy(names, client));
  const leaving = prune ? await leavingClients(store, clients) : [];
  const refusal = prune ? await whyNotPruned(store, leaving, input) : null;
  if (refusal !== null) return err(refusal);
  const difference = differenceOf(known, clients);
  const { form, delimiter, leftOut } = read.value;
  const said = { ...difference, dryRun, form, delimiter: shownDelimiter(delimiter), leftOut };
  const outcome = await outcomeOf(context, who, { file, clients, leaving, dryRun, gone, difference });
  if (outcome.kind === 'refused') return err(outcome.refusal);
  if (outcome.kind === 'twins') return err(badFile(file, twinFaults(file, read.value, outcome.twins)));
  const imported = { ...said, ...outcome.imported };
  return ok({
    ...imported,
    unchanged: clients.length - imported.added - imported.changed,
    notInFile: imported.total - clients.length,
    removed: leaving.length,
    leaving: leaving.slice(0, namedAtMost),
  });
}

/** The mapping file of an import; without one nothing is mapped. */
function mappingOf(input: InputFile | undefined): Result<FleetMapping, Refusal> {
  if (input === undefined) return ok({ ...noTemplates, columns: [] });
  const read = readMapping(input.text, input.file);
  return read.ok ? read : err(badFile(input.file, read.error));
}

interface Asked {
  readonly file: string;
  readonly clients: readonly Client[];
  readonly leaving: readonly string[];
  readonly dryRun: boolean;
  readonly gone: boolean;
  readonly difference: Pick<FleetDifference, 'added' | 'changed'>;
}

type Outcome = ImportOutcome | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Writes the clients, or says what would be written. Clients that leave are taken out first: a
 * client of the file may have the host of one of them.
 */
async function outcomeOf(context: OrchestratorContext, who: string, asked: Asked): Promise<Outcome> {
  const { store, clock, log } = context;
  const { file, clients, leaving, dryRun, difference } = asked;
  const twins = dryRun || leaving.length > 0 ? await twinsBut(store, clients, leaving) : [];
  if (twins.length > 0) return { kind: 'twins', twins };
  if (dryRun) {
    const { added, changed } = difference;
    const total = (await store.fleetSize()) + added - leaving.length;
    return { kind: 'imported', imported: { added, changed, total } };
  }
  const ended = await whyEnded(context.caller);
  if (ended !== null) return { kind: 'refused', refusal: ended };
  const removed =
    leaving.length === 0
      ? null
      : await takeOut(context, who, leaving, { reason: `not in ${file}`, gone: asked.gone });
  if (removed?.ok === false) return { kind: 'refused', refusal: removed.error };
  const outcome = await store.importUnique(clients, {
    at: clock.now(),
    campaign: '',
    client: null,
    who,
    from: '',
    to: 'imported',
    because: `${counted(clients.length, 'client')} of the fleet, from ${file}`,
    evidence: null,
  });
  if (outcome.kind === 'imported') log.info({ who, file, ...outcome.imported }, 'fleet imported');
  return outcome;
}

/** Twins in the fleet that do not leave it. */
async function twinsBut(
  store: FleetStore,
  clients: readonly Client[],
  leaving: readonly string[],
): Promise<readonly Twin[]> {
  const gone = new Set(leaving);
  return (await store.twinsOf(clients)).filter(({ other }) => !gone.has(other));
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
