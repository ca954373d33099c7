import type { Client } from '../../shared/domain/campaign/definition.ts';
import { selecting } from '../domain/plan-waves.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { parseFleet } from '../input/fleet-csv.ts';
import { isHost } from '../../shared/input/names.ts';
import type { SurveyTargets } from '../http/schemas/surveys.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { SurveyTarget } from '../../shared/store/survey-store.ts';
import { fleetServers } from '../fleet/servers.ts';
import { fleetSpellings } from '../fleet/spelling.ts';
import { badFile, type Refusal } from '../refusal.ts';

/** The machines that a survey looks at, and their name in words. */
export interface Targets {
  readonly what: string;
  readonly each: AsyncIterable<SurveyTarget>;
}

interface Select {
  readonly labels: readonly string[];
  readonly logonServers: readonly string[];
}

/**
 * Reads the targets of a survey. Clients of a file do not join the fleet. Faults name the file or
 * the machine.
 */
export function targetsOf(store: OperatorStore, targets: SurveyTargets): Promise<Result<Targets, Refusal>> {
  switch (targets.from) {
    case 'names':
      return named(store, targets.names);
    case 'fleet':
      return fleetTargets(store, targets);
    case 'file':
      return Promise.resolve(inFile(targets));
  }
}

const whatOf = (of: string, { labels, logonServers }: Select): string =>
  [
    of,
    ...labels.map((label) => `label ${label}`),
    ...(logonServers.length === 0 ? [] : [`logon server ${logonServers.join(' or ')}`]),
  ].join(', ');

const asked = ({ labels, logonServers }: Select): ((client: Client) => boolean) =>
  selecting({ labels, logonServers, clients: [] });

async function fleetTargets(
  store: OperatorStore,
  { labels, logonServers }: Select,
): Promise<Result<Targets, Refusal>> {
  const servers = await fleetServers(store, logonServers);
  if (!servers.ok) return servers;
  const select = { labels, logonServers: servers.value };
  return ok({ what: whatOf('the fleet', select), each: ofFleet(store, select) });
}

/** The whole fleet is looked at by its names: no entry is read for that. */
async function* ofFleet(store: OperatorStore, select: Select): AsyncGenerator<SurveyTarget> {
  if (select.labels.length + select.logonServers.length === 0) {
    for await (const name of store.fleetNames()) yield { name, adHoc: null };
    return;
  }
  const isAsked = asked(select);
  for await (const client of store.fleet()) if (isAsked(client)) yield { name: client.client, adHoc: null };
}

function inFile(given: Extract<SurveyTargets, { from: 'file' }>): Result<Targets, Refusal> {
  const clients = parseFleet(given.text, given.file);
  if (!clients.ok) return err(badFile(given.file, clients.error));
  const found = clients.value.filter(asked(given));
  return ok({
    what: whatOf(given.file, given),
    each: from(found.map((client) => ({ name: client.client, adHoc: client }))),
  });
}

const piece = 200;

/** A name is the id of a fleet client, in any case, or else a host. */
async function named(store: OperatorStore, typed: readonly string[]): Promise<Result<Targets, Refusal>> {
  const names = [...new Set(await fleetSpellings(store, typed))];
  const targets: SurveyTarget[] = [];
  for (let at = 0; at < names.length; at += piece) {
    const some = names.slice(at, at + piece);
    const clients = await store.readClients(some);
    targets.push(
      ...some.map((name, index) => ({
        name,
        adHoc: (clients[index] ?? null) === null ? hostOnly(name) : null,
      })),
    );
  }
  const strange = targets.find(({ name, adHoc }) => adHoc !== null && !isHost(name));
  if (strange !== undefined)
    return err(fault('input.machine', `${strange.name} is neither a client of the fleet nor a host`));
  const [first = ''] = names;
  return ok({ what: names.length === 1 ? first : `${names.length} machines`, each: from(targets) });
}

/** A machine of which only the host is known. */
const hostOnly = (host: string): Client => ({
  client: host,
  host,
  logonServer: '',
  zone: 'UTC',
  role: 'workstation',
  labels: [],
});

async function* from<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
