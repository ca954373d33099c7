import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CertifyMessage, certifyOrder, type CertifyOrder } from '../../shared/certify-protocol.ts';
import { readConfig } from '../../shared/config.ts';
import { err, fault, type Fault, messageOf, ok, type Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import { loadProfile } from '../../shared/products/profile.ts';
import { onStopSignals } from '../../shared/stop-signals.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { openGateway } from '../gateways/open.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';
import { certify } from './certify.ts';
import type { SpareMachine } from './spare-machine.ts';

/**
 * The process of `servpack certify`: tries on one machine what servpack expects of every client.
 * Its only argument is the order, as JSON. It reports to its parent process, message by message.
 * When it is asked to stop, it first puts back what it has changed.
 */

/** Every Windows since NT has this directory. It holds a few files, and no program runs from it. */
const directoryOnEveryWindows = 'C:\\Windows\\System32\\drivers\\etc';
const fileInIt = 'hosts';

/** Real time between two looks at a machine that restarts. */
const lookEveryMs = 1_000;

/** A parent that was killed takes no message; what was changed is put back all the same. */
const report = (message: CertifyMessage): void =>
  void (process.connected ? process.send?.(message) : undefined);

/** The gateway and the folder of the profiles. A gateway needs no Redis. */
function open() {
  const config = readConfig({ SERVPACK_GATEWAY: 'ssh', ...process.env, REDIS_URL: 'redis://127.0.0.1' });
  if (!config.ok) return config;
  const gateway = openGateway(config.value);
  return gateway.ok ? ok({ gateway: gateway.value, profiles: config.value.profiles }) : gateway;
}

function requestOf(
  { product, directory, file, service }: CertifyOrder,
  profiles: string,
): Result<Pick<SpareMachine, 'request' | 'file'>, Fault> {
  const services = service === null ? [] : [service];
  if (product === null) {
    const componentDirectory = directory ?? directoryOnEveryWindows;
    const request = { componentDirectory, files: [], services };
    return ok({ request, file: file ?? (directory === null ? fileInIt : null) });
  }
  const profile = loadProfile(product, profiles);
  if (!profile.ok) return profile;
  const request = lookRequest(profile.value, []);
  return ok({
    request: { ...request, ...(directory === null ? {} : { componentDirectory: directory }) },
    file,
  });
}

/** The name of its system. Faults when it does not answer, or has an unfinished procedure. */
async function checkIsSpare({
  gateway,
  target,
  request,
  signal,
}: SpareMachine): Promise<Result<{ readonly system: string | null }, Fault>> {
  const intent = await gateway.readIntent(target, signal);
  if (!intent.ok)
    return err(fault(`certify.${intent.error.kind}`, `${intent.error.message}; nothing was tried`));
  if (intent.value !== null && intent.value.campaign !== 'certify')
    return err(
      fault(
        'certify.unfinished',
        `a ${intent.value.kind} of campaign ${intent.value.campaign} is unfinished there: this is no machine to spare; nothing was tried`,
      ),
    );
  const seen = await gateway.look(target, request, signal);
  return ok({ system: seen.ok ? (seen.value.system ?? null) : null });
}

async function run(order: CertifyOrder, here: string): Promise<Result<readonly string[], Fault>> {
  const opened = open();
  if (!opened.ok) return opened;
  const { gateway, profiles } = opened.value;
  try {
    const asked = requestOf(order, profiles);
    if (!asked.ok) return asked;
    const content = `servpack certify ${new Date().toISOString()}\r\n`;
    const path = join(here, 'sample.txt');
    writeFileSync(path, content);
    const { host, port, hostKeys, service, folder, changes, restart } = order;
    const stop = new AbortController();
    onStopSignals(
      () => stop.abort(),
      (sentence) => process.stderr.write(`servpack certify: ${sentence}\n`),
    );
    const machine: SpareMachine = {
      gateway,
      target: targetOf({ client: host, host, ...(port === null ? {} : { port }), hostKeys }),
      ...asked.value,
      service,
      folder,
      sample: { path, sha256: sha256(content) },
      // Newer than any fence from a Redis: their counters are microseconds of its clock.
      fenceCounter: Date.now() * 1_000,
      signal: stop.signal,
      wait: () => pause(lookEveryMs),
    };
    const begun = await checkIsSpare(machine);
    if (!begun.ok) return begun;
    report({ kind: 'begun', ...begun.value });
    const { left } = await certify(machine, { changes, restart }, (point) =>
      report({ kind: 'found', point }),
    );
    return ok(left);
  } finally {
    await gateway.close();
  }
}

const here = mkdtempSync(join(tmpdir(), 'servpack-certify-'));
try {
  const done = await run(certifyOrder.parse(JSON.parse(process.argv[2] ?? '')), here);
  report(
    done.ok
      ? { kind: 'done', left: done.value }
      : { kind: 'fault', code: done.error.code, message: done.error.message },
  );
} catch (thrown) {
  report({ kind: 'fault', code: 'internal', message: `this should not have happened: ${messageOf(thrown)}` });
} finally {
  rmSync(here, { recursive: true });
  process.disconnect?.();
}
