import type { Client } from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { parseFleet } from '../input/fleet-csv.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { FleetImport, InputFile } from '../background/results.ts';

export interface FleetList {
  readonly total: number;
  readonly servers: number;
  readonly logonServers: readonly { readonly logonServer: string; readonly clients: number }[];
  /** The clients that were asked for, in order, cut at the limit. */
  readonly clients: readonly Client[];
  /** How many clients match; more than `clients` when the list was cut. */
  readonly found: number;
}

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;

/** Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. */
export async function importFleet(
  { store, log, clock, background }: OrchestratorContext,
  who: string,
  { file, text }: InputFile,
): Promise<Result<FleetImport, Refusal>> {
  if (background !== undefined && text.length > largeText)
    return background('importFleet', who, { file, text });
  const clients = parseFleet(text, file);
  if (!clients.ok) return err(badFile(file, clients.error));
  const imported = await store.importFleet(clients.value, {
    at: clock.now(),
    campaign: '',
    client: null,
    who,
    from: '',
    to: 'imported',
    because: `${clients.value.length} clients of the fleet, from ${file}`,
    evidence: null,
  });
  log.info({ who, file, ...imported }, 'fleet imported');
  return ok(imported);
}

/**
 * The fleet in numbers, and its clients: those of one logon server or with one label, at most
 * `limit`.
 */
export async function listFleet(
  { store }: OrchestratorContext,
  {
    limit,
    logonServer,
    label,
  }: {
    readonly limit: number;
    readonly logonServer?: string | undefined;
    readonly label?: string | undefined;
  },
): Promise<FleetList> {
  const perServer = new Map<string, number>();
  const asked: Client[] = [];
  let servers = 0;
  for await (const client of store.fleet()) {
    perServer.set(client.logonServer, (perServer.get(client.logonServer) ?? 0) + 1);
    if (client.role === 'server') servers += 1;
    const isAsked =
      (logonServer === undefined || client.logonServer === logonServer) &&
      (label === undefined || client.labels.includes(label));
    if (isAsked) asked.push(client);
  }
  return {
    total: [...perServer.values()].reduce((sum, clients) => sum + clients, 0),
    servers,
    logonServers: [...perServer]
      .map(([name, clients]) => ({ logonServer: name, clients }))
      .sort((a, b) => (a.logonServer < b.logonServer ? -1 : 1)),
    clients: asked.sort((a, b) => (a.client < b.client ? -1 : 1)).slice(0, limit),
    found: asked.length,
  };
}
