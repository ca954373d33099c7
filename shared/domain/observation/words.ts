import type { ServiceRunState, SetupPhase } from './observation.ts';

/** The state of a service in a sentence: `PCM is starting`. */
export const runStateWords: Readonly<Record<ServiceRunState, string>> = {
  running: 'running',
  stopped: 'stopped',
  startPending: 'starting',
  stopPending: 'stopping',
};

/** The setup phase of the product in a sentence. */
export const setupPhaseWords: Readonly<Record<SetupPhase, string>> = {
  none: 'none',
  installed: 'installed',
  upgrade: 'upgrade',
  verifyFiles: 'verify files',
  componentDeinstall: 'component deinstall',
  deinstall: 'deinstall',
  unknown: 'unknown',
};
