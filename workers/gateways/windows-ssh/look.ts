import type { Service } from '../../../shared/domain/observation.ts';
import { ok } from '../../../shared/errors.ts';
import type { ClientLook, LookRequest } from '../../../shared/products/client-look.ts';
import type { GatewayResult } from '../gateway.ts';
import { attempt, type ClientShell, failure, refused } from './client.ts';
import { decode } from './code-page.ts';
import { hashIn } from './file-changes.ts';
import { type FileTail, readTail } from './files.ts';
import type { Part } from './frame.ts';
import { detailSections, lookSections } from './look-sections.ts';
import { parseDetails } from './processes.ts';
import { readSeen, runningThere, type Seen } from './read-look.ts';
import { readService, scBlocks, serviceSections } from './services.ts';

/** The end of a log is enough: a transcript has some 300 characters. */
const tailBytesAtMost = 32 * 1024;

/**
 * Looks at a client. A free one answers everything in one command; what is in the way of a blocked one takes a second, and a third where it is a
 * service that nobody had asked for. Logs are read over SFTP meanwhile.
 */
export async function lookAt(shell: ClientShell, request: LookRequest): Promise<GatewayResult<ClientLook>> {
  const sections = refused(lookSections(request));
  if (!sections.ok) return notMade(sections.error.message);
  const [parts, transcript, busy] = await Promise.all([
    shell.read(sections.value),
    tailOf(shell, request.transcriptFile),
    tailOf(shell, request.busy?.file),
  ]);
  if (!parts.ok) return parts;
  if (!transcript.ok) return transcript;
  if (!busy.ok) return busy;
  const seen = readSeen(parts.value, request);
  if (!seen.ok) return notMade(seen.error);
  const files = await hashes(shell, request, parts.value);
  if (!files.ok) return files;
  const blocking = await whatRuns(shell, request, seen.value);
  if (!blocking.ok) return blocking;
  const {
    bootedAt,
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
    bootId: new Date(bootedAt).toISOString(),
    bootedAt,
    role,
    logonServer,
    configuration,
    transcript: transcript.value && {
      at: transcript.value.at,
      text: decode(transcript.value.bytes, shell.codePage),
    },
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

const notMade = (because: string): GatewayResult<never> => failure('garbled', `could not look: ${because}`);

async function tailOf(shell: ClientShell, path: string | undefined): Promise<GatewayResult<FileTail | null>> {
  if (path === undefined) return ok(null);
  return attempt(`${path} could not be read`, () => readTail(shell.connection, path, tailBytesAtMost));
}

/** The last line that says anything is the present one. */
function saysBusy({ busy }: LookRequest, tail: FileTail | null): boolean {
  if (busy === undefined || tail === null) return false;
  const last = tail.bytes.toString('latin1').trimEnd().split(/\r?\n/).at(-1) ?? '';
  return last.toLowerCase().includes(busy.says.toLowerCase());
}

async function hashes(
  shell: ClientShell,
  { files, componentDirectory }: LookRequest,
  parts: ReadonlyMap<string, Part>,
): Promise<GatewayResult<ClientLook['files']>> {
  const found: ClientLook['files'][number][] = [];
  for (const name of files) {
    const path = `${componentDirectory}\\${name}`;
    const hash = await hashIn(shell.connection, path, parts.get(`hash ${name}`));
    if (!hash.ok && !shell.connection.isOpen) return hash;
    found.push(hash.ok ? { name, sha256: hash.value } : { name, sha256: null, error: hash.error.message });
  }
  return ok(found);
}

interface Running {
  readonly processes: ClientLook['processes'];
  readonly services: readonly Service[];
}

/** Who is in the way, asked only where somebody is: the processes, and the services that they are. */
async function whatRuns(
  shell: ClientShell,
  request: LookRequest,
  seen: Seen,
): Promise<GatewayResult<Running>> {
  if (seen.locked.length === 0) return ok({ processes: [], services: seen.services });
  const detail = await shell.read(detailSections);
  if (!detail.ok) return detail;
  const details = parseDetails(detail.value.get('details')?.text ?? '');
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
  return ok(
    names.flatMap((name) => {
      const service = readService(parts.value, name);
      return service.ok && service.value !== null ? [service.value] : [];
    }),
  );
}
