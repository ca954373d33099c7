import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import type { Violation } from '../../orchestrator/simulation/machines/machine.ts';
import type { ClientTruth, FleetTruth, ServiceTruth } from './fleet/truth.ts';

/**
 * The expected end of every client, from its trait and the campaign's policy alone. This file
 * shares nothing with the code that decides: it is a second opinion.
 */

export const reportedEnds = [
  'upgraded',
  'alreadyCurrent',
  'excluded',
  'skipped',
  'failed',
  'needsAttention',
  'cancelled',
] as const;

export type ReportedEnd = (typeof reportedEnds)[number];

/** One client of the orchestrator's report; null = it has not ended. */
export interface ReportRow {
  readonly client: string;
  readonly end: ReportedEnd | null;
}

/** Which steps the campaign's ladder has. A workaround comes before the relocation. */
export interface Policy {
  readonly relocation: boolean;
  readonly workaround: boolean;
}

/** The end of a client, whether the release must be on its disk, and the state of its services. */
export interface Expected {
  readonly end: ReportedEnd;
  readonly hasRelease: boolean;
  /** `down`: with its old settings, and not running, because its account may no longer start it. */
  readonly service: 'asBefore' | 'relocated' | 'down';
}

export const relocatedTo = 'C:\\SMS_PCM';

const upgraded: Expected = { end: 'upgraded', hasRelease: true, service: 'asBefore' };
const relocated: Expected = { end: 'upgraded', hasRelease: true, service: 'relocated' };
const failed: Expected = { end: 'failed', hasRelease: false, service: 'asBefore' };
const needsAttention: Expected = { end: 'needsAttention', hasRelease: false, service: 'asBefore' };
const excluded: Expected = { end: 'excluded', hasRelease: false, service: 'asBefore' };

/** The expected end of a client with this trait under this policy. */
export function expectedOf(trait: Trait, policy: Policy): Expected {
  switch (trait) {
    case 'server':
      return excluded;
    case 'free':
    case 'userProgram':
    case 'offlineForDays':
    case 'diskFullAtFirst':
    case 'secondInstance':
    case 'twoBoots':
    case 'diesInMidCopy':
    case 'atSp3':
    case 'agent':
    case 'agentBreaks':
    case 'agentProgram':
    case 'agentProgramBreaks':
      return upgraded;
    case 'current':
      return { end: 'alreadyCurrent', hasRelease: true, service: 'asBefore' };
    case 'loadTwice':
    case 'loadMissing':
      return needsAttention;
    case 'pcmInBin':
    case 'pcmBusy':
    case 'slowStop':
    case 'clockOff':
      if (policy.workaround) return upgraded;
      return policy.relocation ? relocated : needsAttention;
    case 'staysHome':
      return policy.workaround ? upgraded : needsAttention;
    case 'pcmNeeded':
      // A service set to manual is started because the other one depends on it.
      return policy.relocation ? relocated : needsAttention;
    case 'rightLost':
      if (policy.workaround) return { ...needsAttention, hasRelease: true, service: 'down' };
      return policy.relocation ? { ...needsAttention, service: 'down' } : needsAttention;
    case 'diskFullBlocked':
      return policy.workaround ? failed : needsAttention;
    case 'fileMissing':
    case 'neverComesBack':
    case 'diskFull':
      return failed;
  }
}

/** Everything that is not as it must be, in plain words; empty = the campaign is right. */
export function verdict(truth: FleetTruth, rows: readonly ReportRow[], policy: Policy): readonly string[] {
  const known = new Set(truth.clients.map(({ client }) => client));
  const reported = new Map(rows.map((row) => [row.client, row]));
  const strangers = rows.filter(({ client }) => !known.has(client));
  return [
    ...strangers.map(({ client }) => `${client}: reported, but there is no such machine`),
    ...[...twice(rows)].map((client) => `${client}: reported more than once`),
    ...truth.clients.flatMap((client) => {
      const faults = judge(client, reported.get(client.client), truth.release, policy);
      return faults.map((fault) => `${client.client} (${client.trait}): ${fault}`);
    }),
  ];
}

function twice(rows: readonly ReportRow[]): Iterable<string> {
  const once = new Set<string>();
  return new Set(
    rows.filter(({ client }) => once.size === once.add(client).size).map(({ client }) => client),
  );
}

function judge(
  client: ClientTruth,
  row: ReportRow | undefined,
  release: FleetTruth['release'],
  policy: Policy,
): readonly string[] {
  const expected = allowFor(client, row, expectedOf(client.trait, policy));
  const report = row === undefined ? 'is not in the report' : `reported as ${row.end ?? 'not ended'}`;
  return [
    ...(row?.end === expected.end ? [] : [`${report}, must be ${expected.end}`]),
    ...(expected.hasRelease ? releaseFaults(client, release) : []),
    ...serviceFaults(client, expected.service),
    ...(client.role === 'server' && client.journal.length > 0
      ? ['a server, and something was changed on it']
      : []),
    ...(client.intent === null ? [] : [`an unfinished ${client.intent.kind} stands on it`]),
    ...client.violations.map(inWords),
  ];
}

