import type { Logger } from 'pino';
import type { Config } from '../../shared/config.ts';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import { readOperatorText } from '../../shared/input/operator-file.ts';
import { parseForward } from '../input/forward-file.ts';
import type { OrchestratorMetrics } from '../metrics/open-metrics.ts';
import { forwardAudit } from '../rounds/forward-audit.ts';
import type { Round } from '../rounds/repeat.ts';
import { openForwarder } from './forwarder.ts';
import type { ForwardSettings } from './settings.ts';

/** Fewer would be trimmed before a receiver that was away for some hours has them. */
const keptAtLeast = 10_000;

/**
 * The receiver of the audit, where the setting SERVPACK_FORWARD names a file with it.
 * @returns null = the audit is forwarded to nobody; all faults of the file at once
 */
export function readForwardSettings({
  forward,
  auditKeep,
}: Pick<Config, 'forward' | 'auditKeep'>): Result<ForwardSettings | null, Fault> {
  if (forward === null) return ok(null);
  if (auditKeep < keptAtLeast)
    return err(
      fault(
        'config.forward',
        `SERVPACK_AUDIT_KEEP: is ${auditKeep}; at least ${keptAtLeast} where SERVPACK_FORWARD is set, because entries are forwarded from Redis`,
      ),
    );
  const text = readOperatorText(forward);
  if (!text.ok) return err(fault('config.forward', `SERVPACK_FORWARD: ${forward} ${text.error}`));
  const read = parseForward(text.value, forward);
  return read.ok ? read : err(fault('config.forward', printFaults(read.error).join('; '), read.error));
}

/** The round that forwards the audit; none where it is forwarded to nobody. */
export function forwardRounds(
  settings: ForwardSettings | null,
  stop: AbortSignal,
  log: Logger,
  metrics: Pick<OrchestratorMetrics, 'figures'>,
): readonly (readonly [everyMs: number, round: Round])[] {
  if (settings === null) return [];
  const forwarder = openForwarder(settings, { env: process.env, now: Date.now }, stop, log);
  const counted: typeof forwarder = {
    entries: forwarder.entries,
    send: async (batch) => {
      const sent = await forwarder.send(batch);
      const outcome = sent.kind === 'delivered' ? 'delivered' : 'failed';
      metrics.figures.forwarded.inc({ outcome }, batch.length);
      return sent;
    },
  };
  return [[1_000, forwardAudit(counted)]];
}
