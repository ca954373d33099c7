/**
 * Ctrl-C reaches a whole process group, and a parent may pass it on once more: signals this close
 * are one request.
 */
const oneWishMs = 1_000;

/**
 * SIGTERM and SIGINT: the first asks to stop, the second only says that stopping is under way, the
 * third ends the process at once with exit code 1. Signals within a second of the last count as
 * one. A process that its parent started with a channel stops also when the parent has ended: a
 * parent that is killed can send no signal.
 */
export function onStopSignals(stop: () => void, say: (sentence: string) => void): void {
  let wishes = 0;
  let lastAt = -Infinity;
  const heard = (): void => {
    const at = performance.now();
    if (at - lastAt < oneWishMs) return;
    lastAt = at;
    wishes += 1;
    if (wishes === 1) return stop();
    if (wishes === 2) return say('stops already; a third signal ends it at once');
    say('ended at once');
    process.exit(1);
  };
  process.on('SIGTERM', heard);
  process.on('SIGINT', heard);
  if (process.channel === undefined) return;
  process.once('disconnect', () => (wishes === 0 ? heard() : undefined));
  // A channel with a listener would keep a process alive that has nothing left to do.
  process.channel.unref();
}
