import type { Logger } from 'pino';
import type { Store } from '../shared/store/store.ts';
import type { Fence, UpgradeKey } from '../shared/store/types.ts';

export interface Lease {
  /** Fires when the lease is lost, or can not be known to be held any longer. */
  readonly lost: AbortSignal;
  stop(): void;
}

/**
 * Renews a lease every third of its length. When Redis can not be asked for a whole lease the lease counts as lost: someone else
 * may have it by then. Real time that no one can set back.
 * @param takenAt `performance.now()` from before the lease was asked for: it may have begun at once
 */
export function keepLease(
  store: Store,
  key: UpgradeKey,
  { fence, leaseMs, takenAt }: { readonly fence: Fence; readonly leaseMs: number; readonly takenAt: number },
  log: Logger,
): Lease {
  const controller = new AbortController();
  let heldUntil = takenAt + leaseMs;
  const lose = (because: string): void => {
    clearInterval(timer);
    if (controller.signal.aborted) return;
    log.warn({ because }, 'lease lost: aborting');
    controller.abort(new Error(because));
  };
  const renew = async (): Promise<void> => {
    const asked = performance.now();
    try {
      if (await store.renew(key, fence, leaseMs)) heldUntil = asked + leaseMs;
      else lose('another driver has it');
    } catch {
      if (performance.now() >= heldUntil) lose('it could not be renewed in time');
    }
  };
  const timer = setInterval(() => {
    // A process that was frozen wakes up here with its lease long gone.
    if (performance.now() >= heldUntil) lose('it ended before it was renewed');
    else void renew();
  }, leaseMs / 3);
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