/** A violation in plain words. */
export function inWords(violation: Violation): string {
  switch (violation.kind) {
    case 'twoDrivers':
      return `two drivers at once: ${violation.owners.join(' and ')}`;
    case 'olderFence':
      return `a change (${violation.op}) was accepted after one with a newer fence`;
    case 'repeatedBlindly':
      return `${violation.op} had no answer and was sent again, and nobody had looked`;
    case 'markedAgain':
      return 'it was marked although it was marked already';
    case 'restartedAgain':
      return 'it was restarted although nothing since its last start asked for it';
  }
}

/**
 * A service that does not start elsewhere is stopped for a moment before it is put back. A logon in
 * that moment finds no blocker and downloads the release: then `upgraded` is true, and only the
 * whole release proves it.
 */
const allowFor = ({ trait }: ClientTruth, row: ReportRow | undefined, expected: Expected): Expected =>
  trait === 'staysHome' && row?.end === 'upgraded' ? upgraded : expected;

/** What is missing on the client of the release; empty = the release is proved. */
export function releaseFaults(client: ClientTruth, release: FleetTruth['release']): readonly string[] {
  const different = Object.keys(release).filter((name) => client.files[name] !== release[name]);
  return [
    ...(different.length === 0 ? [] : [`not the release's: ${different.join(', ')}`]),
    ...(client.setupPhase === 'installed' ? [] : [`its SetupPhase is ${client.setupPhase}`]),
    ...(client.filesNotDownloaded.length === 0
      ? []
      : [`not downloaded: ${client.filesNotDownloaded.join(', ')}`]),
  ];
}

/** Whether services run can be known only of a machine that is switched on. */
const describe = (
  { name, imagePath, startType, account, kept, running, runsFrom }: ServiceTruth,
  isOn: boolean,
): string =>
  [
    name,
    imagePath.toLowerCase(),
    startType,
    account,
    ...Object.entries(kept ?? {}).map(([key, value]) => `${key} ${value}`),
    ...(isOn ? [running ? `runs from ${runsFrom?.toLowerCase() ?? ''}` : 'stopped'] : []),
  ].join(', ');

function serviceFaults(client: ClientTruth, must: Expected['service']): readonly string[] {
  if (must === 'relocated') return relocationFaults(client);
  return changeFaults(must === 'asBefore' ? client : { ...client, servicesAtFirst: withoutPcm(client) });
}

/** A service that depends on the PCM service does not run without it. */
const withoutPcm = ({ servicesAtFirst }: ClientTruth): readonly ServiceTruth[] =>
  servicesAtFirst.map((each) =>
    each.name === pcmService ? { ...each, running: false, runsFrom: null } : each,
  );

/**
 * The services must be exactly as the client had them, and a relocation must leave nothing behind.
 */
function changeFaults(client: ClientTruth): readonly string[] {
  const described = (services: readonly ServiceTruth[]): ReadonlyMap<string, string> =>
    new Map(services.map((service) => [service.name, describe(service, client.reachable)]));
  const now = described(client.services);
  const before = described(client.servicesAtFirst);
  const changed = [...now].filter(([name, text]) => before.get(name) !== text);
  const gone = [...before.keys()].filter((name) => !now.has(name));
  const left = Object.keys(client.otherFiles).filter(isRelocated);
  return [
    ...changed.map(([, text]) => `its service is not as it was: ${text}`),
    ...gone.map((name) => `its service ${name} is gone`),
    ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
  ];
}

/**
 * Faults of the services, whatever the end of the client: they must be exactly as the client had
 * them, or one relocated and the others unchanged. Empty = they are.
 */
export function halfMoved(client: ClientTruth): readonly string[] {
  const faults = changeFaults(client);
  return faults.length === 0 || relocationFaults(client).length === 0 ? [] : faults;
}

const isRelocated = (path: string): boolean =>
  path.toLowerCase().startsWith(`${relocatedTo.toLowerCase()}\\`);

/**
 * Everything but the path must be as it was, and only administrators may write in the directory
 * (Q181118).
 */
function relocationFaults(client: ClientTruth): readonly string[] {
  const moved = client.services.filter(({ imagePath }) => isRelocated(imagePath));
  if (moved.length !== 1) return [`${moved.length} services were relocated to ${relocatedTo}, must be 1`];
  return client.services.flatMap((service) => {
    const before = client.servicesAtFirst.find(({ name }) => name === service.name);
    if (before === undefined) return [`${service.name} was not there before`];
    const { imagePath } = isRelocated(service.imagePath) ? service : before;
    const must: ServiceTruth = { ...before, imagePath, runsFrom: before.running ? imagePath : null };
    const [is, shall] = [service, must].map((each) => describe(each, client.reachable));
    return [
      ...(is === shall ? [] : [`its service must be ${shall ?? ''} and is ${is ?? ''}`]),
      ...(imagePath === before.imagePath ? [] : copyFaults(client, imagePath, before.imagePath)),
    ];
  });
}

/** The relocated executable is the one that ran before, or the release's newer one. */
function copyFaults(client: ClientTruth, to: string, from: string): readonly string[] {
  const name = from.split('\\').at(-1)?.toLowerCase() ?? '';
  const copy = client.otherFiles[to.toLowerCase()];
  const isProtected = client.protectedDirectories.includes(relocatedTo.toLowerCase());
  return [
    ...(copy !== undefined && copy === client.files[name]
      ? []
      : [`${to} is not the file it was copied from`]),
    ...(isProtected ? [] : [`${relocatedTo} is not protected`]),
  ];
}
