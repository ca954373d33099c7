import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';
import type { App } from './app.ts';
import type { Live } from './live.ts';

/** For what changes seldom, or costs the orchestrator more than a look at its counters. */
export const seldomMs = 30_000;

export const AppContext = createContext<App | null>(null);

/** @throws outside of the page */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('there is no page around this part');
  return app;
}

/** The answer of a path, kept as it is now while the part is on the screen. */
export function useLive<T>(path: string, everyMs?: number): Live<T> {
  const { live } = useApp();
  const watched = useMemo(() => live.watch<T>(path, everyMs), [live, path, everyMs]);
  useEffect(() => watched.release, [watched]);
  return watched.live;
}

/** True once an answer has taken so long that a reader would think that nothing happens. */
export function useIsSlow(isWaiting: boolean): ReadonlySignal<boolean> {
  const late = useSignal(false);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => void (late.value = true), 150);
    return () => clearTimeout(timer);
  }, [isWaiting, late]);
  return useComputed(() => late.value);
}
