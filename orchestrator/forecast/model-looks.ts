import type {
  FileState,
  Observation,
  PreImage,
  Service,
} from '../../shared/domain/observation/observation.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';

/** What a look finds on a client of the model, besides what every look finds. */
export interface Found {
  readonly at: number;
  readonly bootId: string;
  readonly logonServer: string;
  readonly isServer?: boolean;
  /** The files are those of the release. */
  readonly isCurrent?: boolean;
  readonly isMarked?: boolean;
  /** A file is left to download. */
  readonly lacksFile?: boolean;
  readonly isUserOn?: boolean;
  readonly blockedBy?: 'service' | 'program';
  readonly runsPackage?: boolean;
  readonly loadMissing?: boolean;
  readonly couldNotRead?: boolean;
}

const program = 'program.exe';
const pid = 100;

/** A look of the model, as the decider reads it. Nothing but `found` differs between two looks. */
export function modelLook(rules: Rules, found: Found): Observation {
  const { at, bootId, logonServer } = found;
  const isBlocked = found.blockedBy !== undefined;
  const directory = rules.product.componentDirectory;
  const executable = found.blockedBy === 'service' ? serviceOf(rules).executable : program;
  const files = Object.fromEntries(
    Object.entries(rules.files).map(([name, sha256]): [string, FileState] => [
      name,
      found.isCurrent === true ? { sha256 } : { sha256: '' },
    ]),
  );
  return {
    at,
    bootId,
    bootedAt: 0,
    role: found.isServer === true ? 'server' : 'workstation',
    logonServer,
    setupPhase: phaseOf(found),
    filesNotDownloaded: found.lacksFile === true ? [Object.keys(files)[0] ?? program] : [],
    files,
    processes: isBlocked
      ? [
          {
            pid,
            executable,
            imagePath: `${directory}\\${executable}`,
            session: found.blockedBy === 'service' ? 0 : 1,
            user: '',
            startedAt: 0,
          },
        ]
      : [],
    locked: [],
    services: found.blockedBy === 'service' ? [modelService(rules)] : [],
    users: found.isUserOn === true ? [{ name: 'user', session: 1, since: 0 }] : [],
    load: found.loadMissing === true ? 'missing' : 'once',
    packageRunning: found.runsPackage === true,
    pendingRestart: false,
    servicePack: null,
    transcript: null,
    intent: null,
    evidence: '',
  };
}

function phaseOf({ isMarked, isCurrent, lacksFile, couldNotRead }: Found): Observation['setupPhase'] {
  if (couldNotRead === true) return 'unknown';
  return isMarked === true && isCurrent !== true && lacksFile !== true ? 'upgrade' : 'installed';
}

/** The first service of the product profile that can be relocated, and where it runs. */
function serviceOf({ product }: Rules): { readonly name: string; readonly executable: string } {
  const [name = 'service', known] = Object.entries(product.relocatable)[0] ?? [];
  return { name, executable: known?.executable ?? 'service.exe' };
}

function modelService(rules: Rules): Service {
  const { name, executable } = serviceOf(rules);
  return {
    name,
    imagePath: `${rules.product.componentDirectory}\\${executable}`,
    startType: 'automatic',
    state: 'running',
    pid,
    account: 'LocalSystem',
    dependsOn: [],
  };
}

/** The service as a relocation records it. */
export function modelPreImage(rules: Rules): PreImage {
  const service = modelService(rules);
  const { name } = serviceOf(rules);
  const to = rules.product.relocatable[name]?.to ?? '';
  return { service, sha256: '', from: service.imagePath, to };
}
