import type { FileState, LoadEntry, Observation, Transcript } from '../../domain/observation/observation.ts';
import type { ClientLook } from '../../products/client-look.ts';
import { configurationParsers, transcriptParsers, versionParsers } from '../../products/parsers.ts';
import type { Profile } from '../../products/profile.ts';
import type { TranscriptText } from '../../products/smsrun32.ts';
import { type Configuration, smsIniKeys } from '../../products/sms-ini.ts';

/**
 * Interprets what a gateway brought from a client, by the profile of the product; pure. Judging it
 * (blocked, upgraded, ...) is the domain's business. One trap is kept out here: CopyListVersion is
 * no part of an observation, because it is current before a single file has come.
 * @param evidenceSha SHA-256 of the look's evidence (`evidenceOf`), kept in the observation
 */
export function readObservation(
  profile: Profile,
  look: ClientLook,
  evidenceSha: string,
  parsers: LookParsers = parsersOf(profile),
): Observation {
  const configuration = parsers.configuration(look.configuration);
  return {
    at: look.at,
    bootId: look.bootId,
    bootedAt: look.bootedAt,
    role: look.role,
    logonServer: look.logonServer,
    setupPhase: configuration.setupPhase,
    filesNotDownloaded: configuration.filesNotDownloaded,
    files: (parsers.files ?? fileStates)(look.files),
    processes: look.processes,
    locked: look.locked.map((name) => name.toLowerCase()),
    services: look.services,
    users: look.users.map(({ name, session, since }) => ({ name, session, since })),
    load: readLoadEntry(look.users, profile.update.program ?? ''),
    packageRunning: look.packageRunning,
    pendingRestart: look.pendingRestart,
    servicePack: parsers.version(look.versionFile),
    transcript: look.transcript === null ? null : transcriptOf(look.transcript, parsers),
    intent: look.intent,
    evidence: evidenceSha,
  };
}

/** The states of files by lower-case name. */
export const fileStates = (files: ClientLook['files']): Observation['files'] =>
  Object.fromEntries(files.map((file) => [file.name.toLowerCase(), fileState(file)]));

/** How the texts of a look are read, by the profile of the product. They are pure. */
export interface LookParsers {
  readonly configuration: (text: string | null) => Pick<Configuration, 'setupPhase' | 'filesNotDownloaded'>;
  readonly version: (text: string | null) => number | null;
  /** Null = the product has no transcript. */
  readonly transcript: (text: string) => TranscriptText | null;
  /** Left out = `fileStates`. */
  readonly files?: (files: ClientLook['files']) => Observation['files'];
}

/** A product without a configuration file is judged by its component files alone. */
export function parsersOf({ configuration, version, transcript }: Profile): LookParsers {
  return {
    configuration: (text) => {
      if (configuration === null) return { setupPhase: 'none', filesNotDownloaded: [] };
      const { parser, phase, filesNotDownloaded, copyListVersion } = configuration;
      const keys = { phase: phase ?? smsIniKeys.phase, filesNotDownloaded, copyListVersion };
      return configurationParsers[parser](text, keys);
    },
    version: (text) => (version === null ? null : versionParsers[version.parser](text)),
    transcript: (text) => (transcript === null ? null : transcriptParsers[transcript.parser](text)),
  };
}

/** An error wins: a file that could not be read counts neither as missing nor as right. */
function fileState({ sha256, error }: ClientLook['files'][number]): FileState {
  if (error !== undefined) return { unreadable: error };
  return sha256 === null ? { missing: true } : { sha256: sha256.toLowerCase() };
}

function transcriptOf(
  { at, text }: NonNullable<ClientLook['transcript']>,
  parsers: LookParsers,
): Transcript | null {
  const read = parsers.transcript(text);
  return read === null ? null : { at, ...read };
}

/**
 * Does the Load value (HKCU ...\Windows NT\CurrentVersion\Windows) of the logged-on users start the
 * update program? The value lists programs, separated by spaces or commas, with or without path and
 * `.exe`. Missing, the update never starts; double, two instances get into each other's way
 * (Q174952, Q230660, Q216552). With several users logged on, the double entry of one user is enough
 * to block, and the single entry of one user is enough to start the update.
 */
export function readLoadEntry(
  users: readonly { readonly load: string | null }[],
  program: string,
): LoadEntry {
  if (users.length === 0) return 'nobodyLoggedOn';
  const most = Math.max(...users.map(({ load }) => timesStarted(load ?? '', program)));
  if (most === 0) return 'missing';
  return most === 1 ? 'once' : 'double';
}

/** How often a Load value names `program`. */
export const timesStarted = (load: string, program: string): number =>
  load
    .slice(0, 4096)
    .split(/[\s,;"]+/)
    .filter((word) => programName(word) === programName(program)).length;

const programName = (path: string): string =>
  path
    .slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
    .toLowerCase()
    .replace(/\.exe$/, '');
