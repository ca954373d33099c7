import { measuredBoot } from '../../../../shared/domain/observation/boot.ts';
import type { Service } from '../../../../shared/domain/observation/observation.ts';
import { ok } from '../../../../shared/errors.ts';
import type { ClientLook, LookRequest } from '../../../../shared/products/client-look.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { hashIn } from '../changes/file-changes.ts';
import type { Part } from '../connection/frame.ts';
import { detailSections, lookSections } from './look-sections.ts';
import { datedTranscript, saysBusy, shortText, transcriptIn } from './look-texts.ts';
import { fullPaths, withExecutables } from './full-paths.ts';
import { parseDetails, type ProcessDetail } from './processes.ts';
import { readSeen, runningThere, type Seen } from './read-look.ts';
import { readService, scBlocks, serviceSections } from './services.ts';

/**
 * Looks at a client. A free client takes one command line. A blocked client takes a second one for
 * what blocks it, and a third where that is a service that the profile does not name. SFTP reads
 * only a transcript whose time counts, at the same time, and a long log.
 */
export async function lookAt(shell: ClientShell, request: LookRequest): Promise<GatewayResult<ClientLook>> {
  const sections = refused(lookSections(request));
  if (!sections.ok) return notMade(sections.error.message);
  const [[parts, readAt], dated] = await Promise.all([
    timed(() => shell.read(sections.value)),
    datedTranscript(shell, request),
  ]);
  if (!parts.ok) return parts;
  if (!dated.ok) return dated;
  const transcript = await transcriptIn(shell, request, parts.value, dated.value);
  if (!transcript.ok) return transcript;
  const busy = await shortText(shell, parts.value.get('busy'), request.busy?.file);
  if (!busy.ok) return busy;
  const read = readSeen(parts.value, request);
  if (!read.ok) return notMade(read.error);
  const spelled = await withExecutables(shell, read.value.services);
  if (!spelled.ok) return spelled;
  const seen = ok({ ...read.value, services: spelled.value });
  const files = await hashes(shell, request, parts.value);
  if (!files.ok) return files;
  const blocking = await whatRuns(shell, request, seen.value);
  if (!blocking.ok) return blocking;
  if (request.configurationFile !== undefined && seen.value.configuration !== null)
    shell.connection.texts.set(request.configurationFile, seen.value.configuration);
  const {
    bootedAt,
    uptimeMs,
    role,
    users,
    logonServer,
    pendingRestart,
    intent,
    configuration,
    versionFile,
    freeBytes,
    system,
  } = seen.value;
  return ok({
    at: Date.now(),
    bootId: measuredBoot(bootedAt, uptimeMs === null || readAt === null ? null : readAt - uptimeMs),
    bootedAt,
    role,
    logonServer,
    configuration,
    transcript: transcript.value,
    versionFile,
    files: files.value,
    processes: blocking.value.processes,
    locked: seen.value.locked.map((name) => name.toLowerCase()),
    services: blocking.value.services,
    users,
    packageRunning: saysBusy(request, busy.value),
    pendingRestart,
    intent,
    ...(freeBytes === null ? {} : { freeBytes }),
    ...(system === null ? {} : { system }),
  });
}

/** A call that took longer does not tell when the client has read its clock. */
const exactWithinMs = 20_000;

/** The result of a call, and when it came; null = the call took too long to tell. */
async function timed<T>(call: () => Promise<T>): Promise<readonly [result: T, at: number | null]> {
  const begun = performance.now();
  const result = await call();
  return [result, performance.now() - begun > exactWithinMs ? null : Date.now()];
}

const notMade = (because: string): GatewayResult<never> => failure('garbled', `could not look: ${because}`);

async function hashes(
  shell: ClientShell,
  { files, componentDirectory }: LookRequest,
  parts: ReadonlyMap<string, Part>,
): Promise<GatewayResult<ClientLook['files']>> {
  const found: ClientLook['files'][number][] = [];
  for (const name of files) {
    const path = `${componentDirectory}\\${name}`;
    const hash = await hashIn(shell, path, parts.get(`hash ${name}`));
    if (!hash.ok && !shell.connection.isOpen) return hash;
    found.push(hash.ok ? { name, sha256: hash.value } : { name, sha256: null, error: hash.error.message });
  }
  return ok(found);
}

interface Running {
  readonly processes: ClientLook['processes'];
  readonly services: readonly Service[];
}

/**
 * The processes that run from the component directory, and their services; asked only where a
 * component is locked.
 */
async function whatRuns(
  shell: ClientShell,
  request: LookRequest,
  seen: Seen,
): Promise<GatewayResult<Running>> {
  if (seen.locked.length === 0) return ok({ processes: [], services: seen.services });
  const detail = await shell.read(detailSections);
  if (!detail.ok) return detail;
  const spelled = await spelledOut(shell, seen, parseDetails(detail.value.get('details')?.text ?? ''));
  if (!spelled.ok) return spelled;
  const details = spelled.value;
  const first = runningThere(request, seen, seen.services, details);
  const pids = new Set(first.map(({ pid }) => pid));
  const isKnown = (name: string): boolean =>
    seen.services.some((each) => each.name.toLowerCase() === name.toLowerCase());
  const others = scBlocks(detail.value.get('running services')?.text ?? '').filter(
    ({ name, pid }) => pid !== null && pids.has(pid) && !isKnown(name),
  );
  if (others.length === 0) return ok({ processes: first, services: seen.services });
  const more = await readServices(
    shell,
    others.map(({ name }) => name),
  );
  if (!more.ok) return more;
  const services = [...seen.services, ...more.value];
  return ok({ processes: runningThere(request, seen, services, details), services });
}

async function readServices(
  shell: ClientShell,
  names: readonly string[],
): Promise<GatewayResult<readonly Service[]>> {
  const sections = names.map((name) => serviceSections(name));
  const parts = await shell.read(sections.flatMap((each) => (each.ok ? each.value : [])));
  if (!parts.ok) return parts;
  return withExecutables(
    shell,
    names.flatMap((name) => {
      const service = readService(parts.value, name);
      return service.ok && service.value !== null ? [service.value] : [];
    }),
  );
}

/** The details with full paths: a process that was started by a short name shows that name. */
async function spelledOut(
  shell: ClientShell,
  { listed }: Seen,
  details: ReadonlyMap<number, ProcessDetail>,
): Promise<GatewayResult<ReadonlyMap<number, ProcessDetail>>> {
  const running = new Set(listed.map(({ pid }) => pid));
  const known = [...details].filter(([pid]) => running.has(pid));
  const full = await fullPaths(
    shell,
    known.map(([, { imagePath }]) => imagePath),
  );
  if (!full.ok) return full;
  return ok(
    new Map(known.map(([pid, detail]) => [pid, { ...detail, imagePath: full.value(detail.imagePath) }])),
  );
}
