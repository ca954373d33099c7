import type { Logger } from 'pino';
import type { UpgradeStore } from '../shared/store/upgrade-store.ts';
import type { Fence, UpgradeKey } from '../shared/store/types.ts';

export interface Lease {
  /** Fires when the lease is lost, or may be lost. */
  readonly lost: AbortSignal;
  /** Renews the lease no longer. */
  stop(): void;
}

/**
 * Renews a lease every third of its length. When Redis does not answer for a whole lease, the lease
 * counts as lost: another driver may have it by then. Measured in monotonic time, which no clock
 * change affects.
 * @param takenAt `performance.now()` from before the lease was asked for: it may have begun at once
 */
export function keepLease(
  store: Pick<UpgradeStore, 'renew'>,
  key: UpgradeKey,
  { fence, leaseMs, takenAt }: { readonly fence: Fence; readonly leaseMs: number; readonly takenAt: number },
  log: Logger,
): Lease {
  const controller = new AbortController();
  let validUntil = takenAt + leaseMs;
  const lose = (because: string): void => {
    clearInterval(timer);
    if (controller.signal.aborted) return;
    log.warn({ because }, 'lease lost: aborting');
    controller.abort(new Error(because));
  };
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    try {
      if (await store.renew(key, fence, leaseMs)) validUntil = askedAt + leaseMs;
      else lose('another driver has it');
    } catch {
      if (performance.now() >= validUntil) lose('it could not be renewed in time');
    }
  };
  const timer = setInterval(() => {
    // A process that was frozen wakes up here long after its lease has ended.
    if (performance.now() >= validUntil) lose('it ended before it was renewed');
    else void renew();
  }, leaseMs / 3);
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
