import { agentDirectory, agentService } from '../../orchestrator/simulation/machines/agent.ts';
import { inWords, type ReportedEnd, type ReportRow } from './expected.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import type { ClientTruth, ServiceTruth } from './fleet/truth.ts';

/**
 * The expected end of every machine with an agent whose files are swapped, from its trait alone.
 * Like `expected.ts`, this file shares nothing with the code that decides.
 */
const expectedEnds: Partial<Record<Trait, ReportedEnd>> = {
  agent: 'upgraded',
  agentProgram: 'upgraded',
  agentBreaks: 'needsAttention',
  agentProgramBreaks: 'needsAttention',
};

/**
 * Everything that is not as it must be; empty = the campaign is right.
 * @param release SHA-256 by lower-case name
 */
export const swapVerdict = (
  clients: readonly ClientTruth[],
  rows: readonly ReportRow[],
  release: Readonly<Record<string, string>>,
): readonly string[] =>
  clients.flatMap((client) => {
    const end = rows.find((row) => row.client === client.client)?.end ?? null;
    const must = expectedEnds[client.trait] ?? null;
    const faults = [
      ...(end === must ? [] : [`ended as ${end}, must be ${must}`]),
      ...swapFaults(client, release),
      ...(hasRelease(client, release) === (must === 'upgraded') ? [] : [`its end and its files disagree`]),
      ...client.violations.map(inWords),
    ];
    return faults.map((fault) => `${client.client} (${client.trait}): ${fault}`);
  });

/**
 * Faults of the files and of the service, whatever the end of the client: its files must be of one
 * release, and its service as it was, in its directory.
 */
export function swapFaults(
  client: ClientTruth,
  release: Readonly<Record<string, string>>,
): readonly string[] {
  const files = filesIn(client, agentDirectory);
  const isNew = hasRelease(client, release);
  const isOld = Object.keys(release).every((name) => files[name] !== release[name]);
  const left = Object.keys(client.otherFiles).filter((path) => /\\servpack\\|\.servpack$/.test(path));
  return [
    ...(isNew || isOld ? [] : [`half of the release: ${JSON.stringify(files)}`]),
    ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
    ...(client.intent === null ? [] : [`an unfinished ${client.intent.kind} stands on it`]),
    ...serviceFaults(client),
  ];
}

export const hasRelease = (client: ClientTruth, release: Readonly<Record<string, string>>): boolean => {
  const files = filesIn(client, agentDirectory);
  return Object.entries(release).every(([name, sha256]) => files[name] === sha256);
};

/** By lower-case name. */
function filesIn({ otherFiles }: ClientTruth, directory: string): Readonly<Record<string, string>> {
  const begin = `${directory.toLowerCase()}\\`;
  const inside = Object.entries(otherFiles).filter(([path]) => path.startsWith(begin));
  return Object.fromEntries(inside.map(([path, sha256]) => [path.slice(begin.length), sha256]));
}

function serviceFaults({ services, servicesAtFirst, reachable }: ClientTruth): readonly string[] {
  const [now, before] = [services, servicesAtFirst].map((all) =>
    all.find(({ name }) => name === agentService),
  );
  if (now === undefined || before === undefined) return ['its service is gone'];
  const shown = ({ running, runsFrom, ...settings }: ServiceTruth) =>
    JSON.stringify(reachable ? { ...settings, running, runsFrom } : settings);
  return shown(now) === shown(before) ? [] : [`its service is not as it was: ${shown(now)}`];
}
