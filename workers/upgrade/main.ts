import { readConfig } from '../../shared/config.ts';
import { err, fault, messageOf, ok, type Result } from '../../shared/errors.ts';
import { onStopSignals } from '../../shared/stop-signals.ts';
import { type UpgradeMessage, type UpgradeOrder, upgradeOrder } from '../../shared/upgrade-protocol.ts';
import { type GatewayResult, targetOf } from '../../shared/execution/gateway.ts';
import { readSshSettings } from '../gateways/windows-ssh/config/settings.ts';
import { connectSshGateway } from '../gateways/windows-ssh/gateway.ts';

/**
 * The process of `servpack release stage` for a release whose upgrade command runs on another host:
 * it has the gateway. Its only argument is the order, as JSON; its answer is one message. When it
 * is asked to stop, it first ends the command on the host.
 */

/** Real time beside the limit of the command: to log in, to list processes and to end them. */
const besidesMs = 3 * 60_000;
/** No signal is needed to read some short files. */
const readWithinMs = 60_000;

async function run(order: UpgradeOrder): Promise<Result<UpgradeMessage>> {
  const config = readConfig({ ...process.env, REDIS_URL: 'redis://127.0.0.1' });
  if (!config.ok) return config;
  const { sshConfig } = config.value;
  if (sshConfig === null) return err(noLogin(order.host));
  const settings = readSshSettings(sshConfig);
  if (!settings.ok) return settings;
  const { host, port, hostKeys, command, release, limitMs, reads } = order;
  const gateway = connectSshGateway({ settings: settings.value, deadlineMs: limitMs + besidesMs });
  const target = targetOf({ client: host, host, ...(port === null ? {} : { port }), hostKeys });
  // Newer than any fence from a Redis: their counters are microseconds of its clock.
  const fence = { counter: Date.now() * 1_000, owner: 'staging' };
  const stop = new AbortController();
  onStopSignals(
    () => stop.abort(),
    (sentence) => process.stderr.write(`servpack release stage: ${sentence}\n`),
  );
  try {
    const ran = await gateway.runOnServer(
      { target, fence },
      { words: command, release, limitMs, stop: stop.signal },
    );
    if (!ran.ok) return err(notRun(host, ran));
    const { kind: how, exitCode, output, left } = ran.value;
    const texts: Record<string, string | null> = {};
    for (const path of exitCode === 0 ? reads : []) {
      const text = await gateway.readText(target, path, AbortSignal.timeout(readWithinMs));
      if (!text.ok) return err(fault('upgradeUnproved', `${path} on ${host}: ${text.error.message}`));
      texts[path] = text.value;
    }
    return ok({ kind: 'ended', how, exitCode, output, left, texts });
  } finally {
    await gateway.close();
  }
}

const noLogin = (host: string) =>
  fault(
    'config.ssh',
    `the upgrade command runs on ${host}, and SERVPACK_SSH_CONFIG of the orchestrator does not say how to log in there`,
  );

const notRun = (host: string, { error }: Extract<GatewayResult<never>, { ok: false }>) =>
  fault('upgradeNotStarted', `the upgrade command did not run on ${host}: ${error.message}`);

// An orchestrator that was killed takes no answer, and stages nothing.
const report = (message: UpgradeMessage): void =>
  void (process.connected ? process.send?.(message) : undefined);

try {
  const done = await run(upgradeOrder.parse(JSON.parse(process.argv[2] ?? '')));
  report(done.ok ? done.value : { kind: 'fault', code: done.error.code, message: done.error.message });
} catch (thrown) {
  report({ kind: 'fault', code: 'internal', message: `this should not have happened: ${messageOf(thrown)}` });
} finally {
  process.disconnect?.();
}
